import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialLocal } from '../../../electron/core/bridge/dial-local.ts';
import { startLocalServer } from '../../../electron/core/bridge/local-server.ts';
import { attach } from '../../../electron/stub/attach.ts';
import { keyPath, socketPath } from '../../../electron/stub/wire.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, tempHome, until } from '../../fixtures/mcp/rig.ts';
import { StubClient } from '../../fixtures/mcp/stub-client.ts';

const APP = path.resolve(import.meta.dirname, '../../fixtures/mcp/app.ts');
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** An app process of its own, that can be killed. */
async function startApp(home: string, url: string): Promise<ChildProcess> {
  const app = spawn(process.execPath, [APP, home, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => app.stdout?.once('data', resolve));
  return app;
}

async function kill(app: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => app.once('exit', resolve));
  app.kill('SIGKILL');
  await gone;
}

describe('the stub while the app is away', () => {
  let home = '';
  let up: RawUpstream;
  let stub: StubClient;
  let app: ChildProcess | undefined;
  beforeEach(async () => {
    home = await tempHome();
    up = new RawUpstream();
    await up.listen();
  });
  afterEach(async () => {
    await stub?.end();
    if (app && app.exitCode === null && app.signalCode === null) await kill(app);
    app = undefined;
    await up.close();
    await fs.rm(home, { recursive: true, force: true });
  });

  it('answers everything at once, and attaches by itself once the app has started', async () => {
    stub = new StubClient(home);
    expect((await stub.request('server/discover')).error?.code).toBe(-32602);
    expect((await stub.initialize()).result).toMatchObject({
      protocolVersion: '2025-11-25',
      capabilities: { tools: { listChanged: true } },
    });
    expect((await stub.request('ping')).result).toEqual({});
    expect((await stub.request('tools/list')).result).toEqual({ tools: [] });
    const call = (await stub.call('start_trading_cycle')).result;
    expect(call).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Catalyst Companion is not running') }],
    });
    expect((await stub.request('resources/read', { uri: 'a://b' })).error?.code).toBe(-32000);
    app = await startApp(home, up.url);
    await stub.message((m) => m.method === 'notifications/tools/list_changed');
    expect((await stub.request('tools/list')).result.tools.length).toBeGreaterThan(5);
    expect(await stub.text('echo', { text: 'attached' })).toBe('attached');
    const init = up.seen.findLast(({ message }) => message?.method === 'initialize');
    expect(init?.message.params.clientInfo).toEqual({ name: 'claude-ai', version: '0.1.0' });
  });

  it('survives the app being killed mid-call: nothing is replayed, the session goes on', async () => {
    app = await startApp(home, up.url);
    stub = new StubClient(home);
    await stub.initialize();
    await stub.request('resources/subscribe', { uri: 'a://b' });
    const listed = (await stub.request('tools/list')).result;
    up.on = (message) =>
      message?.params?.name === 'start_trading_cycle' || message?.params?.name === 'get_state';
    const start = stub.call('start_trading_cycle');
    const read = stub.call('get_state');
    const other = stub.request('completion/complete', {});
    await until(() => up.count('tools/call') === 2);
    await kill(app);
    expect((await start).result.content[0].text).toMatch(
      /outcome of start_trading_cycle is unknown.*Do not call it again/s,
    );
    expect((await read).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('only reads') }],
    });
    await other;
    expect((await stub.request('tools/list')).result).toEqual(listed);
    up.on = undefined;
    app = await startApp(home, up.url);
    await until(() => stub.stderr.split('attached').length === 3);
    expect(await stub.text('get_state')).toBe('get_state');
    expect(up.count('tools/call', 'start_trading_cycle')).toBe(1);
    expect(up.seen.filter(({ message }) => message?.method === 'resources/subscribe')).toHaveLength(2);
    const ids = stub.messages.filter((m) => m.id !== undefined && !m.method).map((m) => m.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('exits by itself at the end of stdin, attached or not, with a call under way', async () => {
    stub = new StubClient(home);
    await stub.initialize();
    expect(await stub.end()).toBe(0);
    app = await startApp(home, up.url);
    stub = new StubClient(home);
    await stub.initialize();
    up.on = (message) => message?.method === 'tools/call';
    stub.raw('{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"get_state"}}\n');
    await until(() => up.count('tools/call') === 1);
    expect(await stub.end()).toBe(0);
  });

  it('keeps stdout clean whatever NODE_OPTIONS, NODE_DEBUG and DEBUG say', async () => {
    app = await startApp(home, up.url);
    const preload = path.join(home, 'noise.mjs');
    await fs.writeFile(
      preload,
      'setTimeout(() => { console.log("noise"); process.stdout.write("noise\\n"); }, 100)',
    );
    stub = new StubClient(home, 'demo', {
      NODE_OPTIONS: `--trace-warnings --import ${preload}`,
      NODE_DEBUG: 'net,stream',
      DEBUG: '*',
    });
    await stub.initialize();
    await until(() => stub.stderr.split('noise').length >= 3);
    expect(await stub.text('echo', { text: 'x' })).toBe('x');
    expect(stub.lines.every((line) => line.startsWith('{'))).toBe(true);
  });

  it('says what is wrong where the app does not know the profile', async () => {
    app = await startApp(home, up.url);
    stub = new StubClient(home, 'nobody');
    await stub.initialize();
    const { result } = await stub.call('get_state');
    expect(result.content[0].text).toContain('no profile named nobody');
  });

  it('refuses a profile name that is none', async () => {
    stub = new StubClient(home, '../x');
    const code = await new Promise((resolve) => stub.child.once('exit', resolve));
    expect(code).toBe(2);
    expect(stub.stderr).toContain('usage');
  });

  it('never speaks to a program that does not know the key', async () => {
    await fs.mkdir(path.join(home, 'run'), { mode: 0o700 });
    await fs.writeFile(keyPath(home), 'a'.repeat(64));
    const got: string[] = [];
    const fake = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        got.push(data.toString());
        socket.write(`${JSON.stringify({ v: 1, nonce: 'n', proof: 'f'.repeat(64) })}\n`);
      });
    });
    await new Promise<void>((resolve) => fake.listen(socketPath(home), resolve));
    stub = new StubClient(home);
    await stub.initialize();
    await until(() => got.length > 0);
    const { result } = await stub.call('start_trading_cycle', { secret: 1 });
    expect(result.isError).toBe(true);
    expect(got.join('')).not.toMatch(/secret|aaaa/);
    await stub.end();
    await new Promise((resolve) => fake.close(resolve));
  });
});

