import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError, asAppError } from './contract/errors.ts';
import { createApp } from './core/app.ts';
import type { App } from './core/app-interface.ts';
import { systemClock } from './core/clock.ts';
import type { Home } from './core/files.ts';
import { makeHome } from './core/files.ts';
import { createFileSealer } from './core/secrets/file-sealer.ts';
import type { WebServer } from './web/server.ts';
import { startWeb } from './web/server.ts';

export interface ServeOptions {
  home: Home;
  version: string;
  pageDir: string;
  stub: { file: string; node: string; defaultHome: boolean };
  demo: boolean;
  port: number | undefined;
  open: boolean;
}

const OPENERS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'open',
  win32: 'explorer',
  linux: 'xdg-open',
};

/**
 * Opens the dashboard through a small private file that leads there, as Jupyter does: the one-time code would
 * otherwise stand in the opener's argument list, which every user of the machine can read.
 */
async function openBrowser(home: Home, url: string): Promise<void> {
  const opener = OPENERS[process.platform];
  const noScreen = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (!opener || noScreen) return;
  const file = path.join(home.run, 'open.html');
  await fs.writeFile(
    file,
    `<!doctype html><meta http-equiv="refresh" content="0;url=${url}"><title>Catalyst Companion</title>`,
    { mode: 0o600 },
  );
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

async function untilSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

/** Stops with a budget of 3 s, so that quitting never hangs on a dead link. */
async function stopWithin(app: App, web: WebServer | undefined): Promise<void> {
  const budget = new Promise<void>((resolve) => setTimeout(resolve, 3_000).unref());
  await Promise.race([Promise.allSettled([web?.close(), app.stop()]), budget]);
}

/** The no-display shell: the app with its dashboard in the browser, until a signal. Throws AppError when it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  const { home } = options;
  await makeHome(home);
  let web: WebServer | undefined;
  const app = await createApp({
    shell: 'serve',
    version: options.version,
    home,
    clock: systemClock,
    sealer: await createFileSealer(home),
    demo: options.demo,
    stub: options.stub,
    dashboardUrl: () => web?.url() ?? null,
    showWindow: () => undefined,
  });
  try {
    await app.start();
    web = await startWeb({
      app,
      pageDir: options.pageDir,
      clock: systemClock,
      ...(options.port === undefined ? {} : { port: options.port }),
    });
  } catch (thrown) {
    await stopWithin(app, web);
    throw thrown instanceof AppError ? thrown : asAppError(thrown);
  }
  const url = web.url();
  process.stdout.write(`Dashboard: ${url}\n`);
  if (options.open) await openBrowser(home, url);
  await untilSignal();
  process.stderr.write('Stopping. Trading on the droplet keeps running.\n');
  await stopWithin(app, web);
}
