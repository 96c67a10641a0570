import { describe, expect, it } from 'vitest';
import { maskJson } from '../../../electron/core/clients/mask.ts';
import { describeOther } from '../../../electron/core/clients/others.ts';
import { toolWarnings } from '../../../electron/core/clients/tool-names.ts';

describe('an entry that is not ours', () => {
  it.each([
    [{ command: 'npx', args: ['-y', 'some-server', '/home/a'] }, 'npx -y some-server /home/a', []],
    [{ command: 'x', args: ['--api-key', 'abc', '--port', '80'] }, 'x --api-key ••• --port 80', []],
    [{ command: 'x', args: ['--token=abc', 'KEY=1'] }, 'x --token=••• KEY=•••', []],
    [{ command: 'x', args: ['ghp_0123456789'], env: { A: 's3cret', B: '2' } }, 'x •••', ['A', 'B']],
    [{ command: 'x', args: ['--header', 'Authorization: Bearer abc'] }, 'x --header Authorization:•••', []],
    [{ command: 'x', args: ['postgres://u:p@db/x'] }, 'x •••', []],
    [
      { type: 'http', url: 'https://u:p@mcp.example/a?key=1', headers: { Authorization: 'Bearer x' } },
      'https://mcp.example/a?…',
      ['Authorization'],
    ],
    [{ url: 'not an address' }, '(an address that cannot be read)', []],
    [{}, '(no command)', []],
    [7, '(not an entry)', []],
  ])('%j', (value, start, env) => expect(describeOther('k', value)).toEqual({ key: 'k', start, env }));
});

describe('JSON on the screen', () => {
  it.each([
    ['"GITHUB_TOKEN": "abc"', '"GITHUB_TOKEN": "•••"'],
    ['"OPENAI_API_KEY":"abc","LOG":"1"', '"OPENAI_API_KEY":"•••","LOG":"1"'],
    ['"args": ["--x", "sk-abc"]', '"args": ["--x", "•••"]'],
    ['"DB": "mysql://me:pw@host/db"', '"DB": "•••"'],
    ['"globalShortcut": "Ctrl+Space"', '"globalShortcut": "Ctrl+Space"'],
    ['"command": "/home/ana/.catalyst-companion/bin/catalyst-bridge"', null],
    ['"CATALYST_COMPANION_HOME": "/srv/state-1234567890-1234567890"', null],
    ['"quote \\" TOKEN": "a\\"b"', '"quote \\" TOKEN": "•••"'],
  ])('%s', (text, shown) => expect(maskJson(text)).toBe(shown ?? text));
});

describe('names of tools that hosts would not take', () => {
  it('says so before they are in the way, and when none are known', () => {
    expect(toolWarnings('demo', ['demo'], ['get_positions'])).toEqual([]);
    expect(toolWarnings('demo', ['demo'], undefined)[0]).toContain('connect it once');
    const long = 'a'.repeat(53);
    expect(toolWarnings('demo', ['demo'], [long])).toEqual([]);
    const [warning] = toolWarnings('demo', ['demo'], [`${long}b`, `${long}c`, `${long}d`, `${long}e`]);
    expect(warning).toContain('4 tools have names too long');
    expect(warning).toContain('and 1 more');
    expect(toolWarnings('demo', ['demo', 'demo-2'], [long])).toHaveLength(1);
  });
});

it('texts of megabytes are masked as well', () => {
  const text = `{"blob":"${'x'.repeat(20_000_000)}","token":"abc"}`;
  expect(maskJson(text).slice(-20)).toBe('x","token":"•••"}'.padStart(20, 'x'));
});
