import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');
const cli = path.join(root, 'dist', 'cli.js');

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output parsed; throws where it is not one JSON document. */
  json(): any;
}

/** A temporary user: a home folder of its own for the app's state and for the clients' configurations. */
export interface TestUser {
  home: string;
  state: string;
  env: NodeJS.ProcessEnv;
  /** Runs a command of the built CLI. */
  run(args: string[], options?: { input?: string; env?: NodeJS.ProcessEnv }): Promise<CommandResult>;
  /** Starts `serve` and resolves with its dashboard URL once it is printed. */
  serve(args?: string[]): Promise<RunningApp>;
  /** Stops every app still running and removes the folders. */
  dispose(): Promise<void>;
}

export interface RunningApp {
  url: string;
  origin: string;
  pid: number;
  stderr(): string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function runCommand(env: NodeJS.ProcessEnv, args: string[], input: string): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function startServe(env: NodeJS.ProcessEnv, args: string[]): Promise<RunningApp> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, 'serve', '--no-open', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
    child.stdout.on('data', (part: Buffer) => {
      stdout += part.toString();
      const url = /^Dashboard: (\S+)$/m.exec(stdout)?.[1];
      if (!url) return;
      resolve({
        url,
        origin: new URL(url).origin,
        pid: child.pid ?? 0,
        stderr: () => stderr,
        async stop() {
          child.kill('SIGTERM');
          return await exited(child);
        },
        async kill(signal) {
          child.kill(signal);
          await exited(child);
        },
      });
    });
  });
}

export async function createUser(): Promise<TestUser> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-'));
  const state = path.join(home, '.catalyst-companion');
  const env: NodeJS.ProcessEnv = {
    HOME: home,
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    CATALYST_COMPANION_HOME: state,
  };
  const apps: RunningApp[] = [];
  return {
    home,
    state,
    env,
    run: (args, options = {}) => runCommand({ ...env, ...options.env }, args, options.input ?? ''),
    async serve(args = []) {
      const app = await startServe(env, args);
      apps.push(app);
      return app;
    },
    async dispose() {
      await Promise.allSettled(apps.map((app) => app.stop()));
      await fs.rm(home, { recursive: true, force: true });
    },
  };
}

/** Resolves with the first truthy value of `look`, asked every 50 ms; throws with `what` after `ms`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  ms = 60_000,
): Promise<T> {
  const deadline = Date.now() + ms;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${ms} ms`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
