import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doIt, machine, type Machine } from './machine.ts';

let m: Machine;
beforeEach(() => {
  m = machine();
});
afterEach(() => m.remove());

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;
const CONFIG =
  '{\r\n\t"mcpServers": {\r\n\t\t"fs": { "command": "npx" }\r\n\t},\r\n\t"id": 9007199254740993\r\n}';
const modeOf = (file: string) => fs.statSync(file).mode & 0o777;

describe('install, undo, remove', () => {
  it('writes the entry that starts the stub, and undo brings every byte back', async () => {
    m.put(CONFIG);
    fs.chmodSync(m.config, 0o640);
    const clients = m.clients();
    const plan = await clients.preview('claude-desktop', 'demo', 'install');
    expect(m.read().toString()).toBe(CONFIG);
    expect(fs.existsSync(m.home.dir)).toBe(false);

    const stub = path.join(m.home.bin, 'catalyst-bridge.mjs');
    expect(plan).toMatchObject({
      client: 'claude-desktop',
      action: 'install',
      commandLine: `${process.execPath} ${stub} demo`,
      warnings: [],
      files: [{ label: 'Claude Desktop', path: m.config, exists: true }],
    });
    expect(plan.files[0]?.diff).toContain(`+\t\t\t"command": "${process.execPath}",`);

    expect(await clients.apply('claude-desktop', 'demo', 'install', plan.token)).toEqual(plan);
    const written = JSON.parse(m.read().toString());
    expect(written.mcpServers).toEqual({
      fs: { command: 'npx' },
      demo: { command: process.execPath, args: [stub, 'demo'] },
    });
    expect(m.read().toString()).toContain('9007199254740993');
    expect(modeOf(m.config)).toBe(0o640);
    expect(fs.readFileSync(stub, 'utf8')).toBe('// the stub\n');
    expect(modeOf(stub)).toBe(0o600);
    const backup = fs.readdirSync(path.dirname(m.config)).find((name) => name.includes('backup'));
    expect(backup).toMatch(/^claude_desktop_config\.json\.catalyst-backup-\d{8}T\d{6}Z-[0-9a-f]{8}$/);
    expect(modeOf(path.join(path.dirname(m.config), backup!))).toBe(0o600);
    expect(m.litter()).toEqual([]);

    const undo = await doIt(clients, 'undo');
    expect(undo.files[0]?.diff).toContain('-\t\t"demo": {');
    expect(m.read().toString()).toBe(CONFIG);
    expect(modeOf(m.config)).toBe(0o640);
    await expect(clients.preview('claude-desktop', 'demo', 'undo')).rejects.toThrow(
      code('CLIENT_NOTHING_TO_UNDO'),
    );
  });

  it('works where there is no Claude at all, says so, and undo leaves no trace', async () => {
    const clients = m.clients();
    const plan = await clients.preview('claude-desktop', 'demo', 'install');
    expect(plan.warnings.join()).toContain('was not found');
    expect(plan.files[0]).toMatchObject({ exists: false });
    expect(fs.existsSync(path.join(m.userHome, '.config'))).toBe(false);
    await clients.apply('claude-desktop', 'demo', 'install', plan.token);
    expect(modeOf(m.config)).toBe(0o600);
    expect(modeOf(path.dirname(m.config))).toBe(0o700);
    await doIt(clients, 'undo');
    expect(fs.existsSync(path.join(m.userHome, '.config'))).toBe(false);
  });

  it('undo of a first install keeps a folder in which something else has come to stand', async () => {
    await doIt(m.clients(), 'install');
    fs.writeFileSync(path.join(path.dirname(m.config), 'other.json'), '{}');
    await doIt(m.clients(), 'undo');
    expect(fs.readdirSync(path.dirname(m.config))).toEqual(['other.json']);
  });

  it('undo goes back step by step', async () => {
    m.put('{}');
    const clients = m.clients();
    await doIt(clients, 'install', 'one');
    const afterOne = m.read();
    await doIt(clients, 'install', 'two');
    await doIt(clients, 'remove', 'one');
    expect(Object.keys(JSON.parse(m.read().toString()).mcpServers)).toEqual(['two']);
    await doIt(clients, 'undo');
    await doIt(clients, 'undo');
    expect(m.read().equals(afterOne)).toBe(true);
    await doIt(clients, 'undo');
    expect(m.read().toString()).toBe('{}');
  });

  it('installing again changes nothing and needs no undo', async () => {
    m.put(CONFIG);
    const clients = m.clients();
    await doIt(clients, 'install');
    const before = fs.statSync(m.config, { bigint: true });
    const again = await doIt(clients, 'install');
    expect(again.files[0]?.diff).toBe('');
    expect(fs.statSync(m.config, { bigint: true })).toMatchObject({
      ino: before.ino,
      mtimeNs: before.mtimeNs,
    });
    await doIt(clients, 'undo');
    expect(m.read().toString()).toBe(CONFIG);
  });

  it('repairs an entry of ours after the app moved, and one that somebody changed', async () => {
    await doIt(m.clients({ nodePath: '/old/node' }), 'install');
    expect((await m.clients().list())[0]?.entries).toEqual([
      { key: 'demo', profile: 'demo', state: 'moved' },
    ]);
    m.put(m.read().toString().replace('/old/node', '/tmp/evil'));
    expect((await m.clients().list())[0]?.entries).toEqual([
      { key: 'demo', profile: 'demo', state: 'changed' },
    ]);
    await doIt(m.clients(), 'install');
    expect((await m.clients().list())[0]?.entries).toEqual([{ key: 'demo', profile: 'demo', state: 'ours' }]);
  });

  it("leaves a stranger's entry of the same name, and removes only ours", async () => {
    const theirs = '{\n  "mcpServers": {\n    "demo": { "command": "theirs" }\n  }\n}\n';
    m.put(theirs);
    const plan = await doIt(m.clients(), 'install');
    expect(plan.warnings.join()).toContain('demo-2');
    const [target] = await m.clients().list();
    expect(target).toMatchObject({
      entries: [{ key: 'demo-2', profile: 'demo', state: 'ours' }],
      others: ['demo'],
    });
    await doIt(m.clients(), 'remove');
    expect(m.read().toString()).toBe(theirs);
    await expect(m.clients().preview('claude-desktop', 'demo', 'remove')).rejects.toThrow(
      code('CLIENT_NOTHING_TO_REMOVE'),
    );
  });

  it('leaves an emptied object, and takes a byte order mark out', async () => {
    m.put('\uFEFF{}');
    const plan = await doIt(m.clients(), 'install');
    expect(plan.warnings.join()).toContain('byte order mark');
    expect(m.read()[0]).toBe('{'.charCodeAt(0));
    await doIt(m.clients(), 'remove');
    expect(JSON.parse(m.read().toString())).toEqual({ mcpServers: {} });
    await doIt(m.clients(), 'undo');
    await doIt(m.clients(), 'undo');
    expect(m.read().toString()).toBe('\uFEFF{}');
  });

  it('carries the state folder where it is not the default one, and says when Claude runs', async () => {
    const clients = m.clients({ defaultHome: false, isRunning: async () => true });
    const plan = await doIt(clients, 'install');
    expect(JSON.parse(m.read().toString()).mcpServers.demo.env).toEqual({
      CATALYST_COMPANION_HOME: m.home.dir,
    });
    expect(plan.warnings.join()).toContain('Claude Desktop is running: quit it from the tray first');
  });

  it('writes the shapes of the other clients', async () => {
    fs.mkdirSync(path.join(m.userHome, '.cursor'));
    fs.mkdirSync(path.join(m.userHome, '.config/Code/User'), { recursive: true });
    fs.writeFileSync(
      path.join(m.userHome, '.config/Code/User/mcp.json'),
      '{\n  // mine\n  "inputs": [],\n}\n',
    );
    fs.writeFileSync(path.join(m.userHome, '.claude.json'), '{"numStartups":3}');
    for (const client of ['cursor', 'vscode', 'claude-code'] as const) {
      const { token } = await m.clients().preview(client, 'demo', 'install');
      await m.clients().apply(client, 'demo', 'install', token);
    }
    const entry = { command: process.execPath, args: [path.join(m.home.bin, 'catalyst-bridge.mjs'), 'demo'] };
    const at = (name: string) => fs.readFileSync(path.join(m.userHome, name), 'utf8');
    expect(JSON.parse(at('.cursor/mcp.json'))).toEqual({ mcpServers: { demo: entry } });
    expect(JSON.parse(at('.claude.json'))).toEqual({
      numStartups: 3,
      mcpServers: { demo: { type: 'stdio', ...entry } },
    });
    expect(at('.config/Code/User/mcp.json')).toMatch(
      /^\{\n {2}\/\/ mine\n {2}"inputs": \[\],\n {2}"servers": \{\n/,
    );
    const desktop = await m.clients().preview('claude-desktop', 'demo', 'install');
    expect(desktop.warnings.join()).toContain('will show it twice');
    const states = (await m.clients().list()).map((target) => [target.client, target.entries[0]?.state]);
    expect(states).toEqual([
      ['claude-desktop', undefined],
      ['claude-code', 'ours'],
      ['cursor', 'ours'],
      ['vscode', 'ours'],
    ]);
  });
});

describe('refusals, with nothing changed', () => {
  it.each([
    ['CLIENT_CONFIG_BROKEN', '{ "mcpServers": { }, }'],
    ['CLIENT_CONFIG_BROKEN', '\ufffe{}'],
    ['CLIENT_CONFIG_SHAPE', '{ "mcpServers": [] }'],
    ['CLIENT_CONFIG_SHAPE', 'null'],
  ])('%s for %j', async (wanted, text) => {
    m.put(text);
    await expect(m.clients().preview('claude-desktop', 'demo', 'install')).rejects.toThrow(code(wanted));
    await expect(m.clients().apply('claude-desktop', 'demo', 'install', 'x')).rejects.toThrow(code(wanted));
    expect((await m.clients().list())[0]?.problem?.code).toBe(wanted);
    expect(m.read().toString()).toBe(text);
    expect(m.litter()).toEqual([]);
  });

  it('a file that changed after the preview', async () => {
    m.put('{}');
    const { token } = await m.clients().preview('claude-desktop', 'demo', 'install');
    m.put('{ }');
    await expect(m.clients().apply('claude-desktop', 'demo', 'install', token)).rejects.toThrow(
      code('CLIENT_CONFIG_CHANGED'),
    );
    expect(m.read().toString()).toBe('{ }');
  });

  it('undo of a file that moved on, or whose backup was altered', async () => {
    m.put('{}');
    await doIt(m.clients(), 'install');
    const written = m.read();
    m.put(`${written.toString()}\n`);
    await expect(m.clients().preview('claude-desktop', 'demo', 'undo')).rejects.toThrow(
      code('CLIENT_CONFIG_CHANGED'),
    );
    m.put(written);
    const dir = path.dirname(m.config);
    const backup = fs.readdirSync(dir).find((name) => name.includes('backup'))!;
    fs.writeFileSync(path.join(dir, backup), '{"x":1}');
    await expect(m.clients().preview('claude-desktop', 'demo', 'undo')).rejects.toThrow(
      code('CLIENT_NOTHING_TO_UNDO'),
    );
    expect(m.read().equals(written)).toBe(true);
  });

  it('a client that is not here, a name that is none, a stub that is not built, a path that will not last', async () => {
    const preview = (more = {}) => m.clients(more).preview('claude-desktop', 'demo', 'install');
    await expect(m.clients().preview('cursor', 'demo', 'install')).rejects.toThrow(code('CLIENT_NOT_FOUND'));
    await expect(m.clients().preview('claude-desktop', '../x', 'install')).rejects.toThrow(
      code('PROFILE_INVALID'),
    );
    await expect(preview({ stubFile: '/nowhere/stub.js' })).rejects.toThrow(code('NOT_AVAILABLE_YET'));
    await expect(preview({ nodePath: '/tmp/.mount_x/node' })).rejects.toThrow(code('CLIENT_UNSTABLE_PATH'));
    expect(fs.existsSync(path.join(m.userHome, '.config'))).toBe(false);
  });

  it('a lock held by a living process; a stale one is taken over', async () => {
    m.put('{}');
    const lock = `${m.config}.lock`;
    const { token } = await m.clients().preview('claude-desktop', 'demo', 'install');
    const quick = m.clients({ lock: { waitMs: 200, staleMs: 300 } });
    fs.writeFileSync(lock, JSON.stringify({ pid: process.ppid, started: 0, at: Date.now() - 60_000 }));
    await expect(quick.apply('claude-desktop', 'demo', 'install', token)).rejects.toThrow(
      code('CLIENT_CONFIG_LOCKED'),
    );
    expect(m.read().toString()).toBe('{}');
    expect(fs.existsSync(lock)).toBe(true);
    fs.writeFileSync(lock, JSON.stringify({ pid: 4_194_303, started: 0, at: Date.now() }));
    await quick.apply('claude-desktop', 'demo', 'install', token);
    expect(m.litter()).toEqual([]);
  });

  it('a write-protected file', async () => {
    m.put('{}');
    fs.chmodSync(m.config, 0o444);
    await expect(doIt(m.clients(), 'install')).rejects.toThrow(code('CLIENT_CONFIG_UNSAFE'));
    expect(m.read().toString()).toBe('{}');
  });
});

describe('links', () => {
  const link = (to: string) => {
    fs.mkdirSync(path.dirname(m.config), { recursive: true });
    fs.symlinkSync(to, m.config);
  };

  it('writes through a link to its target and leaves the link', async () => {
    const target = path.join(m.userHome, 'dotfiles', 'claude.json');
    fs.mkdirSync(path.dirname(target));
    fs.writeFileSync(target, '{}');
    link('../../dotfiles/claude.json');
    await doIt(m.clients(), 'install');
    expect(fs.readlinkSync(m.config)).toBe('../../dotfiles/claude.json');
    expect(JSON.parse(fs.readFileSync(target, 'utf8')).mcpServers.demo.args[1]).toBe('demo');
    await doIt(m.clients(), 'undo');
    expect(fs.readFileSync(target, 'utf8')).toBe('{}');
  });

  it.each([
    ['dangling', (m: Machine) => path.join(m.userHome, 'gone.json')],
    [
      'outside the home folder',
      (m: Machine) => (fs.writeFileSync(path.join(m.root, 'out.json'), '{}'), path.join(m.root, 'out.json')),
    ],
    ['to a folder', (m: Machine) => m.userHome],
    ['to a device', () => '/dev/null'],
    ['to itself', () => 'claude_desktop_config.json'],
  ])('refuses one %s', async (_what, to) => {
    link(to(m));
    await expect(m.clients().preview('claude-desktop', 'demo', 'install')).rejects.toThrow(
      code('CLIENT_CONFIG_UNSAFE'),
    );
    expect((await m.clients().list())[0]?.problem?.code).toBe('CLIENT_CONFIG_UNSAFE');
    expect(m.litter()).toEqual([]);
  });

  it('refuses a folder that leads outside, or nowhere', async () => {
    fs.symlinkSync(m.root, path.join(m.userHome, '.config'));
    await expect(m.clients().preview('claude-desktop', 'demo', 'install')).rejects.toThrow(
      code('CLIENT_CONFIG_UNSAFE'),
    );
    fs.rmSync(path.join(m.userHome, '.config'));
    fs.symlinkSync('nowhere', path.join(m.userHome, '.config'));
    await expect(m.clients().preview('claude-desktop', 'demo', 'install')).rejects.toThrow(
      code('CLIENT_CONFIG_UNSAFE'),
    );
  });

  it('takes a configuration folder outside home that the system names', async () => {
    const env = { XDG_CONFIG_HOME: path.join(m.root, 'xdg') };
    const plan = await doIt(m.clients({ env }), 'install');
    expect(plan.files[0]?.path).toBe(path.join(m.root, 'xdg/Claude/claude_desktop_config.json'));
    expect(fs.existsSync(plan.files[0].path)).toBe(true);
  });
});

describe('somebody else writes in between', () => {
  it('begins again and keeps both edits', async () => {
    m.put('{ "mcpServers": {} }');
    let interfere = 3;
    const clients = m.clients({
      onStep(step) {
        if (step !== 'recorded' || interfere-- <= 0) return;
        // The same length every time, as a clock tick may hide it from the stat.
        m.put(`{ "mcpServers": { "theirs${interfere}": {} } }`);
      },
    });
    await doIt(clients, 'install');
    expect(Object.keys(JSON.parse(m.read().toString()).mcpServers)).toEqual(['theirs0', 'demo']);
    expect(m.litter()).toEqual([]);
    await doIt(clients, 'undo');
    expect(m.read().toString()).toBe('{ "mcpServers": { "theirs0": {} } }');
  });

  it('gives up after five times, with their bytes in place', async () => {
    m.put('{}');
    let count = 0;
    const clients = m.clients({
      onStep: (step) => (step === 'recorded' ? m.put(`{ "n": ${count++} }`) : undefined),
    });
    await expect(doIt(clients, 'install')).rejects.toThrow(code('CLIENT_CONFIG_CHANGED'));
    expect(m.read().toString()).toBe('{ "n": 4 }');
    expect(m.litter()).toEqual([]);
    await expect(clients.preview('claude-desktop', 'demo', 'undo')).rejects.toThrow(
      code('CLIENT_NOTHING_TO_UNDO'),
    );
  });

  it('leaves a file alone that they broke meanwhile', async () => {
    m.put('{}');
    const clients = m.clients({ onStep: (step) => (step === 'recorded' ? m.put('{ half') : undefined) });
    await expect(doIt(clients, 'install')).rejects.toThrow(code('CLIENT_CONFIG_BROKEN'));
    expect(m.read().toString()).toBe('{ half');
  });

  it('two of ours at once take turns', async () => {
    m.put('{}');
    const [one, two] = [m.clients(), m.clients()];
    const until = async (clients: typeof one, profile: string) => {
      for (;;) {
        try {
          return await doIt(clients, 'install', profile);
        } catch (error) {
          if ((error as { code?: string }).code !== 'CLIENT_CONFIG_CHANGED') throw error;
        }
      }
    };
    await Promise.all([until(one, 'one'), until(two, 'two')]);
    expect(Object.keys(JSON.parse(m.read().toString()).mcpServers).sort()).toEqual(['one', 'two']);
  });
});

it('keeps ten backups', async () => {
  m.put('{}');
  let now = Date.UTC(2026, 0, 1);
  const clock = { now: () => (now += 1000), monotonic: () => performance.now(), after: () => () => {} };
  for (let round = 0; round < 8; round++) {
    await doIt(m.clients({ clock }), 'install');
    await doIt(m.clients({ clock }), 'remove');
  }
  const backups = fs.readdirSync(path.dirname(m.config)).filter((name) => name.includes('backup'));
  expect(backups).toHaveLength(10);
});
