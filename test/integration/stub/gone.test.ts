import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STUB } from '../../fixtures/mcp/stub-client.ts';

describe('a stub whose client has gone', () => {
  let home: string;
  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-gone-'));
  });
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  const start = () => {
    const child = spawn(process.execPath, [STUB, 'demo'], {
      env: { CATALYST_COMPANION_HOME: home },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.on('error', () => {});
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    return { child, ended };
  };

  // a write to a closed pipe fails, and what fails then must not be written again for ever
  it.each(['nothing', 'requests'])(
    'ends though nobody reads its output any more (%s waiting)',
    async (what) => {
      const { child, ended } = start();
      child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.stdout.destroy();
      if (what === 'requests')
        for (let id = 2; id < 200; id++) child.stdin.write(`{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`);
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
      expect(await ended).toBe(0);
      clearTimeout(timer);
    },
  );
});
