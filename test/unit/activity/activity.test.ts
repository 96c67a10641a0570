import { describe, expect, it } from 'vitest';
import { timeParts } from '../../../electron/contract/time-parts.ts';
import { Bodies } from '../../../electron/core/activity/bodies.ts';
import { createGate } from '../../../electron/core/guard/gate.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';
import { placed } from '../../../renderer/views/activity/placed.ts';
import { fileOf } from '../../../renderer/views/logs/line-text.ts';
import { timeOf } from '../../../renderer/views/logs/jump-time.ts';
import { logLines } from '../../fixtures/page/scenario-state.ts';

describe('where the time of a request went', () => {
  it('tells link and back end apart only where the round trip is known', () => {
    const known = { local: 1, guard: 2, wire: 50, link: 40 };
    expect(timeParts(known).map(({ part, ms }) => [part, ms])).toEqual([
      ['local', 1],
      ['guard', 2],
      ['link', 40],
      ['upstream', 10],
    ]);
    expect(timeParts({ ...known, link: null }).at(-1)).toEqual({ part: 'wire', ms: 50 });
    expect(timeParts({ ...known, link: 90 }).at(-1)).toEqual({ part: 'wire', ms: 50 });
    expect(timeParts({ local: 3, guard: 0, wire: null, link: null })).toEqual([{ part: 'local', ms: 3 }]);
  });

  it('is drawn to scale, one part after the other', () => {
    const bars = placed(timeParts({ local: 10, guard: 0, wire: 90, link: 30 }));
    expect(bars.map(({ x, width }) => [x, width])).toEqual([
      [0, 10],
      [10, 30],
      [40, 60],
    ]);
  });
});

describe('what is kept of requests', () => {
  it('is bounded, masked when it is shown, and never ends in half a secret', () => {
    const redact = createRedactor();
    redact.register('topsecretvalue');
    const mask = (text: string) => redact.text(text);
    const bodies = new Bodies();
    bodies.put('a', '{"key":"topsecretvalue"}', [
      Buffer.from('{"result":'),
      Buffer.from('"topsecretvalue"}'),
    ]);
    expect(bodies.request('a', mask)?.text).toBe('{"key":"[redacted]"}');
    expect(bodies.answer('a', mask)).toEqual({ text: '{"result":"[redacted]"}', bytes: 27, cut: false });
    expect(bodies.whole('a')).toBe('{"key":"topsecretvalue"}');
    const long = `${'x '.repeat(16_379)}topsecretvalue and more`;
    bodies.put('b', long, undefined);
    expect(bodies.request('b', mask)).toMatchObject({ bytes: long.length, cut: true });
    expect(bodies.request('b', mask)?.text).not.toContain('topsec');
    expect(bodies.whole('b')).toBeUndefined();
    for (let i = 0; i < 400; i += 1) bodies.put(`n${i}`, undefined, [Buffer.alloc(100_000, 65)]);
    expect(bodies.request('a', mask)).toBeNull();
    expect(bodies.answer('n399', mask)?.bytes).toBe(100_000);
    expect(bodies.answer('n0', mask)).toBeNull();
  });
});

describe('asking again', () => {
  it('passes the guard for reads alone, whatever is asked', async () => {
    const gate = createGate({
      presetOf: () => 'catalyst',
      lookup: () => ({ status: 'listed', approvedAs: null }),
      consent: { request: () => Promise.reject(new Error('nobody is to be asked')) },
      audit: { append: () => Promise.resolve() },
      clock: systemClock,
      recordActivity: () => 'id',
      factsOf: () => [],
    });
    const decide = (tool: string) =>
      gate.decide({
        profile: 'p',
        environment: 'demo',
        client: 'c 1',
        transport: 'page',
        tool,
        argumentsText: '{}',
        signal: new AbortController().signal,
        onlyReads: true,
      });
    expect((await decide('get_risk_metrics')).allowed).toBe(true);
    for (const tool of ['stop_trading', 'start_trading_cycle', 'something_new'])
      expect((await decide(tool)).allowed).toBe(false);
  });
});

describe('export and jumps of the log', () => {
  it('writes a line a line, as text and as JSON', () => {
    const [line] = logLines(1, 1, 1_700_000_000_000);
    const lines = [{ ...line, message: 'a\nb' }, line];
    expect(fileOf(lines, 'txt').join('')).toContain('a\nb\n');
    const rows = fileOf(lines, 'jsonl').join('').trimEnd().split('\n');
    expect(rows.map((row) => (JSON.parse(row) as { message: string }).message)).toEqual([
      'a\nb',
      line.message,
    ]);
  });

  it('reads times as people type them; what is not yet is yesterday', () => {
    const now = new Date(2026, 10, 21, 14, 0, 0).getTime();
    expect(timeOf('13:30', now)).toBe(new Date(2026, 10, 21, 13, 30).getTime());
    expect(timeOf('14:30:05', now)).toBe(new Date(2026, 10, 20, 14, 30, 5).getTime());
    expect(timeOf('-5m', now)).toBe(now - 300_000);
    expect(timeOf('2026-11-20 09:00', now)).toBe(new Date(2026, 10, 20, 9).getTime());
    for (const wrong of ['', '25:00', '12', 'noon', '-5']) expect(timeOf(wrong, now)).toBeNull();
  });
});
