import { describe, expect, it } from 'vitest';
import { argumentRows, bindingOf, callHash, canonicalJson } from '../../../electron/core/guard/canonical.ts';
import { quoted, visible } from '../../../electron/core/guard/visible.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.2, but keeps the number that a double would round', () => {
    const text = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`;
    expect(canonicalJson(text)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.33333329,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts keys by UTF-16 units, as RFC 8785 section 3.2.3 shows', () => {
    const text = String.raw`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`;
    expect([...canonicalJson(text).matchAll(/:(\d)/g)].map((match) => match[1]).join('')).toBe('2467153');
  });

  it.each([
    ['1.0', '1'],
    ['100', '1e2'],
    ['-0', '0'],
    ['0.10', '0.1'],
    ['1e21', '1000000000000000000000'],
  ])('takes %s and %s for one number', (a, b) => {
    expect(canonicalJson(a)).toBe(canonicalJson(b));
  });

  it.each([
    '9007199254740993',
    '1e400',
    '0.1000000000000000055',
    '123456789012345678901',
    '333333333.33333331',
  ])('does not round %s', (text) => {
    expect(canonicalJson(text)).toBe(text);
  });

  it.each([
    '{"a":1,"a":2}',
    String.raw`{"a":1,"\u0061":2}`,
    String.raw`{"a\u0000":1}`,
    '{"a":1,}',
    '[1 2]',
    '{"a":01}',
    "{'a':1}",
    '{"a":NaN}',
    '{"a":1} x',
    '"open',
    '"a\nb"',
    '',
    '{"a" 1}',
    '{a:1}',
    nested(66),
    nested(200_000),
  ])('refuses %.40s', (text) => {
    expect(() => canonicalJson(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('agrees with JSON.parse on what is JSON', () => {
    for (const text of ['{"a":[1,{"b":null}],"c":"\\ud800"}', ' [ ] ', '{ }', '-1.5E-3', 'true', nested(60)])
      expect(JSON.parse(canonicalJson(text))).toEqual(JSON.parse(text));
  });
});

describe('callHash and bindingOf', () => {
  it('is the same for the same call in another spelling, and the binding is not', () => {
    const a = '{"symbol":"AAPL","quantity":100}';
    const b = '{ "quantity": 1e2, "symbol": "AAPL" }';
    expect(callHash('p', 't', a)).toBe(callHash('p', 't', b));
    expect(bindingOf('p', 't', a)).not.toBe(bindingOf('p', 't', b));
  });

  it('differs by profile, tool and every argument, and names cannot run into each other', () => {
    const hashes = [
      callHash('p', 't', '{}'),
      callHash('q', 't', '{}'),
      callHash('p', 'u', '{}'),
      callHash('p', 't', '{"n":9007199254740993}'),
      callHash('p', 't', '{"n":9007199254740992}'),
      callHash('p', 't\n{}', '{}'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('argumentRows', () => {
  it('shows each argument exactly, in the order sent', () => {
    expect(
      argumentRows('{"symbol":"AAPL","qty":1e3,"big":9007199254740993,"five":"5","nest":{"a":[1,true]}}'),
    ).toEqual([
      { name: 'symbol', value: '"AAPL"' },
      { name: 'qty', value: '1e3 (= 1000)' },
      { name: 'big', value: '9007199254740993' },
      { name: 'five', value: '"5"' },
      { name: 'nest', value: '{ "a": [1, true] }' },
    ]);
  });

  it('makes hidden characters visible in names and values', () => {
    const rows = argumentRows(JSON.stringify({ 'a\u200bb': 'buy\u202e\u{e0041}\u00a0x\u001b[31m' }));
    expect(rows).toEqual([
      { name: String.raw`"a\u200bb"`, value: String.raw`"buy\u202e\udb40\udc41\u00a0x\u001b[31m"` },
    ]);
  });

  it('refuses what is no object', () => {
    for (const text of ['[]', '1', 'null', '"x"'])
      expect(() => argumentRows(text)).toThrow(/must be a JSON object/);
  });
});

describe('visible', () => {
  it('keeps the meaning of JSON text and leaves ordinary text alone', () => {
    const text = '{"a":"x\u202ey\u2066",\n\t"b":"plain – ünïcode 日本 😀"}';
    expect(visible(text)).toBe('{"a":"x\\u202ey\\u2066",\n\t"b":"plain – ünïcode 日本 😀"}');
    expect(JSON.parse(visible(text))).toEqual(JSON.parse(text));
  });

  it('shows a typed backslash-u differently from the character', () => {
    expect(quoted(String.raw`\u202e`)).not.toBe(quoted('\u202e'));
  });
});
