import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UP_LINE } from '../../electron/shell/desktop.ts';
import type { ChromiumHost } from './chromium-host.ts';
import type { ElectronDouble } from './double.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
export const STANDIN_DIST = path.join(root, 'dist');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => existsSync(file));

/** Why the stand-in cannot run here; undefined where it can. */
export function standinMissing(): string | undefined {
  if (CHROMIUM === undefined) return 'Debian package chromium is not installed';
  return existsSync(path.join(STANDIN_DIST, 'main.js'))
    ? undefined
    : 'dist/main.js is not built: npm run build';
}

/** What a question to the app gets to see; it runs in the app's process. */
export interface At {
  double: ElectronDouble;
  host: ChromiumHost;
}

export interface StandinApp {
  readonly home: string;
  readonly pid: number;
  output(): string;
  /** Runs a function in the app's process; it is sent as text, so it refers to nothing but its arguments. */
  run<T, A = undefined>(ask: (at: At, arg: A) => T | Promise<T>, arg?: A): Promise<T>;
  /** Resolves with the exit code once the process is gone. */
  readonly ended: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

export interface StandinSetting {
  /** The state folder of every start. */
  readonly home: string;
  /** Starts the built main.js under Node, with a double of Electron whose windows are pages of a real Chromium. */
  start(args?: string[]): Promise<StandinApp>;
  dispose(): Promise<void>;
}

interface Started {
  child: ChildProcess;
  app: StandinApp;
}

function startMain(dir: string, args: string[]): Started {
  const home = path.join(dir, 'state');
  const child = fork(path.join(STANDIN_DIST, 'main.js'), args, {
    execArgv: ['--import', path.join(import.meta.dirname, 'hook.mjs')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      HOME: dir,
      CATALYST_COMPANION_HOME: home,
      STANDIN_DIR: dir,
      STANDIN_DIST,
      STANDIN_CHROMIUM: CHROMIUM,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (output += part.toString()));
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  child.on('message', (message: { id: number; value: unknown; error?: string }) => {
    const asked = waiting.get(message.id);
    if (message.error === undefined) asked?.resolve(message.value as never);
    else asked?.reject(new Error(message.error));
    waiting.delete(message.id);
  });
  let next = 1;
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  void ended.then(() => {
    for (const asked of waiting.values()) asked.reject(new Error(`The app has ended.\n${output}`));
  });
  return {
    child,
    app: {
      home,
      pid: child.pid ?? 0,
      output: () => output,
      ended,
      kill: (signal) => void child.kill(signal),
      run: (ask, arg) =>
        new Promise((resolve, reject) => {
          const id = next++;
          waiting.set(id, { resolve, reject });
          child.send({ id, code: String(ask), arg });
        }),
    },
  };
}

/** Resolves once the app says that it is up, or has ended by itself. */
function isUp({ child, app }: Started): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`The app did not come up.\n${app.output()}`)), 60_000);
    const done = () => {
      clearTimeout(limit);
      resolve();
    };
    child.stdout?.on('data', () => app.output().includes(UP_LINE) && done());
    void app.ended.then(done);
  });
}

export async function createStandin(): Promise<StandinSetting> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'standin-'));
  const started: Started[] = [];
  return {
    home: path.join(dir, 'state'),
    async start(args = []) {
      const one = startMain(dir, args);
      started.push(one);
      await isUp(one);
      return one.app;
    },
    async dispose() {
      for (const { child, app } of started) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
        await app.ended;
      }
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
