import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { installStub } from '../../../electron/core/clients/stub-install.ts';
import { homeAt } from '../../../electron/core/files.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, tempHome, until } from '../../fixtures/mcp/rig.ts';
import { StubClient } from '../../fixtures/mcp/stub-client.ts';
import { stubExecutable } from '../../fixtures/mcp/stub-exe.ts';

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(process.platform === 'darwin')('the stub as a single executable', () => {
  let exe = '';
  let home = '';
  let rig: Rig | undefined;
  let up: RawUpstream;
  const stubs: StubClient[] = [];
  const start = (env: Record<string, string> = {}, profile = 'demo') => {
    const stub = new StubClient(home, profile, env, [exe]);
    stubs.push(stub);
    return stub;
  };

  beforeAll(() => (exe = stubExecutable()));
  beforeEach(async () => {
    home = await tempHome();
    up = new RawUpstream();
    await up.listen();
  });
  afterEach(async () => {
    for (const stub of stubs.splice(0)) await stub.end();
    await rig?.stop();
    rig = undefined;
    await up.close();
    await fs.rm(home, { recursive: true, force: true });
  });

  it('answers while the app is away, attaches when it comes, and carries calls', async () => {
    const stub = start();
    expect((await stub.initialize()).result).toMatchObject({ protocolVersion: '2025-11-25' });
    expect((await stub.request('tools/list')).result).toEqual({ tools: [] });
    expect((await stub.call('get_state')).result).toMatchObject({ isError: true });
    rig = await Rig.start(up.url, { dir: home });
    await stub.message((m) => m.method === 'notifications/tools/list_changed');
    expect((await stub.request('tools/list')).result.tools.length).toBeGreaterThan(5);
    expect(await stub.text('echo', { text: 'é€😀' })).toBe('é€😀');
    const large = 'x'.repeat(3_000_000);
    const cursor = start();
    await cursor.initialize('cursor');
    expect(await cursor.text('echo', { text: large })).toBe(large);
  });

  it('takes no code, no options and no noise from the environment', async () => {
    const preload = path.join(home, 'noise.cjs');
    await fs.writeFile(preload, 'process.stdout.write("noise\\n"); console.log("noise")');
    rig = await Rig.start(up.url, { dir: home });
    const stub = start({
      NODE_OPTIONS: `--require ${preload} --inspect=127.0.0.1:0`,
      NODE_DEBUG: 'net,stream',
      DEBUG: '*',
      NODE_V8_COVERAGE: path.join(home, 'coverage'),
    });
    await stub.initialize();
    expect(await stub.text('echo', { text: 'x' })).toBe('x');
    expect(stub.stderr).not.toMatch(/noise|Debugger listening/);
    expect(stub.lines.every((line) => line.startsWith('{'))).toBe(true);
  });

  it('ends within 1 s of the end of stdin with code 0, attached or not, and leaves nothing behind', async () => {
    const alone = start();
    await alone.initialize();
    expect(await alone.end()).toBe(0);
    expect(alone.child.exitCode).toBe(0);
    rig = await Rig.start(up.url, { dir: home });
    const stub = start();
    await stub.initialize();
    await stub.call('get_state');
    expect(rig.clients).toHaveLength(1);
    const pid = stub.child.pid ?? 0;
    const children = execFileSync('cat', [`/proc/${pid}/task/${pid}/children`])
      .toString()
      .trim();
    expect(children).toBe('');
    expect(await stub.end()).toBe(0);
    expect(stub.child.exitCode).toBe(0);
    await until(() => rig?.clients.length === 0);
  });

  it('ends when the program that started it is gone, though stdin stays open', async () => {
    rig = await Rig.start(up.url, { dir: home });
    const stdin = path.join(home, 'stdin');
    execFileSync('mkfifo', [stdin]);
    // the pipe is held open here, so that only the missing parent can end it
    const pipe = await fs.open(stdin, 'r+');
    const run = `const { spawn } = require('node:child_process');
      const child = spawn(${JSON.stringify(exe)}, ['demo'], { stdio: [3, 'ignore', 'ignore'], detached: true });
      console.log(child.pid); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', run], {
      stdio: ['ignore', 'pipe', 'inherit', pipe.fd],
      env: { PATH: process.env['PATH'] ?? '', CATALYST_COMPANION_HOME: home },
    });
    const pid = Number(
      await new Promise((resolve) => parent.stdout?.once('data', (data: Buffer) => resolve(data.toString()))),
    );
    // it notes its parent when it starts, before it comes to the app
    await until(() => rig?.clients.length === 1);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid) || isZombie(pid));
    await pipe.close();
  });

  it('is installed for clients as one file that runs by itself, and replaced while it runs', async () => {
    const made = homeAt(home);
    const from = await installStub({ from: exe, home: made });
    expect(from).toBe(path.join(made.bin, path.basename(exe)));
    const stub = new StubClient(home, 'demo', {}, [from]);
    stubs.push(stub);
    await stub.initialize();
    const other = path.join(home, path.basename(exe));
    await fs.writeFile(other, '#!/bin/sh\necho another version\n');
    await installStub({ from: other, home: made });
    expect(execFileSync(from).toString()).toBe('another version\n');
    expect((await stub.request('ping')).result).toEqual({});
    expect(await fs.readdir(made.bin)).toEqual([path.basename(exe)]);
  });

  it('refuses a profile name that is none, and more words change nothing', async () => {
    const stub = start({}, '../x');
    const code = await new Promise((resolve) => stub.child.once('exit', resolve));
    expect(code).toBe(2);
    expect(stub.stderr).toContain('usage: catalyst-bridge PROFILE');
  });
});

function isZombie(pid: number): boolean {
  try {
    return / Z /.test(execFileSync('cat', [`/proc/${pid}/stat`]).toString());
  } catch {
    return true;
  }
}
