import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locate } from '../../../electron/core/clients/locate.ts';
import type { LocateHost } from '../../../electron/core/clients/location.ts';

/** A machine on which exactly these files exist (a name ending in a separator is a folder). */
function machine(
  platform: NodeJS.Platform,
  home: string,
  files: string[],
  env: Record<string, string> = {},
): LocateHost {
  const at = platform === 'win32' ? path.win32 : path.posix;
  const all = new Map<string, 'file' | 'dir'>();
  for (const name of files) {
    const isDir = name.endsWith(at.sep);
    const file = isDir ? name.slice(0, -1) : name;
    all.set(file, isDir ? 'dir' : 'file');
    for (let dir = at.dirname(file); dir !== at.dirname(dir); dir = at.dirname(dir)) all.set(dir, 'dir');
  }
  return {
    platform,
    home,
    env,
    fs: {
      exists: async (file) => all.has(file),
      isDir: async (file) => all.get(file) === 'dir',
      list: async (dir) =>
        [...all.keys()].filter((file) => at.dirname(file) === dir).map((file) => at.basename(file)),
    },
  };
}

const HOME = 'C:\\Users\\Ana';
const ENV = { APPDATA: `${HOME}\\AppData\\Roaming`, LOCALAPPDATA: `${HOME}\\AppData\\Local` };
const CLASSIC = `${ENV.APPDATA}\\Claude\\claude_desktop_config.json`;
const PACKAGE = `${ENV.LOCALAPPDATA}\\Packages\\Claude_pzs8sxrjxfjjc`;
const STORE = `${PACKAGE}\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`;
const SQUIRREL = `${ENV.LOCALAPPDATA}\\AnthropicClaude\\`;

async function windows(files: string[]) {
  const places = await locate('claude-desktop', machine('win32', HOME, files, ENV));
  return places.map((place) => ({ path: place.path, found: place.found, code: place.problem?.code }));
}
const place = (file: string, found = true) => ({ path: file, found, code: undefined });

describe('Claude Desktop on Windows', () => {
  it('Store package with a file of its own', async () => {
    expect(await windows([STORE])).toEqual([place(STORE)]);
  });
  it('Store package that reads through to the classic file: no copy that would hide it', async () => {
    expect(await windows([`${PACKAGE}\\`, CLASSIC])).toEqual([place(CLASSIC)]);
  });
  it('Store package without any file', async () => {
    expect(await windows([`${PACKAGE}\\`])).toEqual([place(STORE)]);
  });
  it('both files: both are written', async () => {
    expect(await windows([STORE, CLASSIC])).toEqual([place(STORE), place(CLASSIC)]);
  });
  it('both installed, only the Store one with a file', async () => {
    expect(await windows([STORE, SQUIRREL])).toEqual([place(STORE), place(CLASSIC)]);
  });
  it('both installed, neither with a file', async () => {
    expect(await windows([`${PACKAGE}\\`, SQUIRREL])).toEqual([place(STORE), place(CLASSIC)]);
  });
  it('classic only', async () => {
    expect(await windows([CLASSIC, SQUIRREL])).toEqual([place(CLASSIC)]);
    expect(await windows([SQUIRREL])).toEqual([place(CLASSIC)]);
  });
  it('not installed: the classic place, not found', async () => {
    expect(await windows([])).toEqual([place(CLASSIC, false)]);
  });
  it('other packages and files of similar names are not taken for it', async () => {
    const packages = `${ENV.LOCALAPPDATA}\\Packages`;
    const decoys = [
      `${packages}\\Claude-Data\\`,
      `${packages}\\Claude_x y\\`,
      `${packages}\\Claude_file`,
      `${packages}\\NotClaude_abc\\`,
    ];
    expect(await windows(decoys)).toEqual([place(CLASSIC, false)]);
  });
  it('several packages: all named, none to be written', async () => {
    const other = PACKAGE.replace('pzs8sxrjxfjjc', 'abc123');
    const [first, second, ...rest] = await locate(
      'claude-desktop',
      machine('win32', HOME, [STORE, `${other}\\`, CLASSIC], ENV),
    );
    expect(rest).toEqual([]);
    for (const each of [first, second]) expect(each?.problem?.code).toBe('CLIENT_CONFIG_AMBIGUOUS');
    expect(first?.problem?.message).toContain(PACKAGE);
    expect(first?.problem?.message).toContain(other);
  });
  it('the 3P deployment beside it, in its package or plain', async () => {
    const plain = `${ENV.LOCALAPPDATA}\\Claude-3p\\claude_desktop_config.json`;
    const twin = `${PACKAGE}\\LocalCache\\Local\\Claude-3p\\claude_desktop_config.json`;
    expect(await windows([STORE, plain])).toEqual([place(STORE), place(plain)]);
    expect(await windows([STORE, plain, twin])).toEqual([place(STORE), place(twin)]);
  });
  it('without APPDATA and LOCALAPPDATA the usual folders are taken', async () => {
    const [only] = await locate('claude-desktop', machine('win32', HOME, []));
    expect(only?.path).toBe(CLASSIC);
  });
});

