import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { doIt, machine, type Machine } from './machine.ts';

/* Windows' rules and path spelling over a tree on this system: C:\Users\Ana is `ana`. */
const HOME = 'C:\\Users\\Ana';
const STORE =
  'AppData/Local/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/claude_desktop_config.json';
const CLASSIC = 'AppData/Roaming/Claude/claude_desktop_config.json';

let m: Machine;
beforeEach(() => {
  m = machine();
});
afterEach(() => m.remove());

const windows = (more = {}) =>
  m.clients({
    platform: 'win32',
    userHome: HOME,
    env: { APPDATA: `${HOME}\\AppData\\Roaming`, LOCALAPPDATA: `${HOME}\\AppData\\Local` },
    nodePath: 'C:\\Program Files\\Catalyst\\node.exe',
    hostPath: (file) => path.join(m.userHome, file.slice(HOME.length).replaceAll('\\', '/')),
    ...more,
  });
const at = (name: string) => path.join(m.userHome, name);
function put(name: string, text: string): void {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), text);
}
const busy = (code: string) => Object.assign(new Error(`${code}: file in use`), { code });

it('writes the Store copy and the classic file, and undoes both', async () => {
  put(STORE, '{"a":1}');
  put(CLASSIC, '{}\r\n');
  const plan = await doIt(windows(), 'install');
  expect(plan.files.map((file) => file.path)).toEqual([
    `${HOME}\\${STORE.replaceAll('/', '\\')}`,
    `${HOME}\\${CLASSIC.replaceAll('/', '\\')}`,
  ]);
  expect(plan.commandLine).toMatch(/^"C:\\Program Files\\Catalyst\\node.exe" /);
  for (const name of [STORE, CLASSIC]) {
    expect(JSON.parse(fs.readFileSync(at(name), 'utf8')).mcpServers.demo.command).toBe(
      'C:\\Program Files\\Catalyst\\node.exe',
    );
  }
  await doIt(windows(), 'undo');
  expect(fs.readFileSync(at(STORE), 'utf8')).toBe('{"a":1}');
  expect(fs.readFileSync(at(CLASSIC), 'utf8')).toBe('{}\r\n');
});

it('makes the folders inside the package, and takes them away again', async () => {
  const before = 'AppData/Local/Packages/Claude_pzs8sxrjxfjjc';
  fs.mkdirSync(at(before), { recursive: true });
  await doIt(windows(), 'install');
  expect(fs.existsSync(at(STORE))).toBe(true);
  await doIt(windows(), 'undo');
  expect(fs.readdirSync(at(before))).toEqual([]);
});

it('waits while a scanner holds the file', async () => {
  put(CLASSIC, '{}');
  let refusals = 4;
  const rename: typeof fs.promises.rename = async (from, to) => {
    if (String(to).endsWith('config.json') && refusals-- > 0)
      throw busy(['EPERM', 'EACCES', 'EBUSY'][refusals % 3]);
    await fs.promises.rename(from, to);
  };
  await doIt(windows({ rename }), 'install');
  expect(refusals).toBe(-1);
  expect(JSON.parse(fs.readFileSync(at(CLASSIC), 'utf8')).mcpServers.demo).toBeDefined();
});

it('waits to take away a file that it had made', async () => {
  fs.mkdirSync(path.dirname(at(CLASSIC)), { recursive: true });
  await doIt(windows(), 'install');
  let refusals = 3;
  const unlink: typeof fs.promises.unlink = async (file) => {
    if (refusals-- > 0) throw busy('EBUSY');
    await fs.promises.unlink(file);
  };
  await doIt(windows({ unlink }), 'undo');
  expect(fs.existsSync(at(CLASSIC))).toBe(false);
});

