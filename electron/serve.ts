import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError, asAppError } from './contract/errors.ts';
import { createApp } from './core/app.ts';
import type { App } from './core/app-interface.ts';
import { systemClock } from './core/clock.ts';
import type { Fault } from './core/demo/faults.ts';
import type { Home } from './core/files.ts';
import { makeHome } from './core/files.ts';
import { recordFaults } from './core/last-resort.ts';
import { proxyFromEnvironment } from './core/proxy-environment.ts';
import { createFileSealer } from './core/secrets/file-sealer.ts';
import type { WebServer } from './web/server.ts';
import { checkPort, startWeb } from './web/server.ts';
import { dialLocal } from './core/bridge/dial-local.ts';

export interface ServeOptions {
  home: Home;
  version: string;
  pageDir: string;
  stub: { file: string; node: string; defaultHome: boolean };
  demo: boolean;
  demoFaults: readonly Fault[];
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

/** The third press of Ctrl-C does not wait for the clean stop any longer; the second is habit. */
const IMPATIENT = 3;
/** One press can arrive as several signals: from the terminal, from a parent, and raised again by a library (when-exit). */
const ONE_PRESS_MS = 100;

/** Resolves at the first signal to stop. It stays heard: one that nobody hears would end the process in mid-stop. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let presses = 0;
    let last = -ONE_PRESS_MS;
    const hear = () => {
      const now = performance.now();
      if (now - last >= ONE_PRESS_MS) presses += 1;
      last = now;
      if (presses >= IMPATIENT) process.exit(1);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
  });
}

/** A terminal that was closed, or a reader of a pipe that went away, must not end the app in the middle of its stop. */
function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

const STOP_BUDGET_MS = 3_000;

/** Stops with a budget of 3 s, so that quitting never hangs on a dead link. */
async function stopWithin(app: App, web: WebServer | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const budget = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_BUDGET_MS)));
  await Promise.race([Promise.allSettled([web?.close(), app.stop()]), budget]);
  clearTimeout(timer);
}

/** What ends a start most often is found before anything is made or written: a running app, then a taken port. */
async function checkStart({ home, port }: ServeOptions): Promise<void> {
  const socket = await dialLocal(home.dir, { kind: 'control', profile: '' }).catch(() => undefined);
  socket?.destroy();
  if (socket) {
    throw new AppError(
      'APP_ALREADY_RUNNING',
      'Catalyst Companion is already running with this state folder.',
      `Use the running one, or give another folder in CATALYST_COMPANION_HOME (now ${home.dir}).`,
    );
  }
  if (port !== undefined) await checkPort(port);
}

/** The no-display shell: the app with its dashboard in the browser, until a signal. Throws AppError when it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  const { home } = options;
  // from here on, so that a start that is interrupted is stopped cleanly too
  const asked = untilSignal();
  outliveOutput();
  await checkStart(options);
  await makeHome(home);
  let web: WebServer | undefined;
  const app = await createApp({
    shell: 'serve',
    version: options.version,
    home,
    clock: systemClock,
    sealer: await createFileSealer(home),
    demo: options.demo,
    demoFaults: options.demoFaults,
    stub: options.stub,
    dashboardUrl: () => web?.url() ?? null,
    proxyFor: async (url) => proxyFromEnvironment(url, process.env),
    showWindow: () => undefined,
  });
  recordFaults(app.log);
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
  await asked;
  process.stderr.write('Stopping. Trading on the droplet keeps running.\n');
  await stopWithin(app, web);
}
