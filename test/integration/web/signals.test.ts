import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const cli = path.resolve(import.meta.dirname, '..', '..', '..', 'electron', 'cli.ts');
let home: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-signals-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  fs.rmSync(home, { recursive: true, force: true });
});

function serve() {
  const child = spawn(process.execPath, [cli, 'serve', '--no-open', '--demo'], {
    env: { ...process.env, CATALYST_COMPANION_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const heard: { text: string; hear: () => void }[] = [];
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
      for (const one of heard) if (output.includes(one.text)) one.hear();
    });
  return {
    child,
    /** Resolves when the text was printed. */
    said: (text: string) =>
      output.includes(text)
        ? Promise.resolve()
        : new Promise<void>((resolve) => heard.push({ text, hear: resolve })),
    ended: new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.on('close', (code, signal) => resolve([code, signal])),
    ),
  };
}

/** What a stop that was not clean leaves behind: the demo's keys, and a socket that nobody answers. */
const leftOver = () =>
  ['keys', 'run']
    .flatMap((dir) => fs.readdirSync(path.join(home, dir)))
    .filter((name) => !['bridge.key', 'vault.key', 'audit.json'].includes(name));

describe.skipIf(process.platform === 'win32')('serve, told to stop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends cleanly when %s comes twice', async (signal) => {
    const { child, said, ended } = serve();
    await said('Dashboard: ');
    child.kill(signal);
    await said('Stopping.');
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(leftOver()).toEqual([]);
  });

  it('ends cleanly when it is still starting', async () => {
    const { child, ended } = serve();
    const key = path.join(home, 'run', 'bridge.key');
    await expect.poll(() => fs.existsSync(key), { interval: 1 }).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(leftOver()).toEqual([]);
  });

  it('ends cleanly when nobody reads what it says any longer, as with a closed terminal', async () => {
    const { child, said, ended } = serve();
    await said('Dashboard: ');
    child.stdout.destroy();
    child.stderr.destroy();
    child.kill('SIGHUP');
    expect(await ended).toEqual([0, null]);
    expect(leftOver()).toEqual([]);
  });
});
