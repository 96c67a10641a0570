import { describe, expect, it } from 'vitest';
import {
  Gather,
  includesAcross,
  isUtf8Across,
  joined,
  onOneLine,
  sizeOf,
  sliced,
  trimmed,
} from '../../../electron/core/bridge/pieces.ts';

/** The bytes cut at every place, at every two places, and into single bytes. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  yield [bytes];
  for (let a = 0; a <= bytes.length; a++)
    for (let b = a; b <= bytes.length; b++)
      yield [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
  yield [...bytes].map((byte) => Buffer.from([byte]));
}

const text = (pieces: readonly Buffer[]) => joined(pieces).toString();

describe('bytes in pieces', () => {
  it.each([
    ['ASCII', Buffer.from('abc'), true],
    ['two, three and four bytes', Buffer.from('aé€😀z'), true],
    ['a character without its end', Buffer.from('a€').subarray(0, 3), false],
    ['an end without its character', Buffer.from([0x61, 0x82, 0xac, 0x61]), false],
    ['an overlong form', Buffer.from([0x61, 0xc0, 0xaf, 0x61]), false],
    ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80]), false],
    ['a character that another interrupts', Buffer.from([0xe2, 0x82, 0x61, 0xac]), false],
    ['nothing', Buffer.alloc(0), true],
  ])('are UTF-8 or not wherever they are cut: %s', (_name, bytes, expected) => {
    for (const pieces of cuts(bytes)) expect(isUtf8Across(pieces)).toBe(expected);
  });

  it('are found, cut out and trimmed wherever they are cut', () => {
    const bytes = Buffer.from('\ufeff \t{"isError":true} \t ');
    for (const pieces of cuts(bytes)) {
      expect(includesAcross(pieces, '"isError":true')).toBe(true);
      expect(includesAcross(pieces, '"isError":false')).toBe(false);
      expect(text(trimmed(pieces))).toBe('{"isError":true}');
      expect(text(sliced(pieces, 5, 16))).toBe(bytes.toString('latin1', 5, 16));
      expect(sizeOf(sliced(pieces, 7))).toBe(bytes.length - 7);
    }
    expect(trimmed([Buffer.from('  '), Buffer.from('\t')])).toEqual([]);
  });

  it('lose line breaks, and what has none is not copied', () => {
    const clean = Buffer.from('{"a":');
    const [first, second] = onOneLine([clean, Buffer.from('\r\n1}')]) as [Buffer, Buffer];
    expect(first).toBe(clean);
    expect(second.toString()).toBe('  1}');
  });

  it('are joined where there are very many small ones', () => {
    const gather = new Gather();
    const bytes = Buffer.alloc(10_000, 'abcdefg');
    for (const byte of bytes) gather.add(Buffer.from([byte]));
    expect(gather.size).toBe(10_000);
    const pieces = gather.take();
    expect(pieces.length).toBeLessThan(400);
    expect(joined(pieces).equals(bytes)).toBe(true);
    expect(gather.take()).toEqual([]);
  });
});
