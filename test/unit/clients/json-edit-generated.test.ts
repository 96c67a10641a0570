import { describe, expect, it } from 'vitest';
import { parseConfig, type Rules } from '../../../electron/core/clients/document.ts';
import { removeServer, setServer, type ServerEntry } from '../../../electron/core/clients/json-edit.ts';

/** Small seeded generator (mulberry32), so that a failure can be run again. */
function random(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (p: number) => next() < p,
    pick: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)],
  };
}
type Random = ReturnType<typeof random>;

const NUMBERS = [
  '0',
  '-0',
  '1.10',
  '1e400',
  '-1E-400',
  '9007199254740993',
  '1E+2',
  '0.1e1',
  '123456789012345678901234567890',
];
const STRINGS = [
  '""',
  '"a"',
  '"\\u00e9\\/\\n"',
  '"日本語"',
  '"\\ud800"',
  '"}{][,:"',
  '"\\\\\\""',
  '"// not a remark"',
  '"\u2028"',
  '"😀"',
];
const KEYS = [
  '"a"',
  '"b"',
  '"demo2"',
  '"\\u0064emo3"',
  '"mcpServersX"',
  '""',
  '"__proto__"',
  '"preferences"',
  '"日"',
  '"x y"',
];

/** A random document as text: mixed spacing, odd numbers, duplicate keys, and `mcpServers` in any place or nowhere. */
function document(r: Random): string {
  const spaces = r.pick([[''], [' '], ['', ' ', '\n', '\t'], ['\r\n  ', ' ', ''], ['\n', '\n    ', '  ']]);
  const gap = () => r.pick(spaces);
  const value = (depth: number): string => {
    const kind = depth > 3 ? r.pick(['n', 's', 'l']) : r.pick(['n', 's', 'l', 'o', 'a', 'o']);
    if (kind === 'n') return r.pick(NUMBERS);
    if (kind === 's') return r.pick(STRINGS);
    if (kind === 'l') return r.pick(['true', 'false', 'null']);
    const size = r.pick([0, 1, 2, 3]);
    const items = Array.from({ length: size }, () =>
      kind === 'o' ? member(r.pick(KEYS), depth) : value(depth + 1),
    );
    return bracket(kind === 'o' ? '{}' : '[]', items);
  };
  const member = (key: string, depth: number) => `${key}${gap()}:${gap()}${value(depth + 1)}`;
  const bracket = (pair: string, items: string[]) =>
    pair[0] + gap() + items.map((item) => item + gap()).join(',' + gap()) + pair[1];
  const members = Array.from({ length: r.pick([0, 1, 2, 4]) }, () => member(r.pick(KEYS), 0));
  if (r.chance(0.8)) {
    const keys = Array.from({ length: r.pick([0, 1, 2, 3]) }, () => r.pick([...KEYS, '"demo"']));
    const servers = `"mcpServers"${gap()}:${gap()}${bracket(
      '{}',
      keys.map((key) => member(key, 1)),
    )}`;
    members.splice(r.pick([0, 1, 2]), 0, servers);
  }
  return gap() + bracket('{}', members) + gap();
}

const rules: Rules = { path: 'config.json', dialect: 'json', rootKey: 'mcpServers' };
const entry: ServerEntry = {
  command: '/usr/bin/node',
  args: ['/x/bridge.mjs', 'demo'],
  env: { HOME_OF: '/h' },
};

function others(text: string) {
  const { value, servers } = parseConfig(text, rules);
  const { demo: _ours, ...rest } = servers;
  return { ...value, mcpServers: rest };
}

/** What of `before` was replaced by what in `after`, as the narrowest single range. */
function change(before: string, after: string) {
  let head = 0;
  while (head < Math.min(before.length, after.length) && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { gone: before.slice(head, before.length - tail), come: after.slice(head, after.length - tail) };
}

describe('generated documents', () => {
  it('setting and removing touches our key alone', () => {
    let compared = 0;
    for (let seed = 1; seed <= 3000; seed++) {
      const text = document(random(seed));
      const had = Object.hasOwn(parseConfig(text, rules).servers, 'demo');
      const set = setServer(text, rules, 'demo', entry);
      expect(parseConfig(set, rules).servers['demo'], `seed ${seed}`).toMatchObject(entry);
      expect(others(set), `seed ${seed}`).toEqual(others(text));
      if (!had) {
        // An insertion: nothing goes but the white space inside an empty object.
        expect(change(text, set).gone.trim(), `seed ${seed}`).toBe('');
        compared++;
      }
      const without = removeServer(set, rules, 'demo');
      expect(Object.keys(parseConfig(without, rules).servers), `seed ${seed}`).not.toContain('demo');
      expect(others(without), `seed ${seed}`).toEqual(others(text));
      const { come } = change(set, without);
      if (!had) expect(come.trim(), `seed ${seed}`).toBe('');
    }
    expect(compared).toBeGreaterThan(1500);
  });
});
