import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rolldown } from 'rolldown';
import type { ClientsOptions } from '../../../electron/core/clients/clients.ts';
import type { DoctorPorts } from '../../../electron/core/doctor/ports.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { doIt, machine } from '../clients/machine.ts';
import type { Machine } from '../clients/machine.ts';
import { examine, named } from './examine.ts';

const STORE =
  'AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json';
const CLASSIC = 'AppData/Roaming/Claude/claude_desktop_config.json';

describe('doctor on faults of this computer', () => {
  let m: Machine;
  let server: RawUpstream;
  let stub = '';

  beforeAll(async () => {
    const bundle = await rolldown({
      input: path.resolve(import.meta.dirname, '../../../electron/stub/stub.ts'),
      platform: 'node',
      external: /^node:/,
    });
    const { output } = await bundle.generate({ format: 'esm' });
    stub = output[0].code.replace(/^#!.*\n/, '');
    await bundle.close();
  });
  beforeEach(async () => {
    m = machine();
    fs.writeFileSync(m.stub, stub);
    for (const dir of [m.home.catalogue, m.home.keys, m.home.run])
      fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    fs.chmodSync(m.home.dir, 0o700);
    server = new RawUpstream();
    await server.listen();
  });
  afterEach(async () => {
    await server.close();
    m.remove();
  });

  const look = (ports: Partial<DoctorPorts> = {}, more: Partial<ClientsOptions> = {}) =>
    examine({
      links: [{ kind: 'direct', url: server.url }],
      home: m.home,
      ports: {
        clients: m.clients(more),
        userHome: m.userHome,
        env: { HOME: m.userHome, PATH: process.env.PATH },
        ...ports,
      },
    });
  const setUp = () => doIt(m.clients(), 'install', 'real');
  const installed = () => path.join(m.home.bin, 'catalyst-bridge.mjs');
  const logs = () => path.join(path.dirname(m.config), 'logs');
  const log = (name: string, text: string) => {
    fs.mkdirSync(logs(), { recursive: true });
    fs.writeFileSync(path.join(logs(), name), text);
  };
  const STARTED = '2099-01-01T10:00:00.000Z [real] [info] Server started and connected successfully\n';

  it('finds nothing where Claude is set up and has started the entry', async () => {
    m.put('{}');
    await setUp();
    log('mcp-server-real.log', STARTED);
    const run = await look();
    expect(run.checks.filter(({ state }) => state === 'failed' || state === 'warning')).toEqual([]);
    expect(run.of('stub.start')?.seen).toMatch(/^It answered initialize after \d+ ms/);
    expect(run.of('stub.start')?.subject).toContain('catalyst-bridge.mjs real');
    expect(run.of('stub.probe')?.state).toBe('ok');
    expect(run.of('client.entry')?.state).toBe('ok');
    expect(run.of('log.server')?.state).toBe('ok');
  });

  it('starts the program with what Claude gives it and nothing else', async () => {
    m.put('{}');
    await setUp();
    const said = path.join(m.root, 'env.json');
    fs.writeFileSync(
      installed(),
      `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(said)}, JSON.stringify(process.env));\n${stub}`,
    );
    await look({ env: { HOME: m.userHome, PATH: process.env.PATH, SECRET_OF_THE_SHELL: 'x', LANG: 'C' } });
    const env = JSON.parse(fs.readFileSync(said, 'utf8'));
    expect(Object.keys(env).sort()).toEqual(['HOME', 'PATH']);
  });

  it('names the program that is missing', async () => {
    m.put('{}');
    await setUp();
    fs.rmSync(installed());
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'stub', check: 'stub.installed' });
    expect(run.of('stub.start')).toMatchObject({ state: 'failed' });
    expect(run.of('stub.start')?.seen).toContain('Cannot find module');
    expect(run.of('stub.installed')?.remedy?.command).toBe(
      'catalyst-companion clients install claude-desktop real',
    );
  });

  it('names the Node that is gone', async () => {
    m.put('{}');
    await setUp();
    fs.writeFileSync(m.config, fs.readFileSync(m.config, 'utf8').replace(process.execPath, '/opt/gone/node'));
    const run = await look();
    expect(run.of('stub.start')).toMatchObject({ state: 'failed' });
    expect(run.of('stub.start')?.seen).toContain('/opt/gone/node is not there');
  });

  it('names a program that is broken, and one that chatters', async () => {
    m.put('{}');
    await setUp();
    fs.writeFileSync(installed(), 'throw new Error("half a file");\n');
    const broken = await look();
    expect(broken.of('stub.start')).toMatchObject({ state: 'failed' });
    expect(broken.of('stub.start')?.seen).toContain('half a file');
    fs.writeFileSync(installed(), `console.log('welcome');\n${stub}`);
    const loud = await look();
    expect(loud.of('stub.start')?.seen).toContain('"welcome"');
  });

  it('warns of an older program', async () => {
    m.put('{}');
    await setUp();
    log('mcp-server-real.log', STARTED);
    fs.appendFileSync(installed(), '// an older one\n');
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'stub', check: 'stub.installed' });
    expect(run.of('stub.start')?.state).toBe('ok');
  });

  it('names a state file of the clients that does not parse, and goes on with the rest', async () => {
    fs.writeFileSync(path.join(m.home.dir, 'client-entries.json'), '{');
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'profile', check: 'profile.files' });
    expect(run.of('tools.list')?.state).toBe('ok');
  });

  it('names the configuration that does not parse, with the place', async () => {
    m.put('{"mcpServers": {},}');
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'client', check: 'client.config' });
    expect(run.of('client.config')?.seen).toContain('line 1, column');
    expect(fs.readFileSync(m.config, 'utf8')).toBe('{"mcpServers": {},}');
  });

  it('names a byte order mark', async () => {
    m.put('\uFEFF{"mcpServers": {}}');
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'client', check: 'client.config' });
    expect(run.of('client.config')?.seen).toContain('byte order mark');
  });

  it('warns where nothing is set up', async () => {
    m.put('{"mcpServers": {"other": {"command": "x"}}}');
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'client', check: 'client.entry' });
    expect(run.of('client.config')?.seen).toContain('other');
    expect(run.of('client.entry')?.remedy?.command).toBe(
      'catalyst-companion clients install claude-desktop real',
    );
  });

  it('names an entry that was wiped', async () => {
    m.put('{}');
    await setUp();
    m.put('{"globalShortcut": ""}');
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'client', check: 'client.entry' });
    expect(run.of('client.entry')?.seen).toContain('is gone');
  });

  it('warns of an entry that was changed', async () => {
    m.put('{}');
    await setUp();
    log('mcp-server-real.log', STARTED);
    const config = JSON.parse(m.read().toString());
    config.mcpServers.real.env = { NODE_OPTIONS: '--no-warnings' };
    m.put(JSON.stringify(config));
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'client', check: 'client.entry' });
  });

  it('warns where only one of two copies on Windows has the entry', async () => {
    const home = 'C:\\Users\\Ana';
    const windows: Partial<ClientsOptions> = {
      platform: 'win32',
      userHome: home,
      env: { APPDATA: `${home}\\AppData\\Roaming`, LOCALAPPDATA: `${home}\\AppData\\Local` },
      hostPath: (file) => path.join(m.userHome, file.slice(home.length).replaceAll('\\', '/')),
    };
    const put = (name: string, text: string) => {
      fs.mkdirSync(path.dirname(path.join(m.userHome, name)), { recursive: true });
      fs.writeFileSync(path.join(m.userHome, name), text);
    };
    put(CLASSIC, '{}');
    await doIt(m.clients(windows), 'install', 'real');
    put(STORE, '{}');
    const run = await look({}, windows);
    expect(run.of('client.copies')).toMatchObject({ state: 'warning' });
    expect(run.of('client.copies')?.seen).toContain('Microsoft Store');
  });

  it.each([
    [
      'Server transport closed unexpectedly, this is likely due to the process exiting early.',
      'ended unexpectedly',
    ],
    ['[error] spawn /opt/node ENOENT', 'could not start the program'],
    [
      'Version negotiation failed: the connection closed during the server/discover probe',
      'era probe failed',
    ],
    ["Couldn't start this server for Cowork and Code sessions {context:'shared-pool'}", 'Cowork and Code'],
  ])('warns of the marker "%s" in the log', async (line, seen) => {
    m.put('{}');
    await setUp();
    log('mcp-server-real.log', `${STARTED}2099-01-01T11:00:00.000Z [real] [error] ${line}\n`);
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'log', check: 'log.server' });
    expect(run.of('log.server')?.seen).toContain(seen);
  });

  it('takes trouble from before the entry was written for over, and reads the end of a log alone', async () => {
    m.put('{}');
    await setUp();
    const old = '2020-01-01T11:00:00.000Z [real] [error] Server transport closed unexpectedly\n';
    log('mcp-server-real.log', old);
    const over = await look();
    expect(over.of('log.server')).toMatchObject({ state: 'ok' });
    const trouble = '2099-01-01T11:00:00.000Z [real] [error] Server disconnected\n';
    log('mcp-server-real.log', trouble + 'x'.repeat(100).concat('\n').repeat(20_000));
    expect((await look()).of('log.server')).toMatchObject({ state: 'ok', seen: 'It tells of no trouble.' });
  });

  it("warns of an entry that Claude skipped, in Claude's own log", async () => {
    m.put('{}');
    await setUp();
    log('mcp-server-real.log', STARTED);
    log(
      'main.log',
      '2099-01-01 10:00:00 [warn] The following entries in claude_desktop_config.json are not valid MCP server configurations and were skipped: real\n',
    );
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'log', check: 'log.main' });
  });

  it('warns where Claude runs and has not started the entry since it was written', async () => {
    m.put('{}');
    await setUp();
    fs.mkdirSync(logs(), { recursive: true });
    const run = await look({}, { isRunning: async (client) => client === 'claude-desktop' });
    expect(named(run)).toEqual({ result: 'warnings', layer: 'client', check: 'client.running' });
  });

  it.each([
    [
      'win32' as const,
      '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Claude\r\n    isLocalDevMcpEnabled    REG_DWORD    0x0\r\n',
      'HKLM\\SOFTWARE\\Policies\\Claude',
    ],
    ['darwin' as const, '0\n', 'com.anthropic.claudefordesktop'],
  ])('names the policy that turns local servers off (%s)', async (platform, output, where) => {
    const asked: string[] = [];
    const run = await look({
      platform,
      run: async (file, args) => {
        asked.push([file, ...args].join(' '));
        return asked.length === 1 ? output : '';
      },
    });
    expect(named(run)).toEqual({ result: 'broken', layer: 'policy', check: 'policy.local-servers' });
    expect(run.of('policy.local-servers')?.seen).toContain(where);
    expect(asked.every((line) => line.includes('isLocalDevMcpEnabled'))).toBe(true);
  });

  it('names the setting that turns local servers off in the file itself', async () => {
    m.put('{"preferences": {"isLocalDevMcpEnabled": false}}');
    const run = await look();
    expect(run.of('policy.local-servers')).toMatchObject({ state: 'failed' });
  });

  it('changes nothing: neither the configuration nor the state', async () => {
    m.put('{}');
    await setUp();
    const tree = () =>
      fs
        .readdirSync(m.userHome, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => {
          const file = path.join(entry.parentPath, entry.name);
          return `${file} ${fs.statSync(file).mtimeMs} ${fs.readFileSync(file).toString('base64').length}`;
        })
        .sort();
    const before = tree();
    await look();
    expect(tree()).toEqual(before);
  });
});