it('takes the first file back when the second cannot be written', async () => {
  put(STORE, '{"a":1}');
  put(CLASSIC, '{}');
  const rename: typeof fs.promises.rename = async (from, to) => {
    if (String(to) === at(CLASSIC)) throw busy('EIO');
    await fs.promises.rename(from, to);
  };
  await expect(doIt(windows({ rename }), 'install')).rejects.toThrow(
    expect.objectContaining({ code: 'STATE_WRITE_FAILED' }),
  );
  expect(fs.readFileSync(at(STORE), 'utf8')).toBe('{"a":1}');
  expect(fs.readFileSync(at(CLASSIC), 'utf8')).toBe('{}');
  await expect(windows().preview('claude-desktop', 'demo', 'undo')).rejects.toThrow(
    expect.objectContaining({ code: 'CLIENT_NOTHING_TO_UNDO' }),
  );
});

it('several packages: refused, listed, nothing written', async () => {
  put(STORE, '{}');
  fs.mkdirSync(at('AppData/Local/Packages/Claude_other'), { recursive: true });
  await expect(windows().preview('claude-desktop', 'demo', 'install')).rejects.toThrow(
    expect.objectContaining({ code: 'CLIENT_CONFIG_AMBIGUOUS' }),
  );
  const targets = (await windows().list()).filter((target) => target.client === 'claude-desktop');
  expect(targets.map((target) => target.problem?.code)).toEqual([
    'CLIENT_CONFIG_AMBIGUOUS',
    'CLIENT_CONFIG_AMBIGUOUS',
  ]);
  expect(fs.readFileSync(at(STORE), 'utf8')).toBe('{}');
});

/* Wherever Windows keeps AppData, and whatever the user is called: drive and share become a folder of this system. */
it.each([
  ['a name beyond ASCII', 'C:\\Users\\Jürgen Müller', 'C:\\Users\\Jürgen Müller\\AppData\\Roaming'],
  ['another script', 'C:\\Users\\李雷', 'C:\\Users\\李雷\\AppData\\Roaming'],
  ['AppData on a share', HOME, '\\\\fs01\\profiles$\\ana\\AppData\\Roaming'],
  ['AppData in OneDrive', HOME, 'D:\\OneDrive - Firma GmbH\\AppData\\Roaming'],
  ['a path beyond 260 characters', HOME, `${HOME}\\${'a long folder name\\'.repeat(15)}Roaming`],
])('writes and undoes with %s', async (_what, home, roaming) => {
  const hostPath = (file: string) =>
    path.join(m.root, 'drives', ...file.split(/[:\\]+/).filter((part) => part !== ''));
  const config = `${roaming}\\Claude\\claude_desktop_config.json`;
  fs.mkdirSync(path.dirname(hostPath(config)), { recursive: true });
  fs.mkdirSync(hostPath(home), { recursive: true });
  fs.writeFileSync(hostPath(config), '{"a":"é"}');
  const here = windows({
    hostPath,
    userHome: home,
    env: { APPDATA: roaming, LOCALAPPDATA: `${home}\\AppData\\Local` },
    nodePath: `${home}\\Catalyst\\node.exe`,
  });
  const plan = await doIt(here, 'install');
  expect(plan.files.map((file) => file.path)).toEqual([config]);
  expect(plan.commandLine).toContain(`${home}\\Catalyst\\node.exe`);
  const written = JSON.parse(fs.readFileSync(hostPath(config), 'utf8'));
  expect(written).toMatchObject({ a: 'é', mcpServers: { demo: { command: `${home}\\Catalyst\\node.exe` } } });
  await doIt(here, 'undo');
  expect(fs.readFileSync(hostPath(config), 'utf8')).toBe('{"a":"é"}');
});

it('writes no command that stands on a share', async () => {
  put(CLASSIC, '{}');
  const here = windows({ nodePath: '\\\\fs01\\apps\\node.exe' });
  await expect(here.preview('claude-desktop', 'demo', 'install')).rejects.toThrow(
    expect.objectContaining({ code: 'CLIENT_UNSTABLE_PATH' }),
  );
  expect(fs.readFileSync(at(CLASSIC), 'utf8')).toBe('{}');
});
