import { describe, expect, it } from 'vitest';
import { elements, idFromEdges, members, structureFault } from '../../../electron/stub/envelope.ts';
import { FrameReader } from '../../../electron/stub/frames.ts';
import { LineSplitter } from '../../../electron/stub/lines.ts';
import { agreedVersion, frameHead, proofOf, sameProof, socketPath } from '../../../electron/stub/wire.ts';

function lines(chunks: (string | Buffer)[], max = 20) {
  const got: string[] = [];
  const splitter = new LineSplitter(
    max,
    (line) => got.push(line.toString()),
    (head, tail) => got.push(`TOO LONG ${head.length} ${tail.toString().slice(-4)}`),
  );
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return got;
}

describe('lines', () => {
  const text = 'one\ntwo\r\n\nthree é\nfour';
  it('are the same wherever the stream is cut', () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++)
      expect(lines([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['one', 'two', 'three é']);
    expect(lines([...bytes].map((byte) => Buffer.from([byte])))).toEqual(['one', 'two', 'three é']);
  });

  it('beyond the cap are dropped to their newline, and the next is read', () => {
    const long = `${'x'.repeat(50)}tail\n`;
    expect(lines([`a\n${long}b\n`])).toEqual(['a', expect.stringContaining('tail'), 'b']);
    expect(lines(['a\n', long.slice(0, 30), long.slice(30, 40), `${long.slice(40)}b\n`])).toEqual([
      'a',
      expect.stringContaining('tail'),
      'b',
    ]);
  });
});

describe('frames', () => {
  it('arrive whole and in order wherever the stream is cut', () => {
    const frame = (id: string, text: string) =>
      Buffer.concat([frameHead(id, Buffer.byteLength(text)), Buffer.from(text)]);
    const bytes = Buffer.concat([
      frame('1', 'first\n'),
      frame('', 'é\n'),
      frame('"a€"', ''),
      frame('9', 'x'.repeat(300)),
    ]);
    const expected = ['1 first\n', ' é\n', '"a€" ', `9 ${'x'.repeat(300)}`];
    for (let at = 0; at <= bytes.length; at++) {
      const got: string[] = [];
      const reader = new FrameReader((id, payload) => got.push(`${id} ${Buffer.concat(payload).toString()}`));
      reader.push(bytes.subarray(0, at));
      reader.push(bytes.subarray(at));
      expect(got).toEqual(expected);
    }
  });

  it('are not handed on in part', () => {
    const got: string[] = [];
    const reader = new FrameReader((id) => got.push(id));
    reader.push(Buffer.concat([frameHead('1', 10), Buffer.from('half')]));
    expect(got).toEqual([]);
  });
});

describe('a look at JSON text', () => {
  it('finds members and elements as they were written', () => {
    const text = ' { "a\\"}" : [1,{"b":2}, "x,]" ] , "\\u0062":-1.5e3,"c":"}" }';
    const found = [...members(text)].map(([key, { start, end }]) => [key, text.slice(start, end)]);
    expect(found).toEqual([
      ['a"}', '[1,{"b":2}, "x,]" ]'],
      ['b', '-1.5e3'],
      ['c', '"}"'],
    ]);
    const list = members(text).get('a"}');
    expect(elements(text, list?.start).map(({ start, end }) => text.slice(start, end))).toEqual([
      '1',
      '{"b":2}',
      '"x,]"',
    ]);
    expect(members('{}').size).toBe(0);
    expect(elements('[]')).toEqual([]);
  });

  it('finds what parsers could read differently', () => {
    expect(structureFault('{"a":{"a":[{"a":1},{"a":"a\\":"}]}}', 10)).toBeUndefined();
    expect(structureFault('{"a":[{"b":1,"c":{},"b":2}]}', 10)).toEqual({ fault: 'duplicate', key: 'b' });
    expect(structureFault('[[[]]]', 2)).toEqual({ fault: 'depth' });
  });

  it('takes the id of an unread message from its edges only where nothing can imitate it', () => {
    expect(idFromEdges('{"jsonrpc":"2.0","id":5,"method"', '')).toBe('5');
    expect(idFromEdges('', '"},"jsonrpc":"2.0","id":"x"}')).toBe('"x"');
    expect(idFromEdges('{"params":{"id":5,', 'aa,"id":6}}')).toBeUndefined();
  });
});

describe('the agreement of stub and app', () => {
  it('has proofs that cannot be used for the other side, another hello or another key', () => {
    const proof = proofOf('k', 'server', 'hello', 'n');
    for (const other of [
      proofOf('k', 'client', 'hello', 'n'),
      proofOf('k', 'server', 'hallo', 'n'),
      proofOf('k', 'server', 'hello', 'm'),
      proofOf('j', 'server', 'hello', 'n'),
      undefined,
      5,
      proof.slice(1),
    ])
      expect(sameProof(other, proof)).toBe(false);
    expect(sameProof(proof, proof)).toBe(true);
  });

  it('keeps socket paths within what the system allows', () => {
    expect(Buffer.byteLength(socketPath(`/home/${'x'.repeat(120)}`))).toBeLessThan(104);
  });

  it.each([
    ['2025-06-18', undefined, '2025-06-18'],
    ['2025-11-25', '2025-06-18', '2025-06-18'],
    ['2024-11-05', '2025-11-25', '2024-11-05'],
    ['2026-07-28', undefined, '2025-11-25'],
    [undefined, undefined, '2025-11-25'],
  ])('answers %s with a server of %s by %s', (asked, known, expected) => {
    expect(agreedVersion(asked, known)).toBe(expected);
  });
});
