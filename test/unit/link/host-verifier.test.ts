import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSshKey } from '../../../electron/core/ssh-key.ts';
import { hostVerifier } from '../../../electron/core/link/ssh/host-verifier.ts';

const key = Buffer.from('key');

/** What ssh2 sees: the answers it was given, and the returned value (anything but undefined would count as an answer). */
function seen(decide: (key: Buffer) => unknown) {
  const answers: boolean[] = [];
  const returned: unknown = hostVerifier(decide)(key, (permitted) => answers.push(permitted));
  return { answers, returned };
}

/** What ssh2 1.17 itself takes for yes, given as a verifier directly (facts: only a literal false is no to it). */
const ROWS: [string, (key: Buffer) => unknown][] = [
  ['() => false', () => false],
  ['async () => false', async () => false],
  ['() => null', () => null],
  ['() => 0', () => 0],
  ["() => ''", () => ''],
  ["() => 'deny'", () => 'deny'],
  ['() => NaN', () => Number.NaN],
  ['() => undefined', () => undefined],
  ['(key, cb) => cb(null)', ((_key: Buffer, answer: (yes: unknown) => void) => answer(null)) as never],
  ['(key, cb) => cb()', ((_key: Buffer, answer: () => void) => answer()) as never],
];

describe('hostVerifier', () => {
  it('accepts a literal true, answering once and returning nothing', () => {
    expect(seen(() => true)).toEqual({ answers: [true], returned: undefined });
  });

  it.each<[string, (key: Buffer) => unknown]>([
    ['() => false', () => false],
    ['async () => false', async () => false],
    ['async () => true', async () => true],
    ['() => null', () => null],
    ['() => undefined', () => undefined],
    ['() => 0', () => 0],
    ['() => 1', () => 1],
    ["() => ''", () => ''],
    ["() => 'deny'", () => 'deny'],
    ["() => 'true'", () => 'true'],
    ['() => NaN', () => Number.NaN],
    ['() => ({})', () => ({})],
    ['() => new Boolean(true)', () => Object(true)],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('refuses %s', (_name, decide) => {
    expect(seen(decide)).toEqual({ answers: [false], returned: undefined });
  });
});

describe('hostVerifier in ssh2', () => {
  let server: ssh2.Server;
  let port: number;
  beforeAll(async () => {
    // ssh2's own generator makes one key in 256 that it cannot read
    const { privateKey: hostKey } = generateSshKey('test');
    server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => {});
      client.on('authentication', (context) => context.accept());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const connected = (decide: (key: Buffer) => unknown) =>
    new Promise<boolean>((resolve) => {
      const client = new ssh2.Client();
      client.on('ready', () => resolve(true));
      client.on('error', () => resolve(false));
      client.on('close', () => resolve(false));
      client.on('ready', () => client.end());
      client.connect({ host: '127.0.0.1', port, username: 'x', hostVerifier: hostVerifier(decide) });
    });

  it('lets a literal true connect', async () => expect(await connected(() => true)).toBe(true));
  it.each(ROWS)('lets %s connect nowhere', async (_name, decide) => {
    expect(await connected(decide)).toBe(false);
  });
});