describe('Claude Desktop elsewhere', () => {
  const one = async (host: LocateHost) =>
    (await locate('claude-desktop', host)).map(({ path, found }) => ({ path, found }));
  it('macOS', async () => {
    const file = '/Users/ana/Library/Application Support/Claude/claude_desktop_config.json';
    expect(await one(machine('darwin', '/Users/ana', [file]))).toEqual([{ path: file, found: true }]);
  });
  it('Linux, XDG, and a relative XDG folder that does not count', async () => {
    const usual = '/home/ana/.config/Claude/claude_desktop_config.json';
    expect(await one(machine('linux', '/home/ana', []))).toEqual([{ path: usual, found: false }]);
    const moved = machine('linux', '/home/ana', ['/cfg/Claude/'], { XDG_CONFIG_HOME: '/cfg' });
    expect(await one(moved)).toEqual([{ path: '/cfg/Claude/claude_desktop_config.json', found: true }]);
    const relative = machine('linux', '/home/ana', [], { XDG_CONFIG_HOME: 'cfg' });
    expect((await one(relative))[0]?.path).toBe(usual);
  });
  it('the 3P deployment', async () => {
    const places = await one(machine('linux', '/home/ana', ['/home/ana/.config/Claude-3p/']));
    expect(places.map((each) => each.path)).toEqual([
      '/home/ana/.config/Claude/claude_desktop_config.json',
      '/home/ana/.config/Claude-3p/claude_desktop_config.json',
    ]);
  });
});

describe('other clients', () => {
  it('Claude Code, at home and moved', async () => {
    const [usual] = await locate('claude-code', machine('linux', '/home/ana', ['/home/ana/.claude/']));
    expect(usual).toMatchObject({
      path: '/home/ana/.claude.json',
      found: true,
      typed: true,
      rootKey: 'mcpServers',
    });
    const env = { CLAUDE_CONFIG_DIR: '/home/ana/cc' };
    const [moved] = await locate('claude-code', machine('linux', '/home/ana', ['/home/ana/cc/'], env));
    expect(moved).toMatchObject({ path: '/home/ana/cc/.claude.json', found: true });
  });
  it('Cursor and VS Code on Windows', async () => {
    const host = machine('win32', HOME, [`${HOME}\\.cursor\\`, `${ENV.APPDATA}\\Code\\User\\`], ENV);
    expect((await locate('cursor', host))[0]).toMatchObject({
      path: `${HOME}\\.cursor\\mcp.json`,
      found: true,
    });
    expect((await locate('vscode', host))[0]).toMatchObject({
      path: `${ENV.APPDATA}\\Code\\User\\mcp.json`,
      found: true,
      rootKey: 'servers',
      dialect: 'jsonc',
      typed: true,
    });
  });
  it.each([['Code'], ['Code - Insiders'], ['Code', 'Code - Insiders']])(
    'VS Code: %s %s',
    async (...apps: string[]) => {
      const folders = apps.map((app) => `/home/ana/.config/${app}/User/`);
      const places = await locate('vscode', machine('linux', '/home/ana', folders));
      expect(places.map(({ path: file }) => file)).toEqual(folders.map((folder) => `${folder}mcp.json`));
      for (const each of places)
        expect(each).toMatchObject({ found: true, rootKey: 'servers', dialect: 'jsonc', typed: true });
      expect(new Set(places.map(({ label }) => label)).size).toBe(apps.length);
    },
  );
  it('VS Code that is not there', async () => {
    const places = await locate('vscode', machine('linux', '/home/ana', []));
    expect(places).toMatchObject([{ path: '/home/ana/.config/Code/User/mcp.json', found: false }]);
  });
});

/* Homes of the world: what is found has to be spelled as Windows spells it. */
describe('Windows homes of every kind', () => {
  it.each([
    ['letters beyond ASCII', 'C:\\Users\\Jürgen Müller', 'C:\\Users\\Jürgen Müller\\AppData\\Roaming'],
    ['another script', 'C:\\Users\\李雷', 'C:\\Users\\李雷\\AppData\\Roaming'],
    ['AppData redirected to a share', HOME, '\\\\fs01\\profiles$\\ana\\AppData\\Roaming'],
    ['AppData moved into OneDrive', HOME, 'D:\\OneDrive - Firma GmbH\\AppData\\Roaming'],
    ['a very long path', HOME, `${HOME}\\${'very long folder name\\'.repeat(20)}Roaming`],
    ['another drive, forward slashes', HOME, 'E:/Profile/Roaming'],
  ])('%s', async (_what, home, roaming) => {
    const file = path.win32.normalize(`${roaming}\\Claude\\claude_desktop_config.json`);
    const env = { APPDATA: roaming, LOCALAPPDATA: `${home}\\AppData\\Local` };
    const store = `${env.LOCALAPPDATA}\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`;
    const all = [file, store, path.win32.normalize(`${roaming}\\Code\\User\\`), `${home}\\.cursor\\`];
    const host = machine('win32', home, all, env);
    const found = await locate('claude-desktop', host);
    expect(found.map((each) => [each.path, each.found])).toEqual([
      [store, true],
      [file, true],
    ]);
    const others = [...(await locate('vscode', host)), ...(await locate('cursor', host))];
    expect(others.every((each) => each.found && path.win32.isAbsolute(each.path))).toBe(true);
  });
});
