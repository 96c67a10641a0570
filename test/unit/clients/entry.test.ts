import { describe, expect, it } from 'vitest';
import {
  checkStable,
  commandLine,
  keyFor,
  makeEntry,
  profileOf,
  stateOf,
  type Launch,
} from '../../../electron/core/clients/entry.ts';

const launch: Launch = {
  platform: 'linux',
  stub: '/home/ana/.catalyst-companion/bin/catalyst-bridge.mjs',
  node: '/usr/bin/node',
  home: null,
};
const entry = makeEntry('demo', launch, false);

describe('the entry', () => {
  it('is absolute and bare', () => {
    expect(entry).toEqual({ command: '/usr/bin/node', args: [launch.stub, 'demo'] });
    expect(makeEntry('demo', { ...launch, home: '/srv/state' }, true)).toEqual({
      type: 'stdio',
      command: '/usr/bin/node',
      args: [launch.stub, 'demo'],
      env: { CATALYST_COMPANION_HOME: '/srv/state' },
    });
  });

  it('starts a single executable by itself', () => {
    const alone = { ...launch, node: null, stub: '/home/ana/.catalyst-companion/bin/catalyst-bridge' };
    const made = makeEntry('demo', alone, false);
    expect(made).toEqual({ command: alone.stub, args: ['demo'] });
    expect(profileOf(made, alone)).toBe('demo');
  });
});

describe('recognising', () => {
  it('knows ours by the stub and the profile', () => {
    expect(profileOf(entry, launch)).toBe('demo');
    expect(stateOf(entry, entry)).toBe('ours');
    const moved = { ...entry, command: '/old/node' };
    expect(profileOf(moved, launch)).toBe('demo');
    expect(stateOf(moved, entry)).toBe('changed');
    expect(stateOf({ ...entry, env: { NODE_OPTIONS: '--require=/tmp/x.js' } }, entry)).toBe('changed');
    expect(stateOf({ ...entry, env: {} }, entry)).toBe('ours');
    expect(stateOf({ ...entry, disabled: true }, entry)).toBe('ours');
  });

  it.each([
    ['another stub', { command: '/usr/bin/node', args: ['/elsewhere/bin/catalyst-bridge.mjs', 'demo'] }],
    ['no profile', { command: '/usr/bin/node', args: [launch.stub] }],
    ['no name', { command: '/usr/bin/node', args: [launch.stub, 'Not A Name'] }],
    ['a wrapper', { command: '/usr/bin/env', args: ['node', launch.stub, 'demo'] }],
    ['a url', { type: 'http', url: 'https://mcp.example' }],
    ['no object', 7],
    ['odd arguments', { command: '/usr/bin/node', args: [1, { a: 2 }] }],
  ])('does not claim %s', (_what, value) => expect(profileOf(value, launch)).toBeUndefined());

  it('knows a Windows path in any case and with either slash', () => {
    const windows: Launch = {
      platform: 'win32',
      stub: 'C:\\Users\\Ana\\b\\catalyst-bridge.mjs',
      node: 'C:\\n.exe',
      home: null,
    };
    const value = { command: 'c:\\N.EXE', args: ['c:/users/ana/b/catalyst-bridge.mjs', 'demo'] };
    expect(profileOf(value, windows)).toBe('demo');
    expect(stateOf(value, makeEntry('demo', windows, false))).toBe('changed');
  });
});

describe('the key', () => {
  const stranger = { command: 'x' };
  it('is the name of the profile', () => expect(keyFor('demo', {}, launch)).toBe('demo'));
  it('gets a number where somebody else holds it', () => {
    expect(keyFor('demo', { demo: stranger }, launch)).toBe('demo-2');
    expect(keyFor('demo', { demo: stranger, 'demo-2': stranger }, launch)).toBe('demo-3');
  });
  it('stays where our entry already is', () => {
    expect(keyFor('demo', { demo: stranger, 'my-own-name': entry }, launch)).toBe('my-own-name');
    expect(keyFor('demo', { x: entry, demo: entry }, launch)).toBe('demo');
  });
  it('stays within sixteen characters', () => {
    const name = 'a-sixteen-letter';
    expect(keyFor(name, { [name]: stranger }, launch)).toBe('a-sixteen-lett-2');
  });
  it('is not fooled by names every object has', () => {
    expect(keyFor('constructor', {}, launch)).toBe('constructor');
  });
});

describe('paths that would not last', () => {
  const refuse = (command: string, platform: NodeJS.Platform = 'linux') => {
    const where = {
      ...launch,
      platform,
      node: command,
      stub: platform === 'win32' ? 'C:\\s.mjs' : launch.stub,
    };
    expect(() => checkStable(makeEntry('demo', where, false), where)).toThrow(
      expect.objectContaining({ code: 'CLIENT_UNSTABLE_PATH' }),
    );
  };
  it.each(['/tmp/.mount_CatalyX1/usr/bin/node', '/home/ana/Downloads/app/node', 'node', './node'])(
    '%s',
    (file) => refuse(file),
  );
  it('/private/…/AppTranslocation/…', () =>
    refuse('/private/var/folders/a/T/AppTranslocation/B/d/App.app/node', 'darwin'));
  it.each([
    '\\\\server\\share\\node.exe',
    '//server/share/node.exe',
    '\\\\?\\UNC\\s\\x\\node.exe',
    'C:\\Users\\a\\downloads\\node.exe',
    'node.exe',
  ])('%s', (file) => refuse(file, 'win32'));
  it('takes ordinary ones', () => {
    checkStable(entry, launch);
    const windows: Launch = {
      platform: 'win32',
      stub: 'C:\\s.mjs',
      node: '\\\\?\\C:\\Program Files\\node.exe',
      home: null,
    };
    checkStable(makeEntry('demo', windows, false), windows);
  });
});

describe('the command line', () => {
  it('is whole, and quoted where words could run together', () => {
    expect(commandLine([entry.command, ...entry.args], 'linux')).toBe(`/usr/bin/node ${launch.stub} demo`);
    expect(commandLine(["/a b/it's", 'x;y'], 'linux')).toBe(`'/a b/it'\\''s' 'x;y'`);
    expect(commandLine(['C:\\Program Files\\node.exe', 'C:\\s.mjs', 'demo'], 'win32')).toBe(
      '"C:\\Program Files\\node.exe" C:\\s.mjs demo',
    );
  });
});
