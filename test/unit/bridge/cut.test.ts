import { describe, expect, it } from 'vitest';
import {
  CLAUDE_LIMIT,
  cutReadResult,
  cutToolResult,
  partOf,
  pieceEnd,
} from '../../../electron/core/bridge/cut.ts';
import { Held } from '../../../electron/core/bridge/held.ts';
import { systemClock } from '../../../electron/core/clock.ts';

describe('results that are too large for Claude', () => {
  it.each([
    ['plain', 'abc '.repeat(700_000)],
    ['escaped characters', '"\n\u0001'.repeat(400_000)],
    ['surrogate pairs', '😀'.repeat(500_000)],
  ])('come whole in parts: %s', (_name, text) => {
    const held = new Held(systemClock);
    const first = cutToolResult({ content: [{ type: 'text', text }] }, (whole) => held.keepText('p', whole));
    let all = '';
    let part = first;
    for (let i = 0; i < 20; i++) {
      expect(Buffer.byteLength(part)).toBeLessThan(CLAUDE_LIMIT);
      const { content } = JSON.parse(part) as { content: { text: string }[] };
      all += content[0]?.text;
      const handle = /"handle":"([^"]+)"/.exec(content.at(-1)?.text ?? '')?.[1];
      if (handle === undefined) break;
      const found = held.look('p', handle);
      if (found?.kind !== 'rest') throw new Error('the handle is not known');
      part = partOf(found.text, found.from, handle.split('.')[0] ?? '');
    }
    expect(all).toBe(text);
  });

  it('keep isError and say what was left out', () => {
    const image = { type: 'image', data: 'x'.repeat(2_000_000), mimeType: 'image/png' };
    const cut = JSON.parse(
      cutToolResult({ content: [image, { type: 'text', text: 'hello' }], isError: true }, () => 'h'),
    );
    expect(cut.isError).toBe(true);
    expect(cut.content[0].text).toContain('a part of type image was left out');
    expect(cut.content[0].text).toContain('hello');
  });

  it('are cut for resources too, with the handle in the text', () => {
    const cut =
      cutReadResult({ contents: [{ uri: 'a://b', text: 'x'.repeat(2_000_000) }] }, () => 'HANDLE') ?? '';
    expect(Buffer.byteLength(cut)).toBeLessThan(CLAUDE_LIMIT);
    expect(cut).toContain('HANDLE');
    expect(cutReadResult({ contents: [{ uri: 'a://b', blob: 'x' }] }, () => '')).toBeUndefined();
  });

  it('never splits a surrogate pair', () => {
    expect(pieceEnd('a😀😀', 0, 8)).toBe(3);
  });

  it('are not given to another profile, nor after 30 minutes', () => {
    let now = 0;
    const held = new Held({ ...systemClock, now: () => now });
    const handle = held.keepText('p', 'text');
    expect(held.look('q', handle)).toBeUndefined();
    expect(held.look('p', handle)).toMatchObject({ text: 'text' });
    now = 31 * 60_000;
    expect(held.look('p', handle)).toBeUndefined();
  });
});
