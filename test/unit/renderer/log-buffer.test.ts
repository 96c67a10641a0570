import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../electron/contract/models.ts';
import { indexAt, indexOfLine, LogBuffer, mergedByTime } from '../../../renderer/api/log-buffer.ts';
import { matcherOf, SHOW_ALL } from '../../../renderer/api/log-filter.ts';
import { seeded } from '../../helpers/seeded.ts';
import { logLines } from '../../fixtures/page/scenario-state.ts';

const now = (go: () => void) => go();
const batch = (lines: readonly LogLine[], run = 'a', more = false) => ({ run, lines, more });
const filled = (count: number, limit?: number) => {
  const buffer = new LogBuffer(limit, now);
  buffer.begin(batch([]));
  buffer.add(batch(logLines(1, count, 1_000_000)));
  return buffer;
};
const numbers = (lines: readonly LogLine[]) => lines.map(({ n }) => n);

describe('LogBuffer', () => {
  it('drops lines it already has, as a resumed stream sends them again', () => {
    const buffer = filled(10);
    buffer.begin(batch([]));
    buffer.add(batch(logLines(6, 10, 1_002_000)));
    expect(numbers(buffer.view().lines)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(buffer.after).toEqual({ run: 'a', n: 15 });
  });

  it('starts over when core did, and only then', () => {
    const buffer = filled(10);
    buffer.begin(batch([], 'b'));
    buffer.add(batch(logLines(1, 3, 9_000_000), 'b'));
    expect(buffer.view().lines).toHaveLength(3);
    expect(buffer.view().newest).toBe(3);
  });

  it('puts a line that comes late where it belongs, also among those that pass the filter', () => {
    const buffer = filled(10);
    buffer.setFilter({ ...SHOW_ALL, level: 'debug', text: 'e' });
    const [late] = logLines(11, 1, 0);
    const { at } = buffer.view().lines[4];
    buffer.add(batch([{ ...late, at: at + 1, text: 'late e', message: 'late e' }]));
    expect(numbers(buffer.view().lines)).toEqual([1, 2, 3, 4, 5, 11, 6, 7, 8, 9, 10]);
    expect(buffer.view().shown.filter(({ n }) => n === 11)).toHaveLength(1);
    const times = buffer.view().shown.map((line) => line.at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('filters by text, expression, level and writer, new lines too', () => {
    const buffer = filled(80);
    buffer.setFilter({ ...SHOW_ALL, text: 'EVENT LOOP' });
    const before = buffer.view().shown.length;
    expect(before).toBeGreaterThan(0);
    buffer.add(batch(logLines(81, 80, 2_000_000)));
    expect(buffer.view().shown.length).toBeGreaterThan(before);
    expect(buffer.view().shown.every((line) => line.text.includes('Event loop'))).toBe(true);

    buffer.setFilter({ ...SHOW_ALL, text: '/n[ev]ws/' });
    expect(new Set(buffer.view().shown.map((line) => line.service))).toEqual(new Set(['news']));
    buffer.setFilter({ ...SHOW_ALL, text: 'n[ev]ws', isPattern: true });
    expect(new Set(buffer.view().shown.map((line) => line.service))).toEqual(new Set(['news']));
    buffer.setFilter({ ...SHOW_ALL, level: 'error' });
    expect(new Set(buffer.view().shown.map((line) => line.level))).toEqual(new Set(['error', 'critical']));
    buffer.setFilter({ ...SHOW_ALL, hidden: new Set(['droplet trading']) });
    expect(buffer.view().shown.some((line) => line.service === 'trading')).toBe(false);
  });

  it('says in words what is wrong with an expression, and shows all lines meanwhile', () => {
    const buffer = filled(8);
    buffer.setFilter({ ...SHOW_ALL, text: '/(/' });
    expect(buffer.view().shown).toHaveLength(8);
    expect(buffer.view().problem).toBe('This is no regular expression: unterminated group.');
    buffer.setFilter(SHOW_ALL);
    expect(buffer.view().problem).toBeNull();
  });

  it('keeps the newest lines within its limit, and what is shown is among them', () => {
    const buffer = new LogBuffer(100, now);
    buffer.begin(batch([]));
    buffer.setFilter({ ...SHOW_ALL, level: 'warning' });
    for (let n = 1; n < 5000; n += 10) buffer.add(batch(logLines(n, 10, n * 1000)));
    const { lines, shown, newest } = buffer.view();
    expect(lines.length).toBeLessThanOrEqual(1100);
    expect(newest).toBe(5000);
    expect(shown.every((line) => lines.includes(line))).toBe(true);
  });

  it('applies a filter in turns, with what comes meanwhile; the last filter counts', () => {
    const turns: (() => void)[] = [];
    const buffer = new LogBuffer(100_000, (go) => void turns.push(go));
    buffer.begin(batch([]));
    buffer.add(batch(logLines(1, 50_000, 50_000_000)));
    buffer.setFilter({ ...SHOW_ALL, text: 'nothing at all' });
    const slow = { ...SHOW_ALL, text: '/(e|n|s)+.*(o+)+$|loop/' };
    buffer.setFilter(slow);
    buffer.add(batch(logLines(50_001, 50, 50_100_000)));
    expect(buffer.view().searching).toBe(true);
    for (let turn = turns.shift(); turn; turn = turns.shift()) turn();
    const { passes } = matcherOf(slow);
    expect(buffer.view().searching).toBe(false);
    expect(buffer.view().shown).toEqual(buffer.view().lines.filter(passes));
    expect(buffer.view().lines).toHaveLength(50_050);
  });

  it('never hides that lines may be missing', () => {
    const buffer = filled(5);
    const [line] = logLines(6, 1, 1_000_000);
    buffer.add(batch([{ ...line, gap: { from: 1, to: 2 }, text: 'From … to …', service: 'app' }]));
    buffer.setFilter({ ...SHOW_ALL, text: 'no such thing', level: 'critical' });
    expect(numbers(buffer.view().shown)).toEqual([6]);
  });
});

describe('the order of lines', () => {
  it('is by time, then by number, however they come', () => {
    const random = seeded(11);
    const all = logLines(1, 300, 1_000_000).map((line) => ({ ...line, at: Math.floor(random() * 40) }));
    let merged: readonly LogLine[] = [];
    for (let from = 0; from < all.length; from += 7)
      merged = mergedByTime(
        merged,
        all.slice(from, from + 7).toSorted((a, b) => a.at - b.at || a.n - b.n),
      );
    expect(merged).toEqual(all.toSorted((a, b) => a.at - b.at || a.n - b.n));
    for (const line of all) expect(merged[indexOfLine(merged, line)]).toBe(line);
    expect(indexAt(merged, 20)).toBe(merged.findIndex(({ at }) => at >= 20));
  });
});
