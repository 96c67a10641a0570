import { describe, expect, it } from 'vitest';
import type { Rules } from '../../../electron/core/clients/document.ts';
import { removeServer, setServer } from '../../../electron/core/clients/json-edit.ts';

const claude: Rules = { path: 'c.json', dialect: 'json', rootKey: 'mcpServers' };
const code: Rules = { path: 'mcp.json', dialect: 'jsonc', rootKey: 'servers' };

describe('changing an entry of ours', () => {
  it('keeps its other fields, its place and the style of the line it stands on', () => {
    const text = '{"mcpServers":{"demo":{"command":"old","disabled":1.0,"args":["a"]},"z":{}}}';
    expect(setServer(text, claude, 'demo', { command: 'new', args: ['b', 'demo'] })).toBe(
      '{"mcpServers":{"demo":{"command":"new","disabled":1.0,"args":["b","demo"]},"z":{}}}',
    );
  });

  it('adds what is missing and takes out an environment that is no longer needed', () => {
    const text = '{\n  "servers": {\n    "demo": {\n      "command": "x",\n      "env": {}\n    }\n  }\n}\n';
    expect(setServer(text, code, 'demo', { type: 'stdio', command: 'x', args: [] })).toBe(
      '{\n  "servers": {\n    "demo": {\n      "command": "x",\n      "type": "stdio",\n      "args": []\n    }\n  }\n}\n',
    );
  });

  it('replaces what is not an entry at all', () => {
    expect(setServer('{"mcpServers":{"demo":7}}', claude, 'demo', { command: 'x', args: [] })).toBe(
      '{"mcpServers":{"demo":{"command":"x","args":[]}}}',
    );
  });
});

describe('removing', () => {
  it.each([
    ['the only one', '{\n  "servers": {\n    "ours": {}\n  }\n}', '{\n  "servers": {}\n}'],
    ['the first', '{"servers":{"ours":{},"b":1}}', '{"servers":{"b":1}}'],
    ['the middle one', '{ "servers": { "a": 1, "ours": {}, "b": 2 } }', '{ "servers": { "a": 1, "b": 2 } }'],
    ['the last', '{ "servers": { "a": 1, "ours": {} } }', '{ "servers": { "a": 1 } }'],
    ['a doubled one', '{"servers":{"ours":1,"a":2,"ours":3}}', '{"servers":{"a":2}}'],
    ['one that is not there', '{"servers":{ }}', '{"servers":{ }}'],
    ['none at all', '', ''],
    [
      'the last, with a remark on its neighbour',
      '{\n  "servers": {\n    "a": 1, // keep\n    "ours": {}\n  }\n}',
      '{\n  "servers": {\n    "a": 1 // keep\n  }\n}',
    ],
    [
      'the first, with remarks around',
      '{\n  "servers": {\n    // before\n    "ours": {}, // after\n    "b": 1\n  }\n}',
      '{\n  "servers": {\n    // before\n     // after\n    "b": 1\n  }\n}',
    ],
    [
      'the last, with a trailing comma',
      '{\n  "servers": {\n    "a": 1,\n    "ours": {},\n  },\n}',
      '{\n  "servers": {\n    "a": 1,\n  },\n}',
    ],
    [
      'the only one, under a remark',
      '{\n  "servers": {\n    // mine\n    "ours": {}\n  }\n}',
      '{\n  "servers": {\n    // mine\n  }\n}',
    ],
    [
      'one behind a block comment',
      '{ "servers": { "a": 1 /* x */, "ours": {} } }',
      '{ "servers": { "a": 1 /* x */ } }',
    ],
    [
      'one after a line comment with more on its line',
      '{ "servers": { "a": 1, // x\n"ours": {}, "b": 2 } }',
      '{ "servers": { "a": 1, // x\n "b": 2 } }',
    ],
  ])('%s', (_what, before, after) => {
    expect(removeServer(before, code, 'ours')).toBe(after);
  });
});
