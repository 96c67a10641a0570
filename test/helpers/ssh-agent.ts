import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const AGENT = '/usr/bin/ssh-agent';
const ADD = '/usr/bin/ssh-add';

/** Whether OpenSSH's client programs are installed. */
export const agentAvailable = fs.existsSync(AGENT) && fs.existsSync(ADD);
export const agentMissing = 'needs the Debian package openssh-client';

/** A real ssh-agent of its own, on a socket in a temp folder. */
export interface Agent {
  readonly socket: string;
  /** Adds keys, in this order; each with arguments of ssh-add where wanted, e.g. `-c`. */
  add: (file: string, ...args: readonly string[]) => void;
  /** `ssh-add -x` and `-X`. */
  lock: () => void;
  unlock: () => void;
  /** Starts it again on the same socket, empty. */
  start: () => Promise<void>;
  kill: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts an agent; with `running: false` only its socket's name exists yet. */
export async function startAgent({ running = true } = {}): Promise<Agent> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-agent-'));
  const socket = path.join(dir, 'agent');
  const ask = path.join(dir, 'ask');
  fs.writeFileSync(ask, '#!/bin/sh\necho locked-up\n', { mode: 0o700 });
  let child: ChildProcess | undefined;
  const env = {
    PATH: process.env['PATH'],
    SSH_AUTH_SOCK: socket,
    SSH_ASKPASS: ask,
    SSH_ASKPASS_REQUIRE: 'force',
  };
  const add = (...args: readonly string[]) => void execFileSync(ADD, args, { env, stdio: 'pipe' });
  const start = async () => {
    // without a way to ask, it refuses every key that wants a confirmation
    const own = spawn(AGENT, ['-D', '-a', socket], { stdio: 'ignore', env: { PATH: env.PATH } });
    child = own;
    await listens(socket, own);
  };
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    fs.rmSync(socket, { force: true });
  };
  if (running) await start();
  return {
    socket,
    add: (file, ...args) => add('-q', ...args, file),
    lock: () => add('-x'),
    unlock: () => add('-X'),
    start,
    kill,
    stop: async () => {
      await kill();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listens(socket: string, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 60_000; ;) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = net.connect(socket, () => {
        probe.destroy();
        resolve(true);
      });
      probe.on('error', () => resolve(false));
    });
    if (open) return;
    if (child.exitCode !== null || Date.now() > end) throw new Error('ssh-agent did not start');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
