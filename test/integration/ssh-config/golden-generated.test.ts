import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from './real-ssh.ts';
import { createScene, ourOutcome, realOutcome, sshAvailable, sshMissing } from './real-ssh.ts';

const ALIASES = [
  'a',
  'b',
  'ab',
  'web-1',
  'web-2',
  'WEB-1',
  'db.example.com',
  '10.0.0.7',
  'gw',
  'x y'.replace(' ', '_'),
];
const PATTERNS = [
  '*',
  'a*',
  '?',
  'web-?',
  'web-*',
  '*.example.com',
  '10.*',
  'gw',
  'a',
  'b',
  '*b*',
  'WEB-*',
  '??',
  'real-*',
];

/** A small generator of numbers from a seed (mulberry32), so that a failure can be made again. */
function numbers(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    chance: (p: number) => next() < p,
    pick: <T>(list: readonly T[]): T => list[below(list.length)],
    some: <T>(list: readonly T[], most: number): T[] =>
      Array.from({ length: 1 + below(most) }, () => list[below(list.length)]),
  };
}

type Numbers = ReturnType<typeof numbers>;

function spelled(random: Numbers, word: string): string {
  return random.pick([word, word.toLowerCase(), word.toUpperCase()]);
}

/** A value as a person may write it. */
function written(random: Numbers, value: string): string {
  if (value.includes(' ')) return random.pick([`"${value}"`, `'${value}'`, value.replaceAll(' ', '\\ ')]);
  return random.chance(0.2) ? random.pick([`"${value}"`, `'${value}'`]) : value;
}

function setting(random: Numbers): string {
  const between = random.pick([' ', ' ', '  ', '\t', '=', ' = ', '= ']);
  const behind = random.pick(['', '', '', ' ', '\t# why', ' \r']);
  const [keyword, values] = random.pick<[string, string[]]>([
    [
      'HostName',
      [
        random.pick([
          'real-a',
          'real-%h',
          'h.example.com',
          '10.1.2.3',
          'Mixed.Case',
          '%h%%x',
          '2001:db8:0::7',
        ]),
      ],
    ],
    ['User', [random.pick(['me', 'you', 'two words', 'ro-ot'])]],
    ['Port', [String(1 + random.below(65_535))]],
    ['IdentityFile', [random.pick(['/k/1', '/k/2', '/k/with space', '~/.ssh/id_%h', 'none', '/k/%r'])]],
    ['IdentityFile', [random.pick(['/k/3', '/k/4'])]],
    ['CertificateFile', [random.pick(['/k/1-cert.pub', '/k/2-cert.pub'])]],
    ['IdentitiesOnly', [random.pick(['yes', 'no', 'TRUE', 'false'])]],
    [
      'IdentityAgent',
      [random.pick(['none', 'SSH_AUTH_SOCK', '/run/a-%n', '~/agent', '${KEYS}/s', '/run/%p %%'])],
    ],
    ['HostKeyAlias', [random.pick(['k1', 'K2', 'web'])]],
    ['UserKnownHostsFile', random.pick([['/k/kh'], ['/k/%k', '~/kh'], ['none'], ['/k/%h-%p-%r', '/k/%u%d']])],
    ['ServerAliveInterval', [random.pick(['0', '15', '1m', '90s', '1h1m1s'])]],
    ['ServerAliveCountMax', [random.pick(['1', '3', '10'])]],
    ['ConnectTimeout', [random.pick(['5', 'none', '2m'])]],
    ['PasswordAuthentication', [random.pick(['yes', 'yes'])]],
    ['PubkeyAuthentication', [random.pick(['yes', 'no'])]],
    ['ProxyJump', [random.pick(['gw', 'b,gw', 'me@gw:99', 'ssh://u@gw:44', 'none', 'web-2,u@10.0.0.7'])]],
    ['Compression', ['yes']],
  ]);
  const raw = keyword === 'ProxyJump'; // takes no quotes
  const text = values.map((value) => (raw ? value : written(random, value))).join(' ');
  return `${random.pick(['', '  ', '\t'])}${spelled(random, keyword)}${between}${text}${raw ? '' : behind}`;
}

function hostLine(random: Numbers): string {
  const patterns = random.some(PATTERNS, 3);
  if (random.chance(0.35))
    patterns.splice(random.below(patterns.length + 1), 0, `!${random.pick(PATTERNS.slice(1))}`);
  return `${spelled(random, 'Host')}${random.pick([' ', '=', '\t'])}${patterns.join(' ')}`;
}

function matchLine(random: Numbers): string {
  if (random.chance(0.1)) return 'Match all';
  const one = () => {
    const bang = random.chance(0.2) ? '!' : '';
    const name = random.pick(['host', 'originalhost', 'user', 'localuser']);
    const list = name.endsWith('user')
      ? ['me', 'root', '*', 'y?u', 'ro*']
      : [...PATTERNS, 'real-a', 'h.example.com'];
    const values = random.some(list, 2);
    if (random.chance(0.2)) values.push(`!${random.pick(list)}`);
    return `${bang}${spelled(random, name)}${random.pick([' ', ' ', '='])}${values.join(',')}`;
  };
  const criteria = Array.from({ length: 1 + random.below(2) }, one);
  if (random.chance(0.15)) criteria.unshift('final');
  return `${spelled(random, 'Match')} ${criteria.join(' ')}`;
}

function configText(random: Numbers, lines: number, includes: readonly string[]): string {
  const text = Array.from({ length: lines }, () => {
    const kind = random.below(20);
    if (kind < 4) return hostLine(random);
    if (kind < 6) return matchLine(random);
    if (kind === 6 && includes.length > 0) return `Include ${random.some(includes, 2).join(' ')}`;
    return kind === 7 ? random.pick(['', '# nothing', '   ']) : setting(random);
  });
  return `${text.join('\n')}\n`;
}

describe.skipIf(!sshAvailable)(`ssh -G agrees on what nobody thought of (${sshMissing})`, () => {
  let scene: Scene;
  let understood = 0;

  beforeAll(async () => {
    scene = await createScene();
  });

  afterAll(async () => {
    await scene.remove();
    // most are to be configurations that ssh takes, not ones that both refuse
    expect(understood).toBeGreaterThan(100);
  });

  it.each(Array.from({ length: 120 }, (_, i) => 1_000 + i))('seed %i', async (seed) => {
    const random = numbers(seed);
    const dir = `${scene.dir}/${seed}`;
    const inner = [`${dir}/inner/2`, `${dir}/inner/*`, `${dir}/inner/[1-2]`];
    const files = {
      [`${seed}/config`]: configText(random, 22, [`${dir}/d/*.conf`, `${dir}/d/b.conf`, `${dir}/none*`]),
      [`${seed}/d/a.conf`]: configText(random, 6, inner),
      [`${seed}/d/b.conf`]: configText(random, 6, inner),
      [`${seed}/inner/1`]: configText(random, 3, []),
      [`${seed}/inner/2`]: configText(random, 3, []),
    };
    await scene.write(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll('@', '§')])),
    );
    for (const alias of random.some(ALIASES, 2)) {
      const given = random.chance(0.2) ? { user: 'me', port: 2022 } : {};
      const real = await realOutcome(`${dir}/config`, alias, given);
      if ('facts' in real) understood += 1;
      const ours = await ourOutcome(`${dir}/config`, alias, given);
      expect(
        ours,
        `seed ${seed}, ssh ${alias} ${JSON.stringify(given)}\n${JSON.stringify(files, null, 1)}`,
      ).toEqual(real);
    }
  });
});
