import { describe, expect, it } from 'vitest';
import { hostVerifier } from '../../../electron/core/link/ssh/host-verifier.ts';

const key = Buffer.from('key');

/** What ssh2 sees: the answers it was given, and the returned value (anything but undefined would count as an answer). */
function seen(decide: (key: Buffer) => unknown) {
  const answers: boolean[] = [];
  const returned: unknown = hostVerifier(decide)(key, (permitted) => answers.push(permitted));
  return { answers, returned };
}

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
