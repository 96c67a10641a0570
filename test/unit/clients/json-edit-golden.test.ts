import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import { decodeConfig, parseConfig, type Rules } from '../../../electron/core/clients/document.ts';
import { removeServer, setServer, type ServerEntry } from '../../../electron/core/clients/json-edit.ts';

/*
 * NAME.before.txt with NAME.after.txt: the file before and after our entry was set.
 * NAME.before.txt with NAME.refused.txt: the code and sentence with which it is left alone.
 * Names that begin with `jsonc-` are read by VS Code's rules, all others by Claude's.
 */
const folder = path.join(import.meta.dirname, '../../fixtures/configs');
const names = fs
  .readdirSync(folder)
  .filter((file) => file.endsWith('.before.txt'))
  .map((file) => file.replace('.before.txt', ''));

const entry: ServerEntry = {
  command: '/usr/bin/node',
  args: ['/home/ana/.catalyst-companion/bin/catalyst-bridge.mjs', 'demo'],
};

function rulesFor(name: string): Rules {
  const code = name.startsWith('jsonc-');
  return { path: 'config.json', dialect: code ? 'jsonc' : 'json', rootKey: code ? 'servers' : 'mcpServers' };
}

function edit(name: string): string {
  const { text } = decodeConfig(fs.readFileSync(path.join(folder, `${name}.before.txt`)), 'config.json');
  return setServer(text, rulesFor(name), 'demo', entry);
}

const golden = (name: string, kind: 'after' | 'refused') => path.join(folder, `${name}.${kind}.txt`);

describe('golden files', () => {
  it('covers the corpus', () => expect(names.length).toBeGreaterThanOrEqual(60));

  it.each(names)('%s', (name) => {
    let result: string;
    let kind: 'after' | 'refused' = 'after';
    try {
      result = edit(name);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      kind = 'refused';
      result = `${(error as AppError).code}: ${(error as AppError).message}\n`;
    }
    if (process.env['UPDATE_GOLDEN']) fs.writeFileSync(golden(name, kind), result);
    expect(result).toBe(fs.readFileSync(golden(name, kind), 'utf8'));
  });

  it.each(names.filter((name) => fs.existsSync(golden(name, 'after'))))(
    '%s: setting twice changes nothing',
    (name) => {
      const once = edit(name);
      expect(setServer(once, rulesFor(name), 'demo', entry)).toBe(once);
    },
  );

  it.each(names.filter((name) => fs.existsSync(golden(name, 'after'))))(
    '%s: removing leaves the rest',
    (name) => {
      const rules = rulesFor(name);
      const { text } = decodeConfig(fs.readFileSync(path.join(folder, `${name}.before.txt`)), 'config.json');
      const without = removeServer(edit(name), rules, 'demo');
      const before = parseConfig(text, rules);
      const after = parseConfig(without, rules);
      const { demo: _ours, ...others } = before.servers;
      expect(after.servers).toEqual(others);
      expect({ ...after.value, [rules.rootKey]: null }).toEqual({ ...before.value, [rules.rootKey]: null });
      if (Object.keys(others).length > 0 && !('demo' in before.servers)) expect(without).toBe(text);
    },
  );

  it('refuses a document that is nested too deeply to be looked at', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(() => setServer(deep, rulesFor(''), 'demo', entry)).toThrow(
      expect.objectContaining({ code: 'CLIENT_CONFIG_SHAPE' }),
    );
  });
});