describe('the local socket', () => {
  let home = '';
  beforeEach(async () => (home = await tempHome()));
  afterEach(() => fs.rm(home, { recursive: true, force: true }));
  const onConnection = () => (socket: net.Socket) => void socket.on('data', (data) => socket.write(data));

  it('is for us alone, and gives a control connection to who knows the key', async () => {
    const server = await startLocalServer({ home, log: quiet, onConnection });
    expect((await fs.stat(socketPath(home))).mode & 0o777).toBe(0o600);
    expect((await fs.stat(path.dirname(socketPath(home)))).mode & 0o777).toBe(0o700);
    expect((await fs.stat(keyPath(home))).mode & 0o777).toBe(0o600);
    const socket = await dialLocal(home, { kind: 'control', profile: '' });
    const echoed = new Promise((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.write('hello');
    expect(await echoed).toBe('hello');
    socket.destroy();
    await fs.writeFile(keyPath(home), 'b'.repeat(64));
    await expect(dialLocal(home, { kind: 'control', profile: '' })).rejects.toMatchObject({
      code: 'APP_SOCKET_REFUSED',
    });
    await server.dispose();
  });

  it('drops who cannot prove itself, without a word of the key', async () => {
    let taken = 0;
    const server = await startLocalServer({ home, log: quiet, onConnection: () => () => void taken++ });
    const key = (await fs.readFile(keyPath(home), 'utf8')).trim();
    for (const lines of [
      ['nonsense'],
      [
        '{"v":1,"kind":"bridge","profile":"demo","pid":1,"nonce":"00000000000000000000000000000000"}',
        '{"proof":"00"}',
      ],
      ['x'.repeat(2_000_000)],
    ]) {
      const socket = net.connect(socketPath(home));
      let got = '';
      socket.on('data', (data) => (got += data.toString())).on('error', () => {});
      for (const line of lines) socket.write(`${line}\n`);
      await new Promise((resolve) => socket.once('close', resolve));
      expect(got).not.toContain(key);
    }
    expect(taken).toBe(0);
    await server.dispose();
  });

  it('refuses a second app, and takes the place of a dead one', async () => {
    const first = await startLocalServer({ home, log: quiet, onConnection });
    await expect(startLocalServer({ home, log: quiet, onConnection })).rejects.toMatchObject({
      code: 'APP_ALREADY_RUNNING',
    });
    await first.dispose();
    const dead = spawn(process.execPath, [
      '-e',
      'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))',
      socketPath(home),
    ]);
    await new Promise((resolve) => dead.once('exit', resolve));
    expect((await fs.stat(socketPath(home))).isSocket()).toBe(true);
    await expect(dialLocal(home, { kind: 'control', profile: '' })).rejects.toMatchObject({
      code: 'APP_NOT_RUNNING',
    });
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => startLocalServer({ home, log: quiet, onConnection })),
    );
    const started = results.filter((one) => one.status === 'fulfilled');
    expect(started).toHaveLength(1);
    (await attach(home, { kind: 'control', profile: '' })).destroy();
    await Promise.all(started.map((one) => one.value.dispose()));
    await expect(dialLocal(home, { kind: 'control', profile: '' })).rejects.toMatchObject({
      code: 'APP_NOT_RUNNING',
    });
  });

  it('works where the state folder has a very long path', async () => {
    const long = path.join(home, 'x'.repeat(120));
    await fs.mkdir(long);
    const rig = await Rig.start('http://127.0.0.1:9/mcp', { dir: long });
    const stub = await rig.client();
    await until(() => rig.clients.length === 1);
    expect((await stub.request('ping')).result).toEqual({});
    await rig.stop();
    await fs.rm(path.dirname(socketPath(long)), { recursive: true, force: true });
  });
});

describe('a first list without a saved catalogue', () => {
  it('waits for the link, and is answered as soon as it is there', async () => {
    const up = new RawUpstream();
    const rig = await Rig.start(await up.listen(), { linkDown: true, limits: { firstListMs: 60_000 } });
    const stub = await rig.client();
    const list = stub.request('tools/list');
    await stub.request('ping');
    expect(stub.messages.some((m) => m.result?.tools)).toBe(false);
    rig.link.up();
    expect((await list).result.tools.length).toBeGreaterThan(5);
    await rig.stop();
    await up.close();
  });
});
