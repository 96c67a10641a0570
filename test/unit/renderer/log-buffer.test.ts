import { describe, expect, it } from 'vitest';
import { LogBuffer } from '../../../renderer/api/log-buffer.ts';
import { logLines } from '../../fixtures/page/scenario-state.ts';

const ALL = { text: '', level: 'debug' as const, service: null };

describe('LogBuffer', () => {
  it('drops lines it already has, as a resumed stream sends them again', () => {
    const buffer = new LogBuffer();
    buffer.add(logLines(0, 10, 0));
    buffer.add(logLines(5, 10, 0));
    expect(buffer.view().shown.map((line) => line.n)).toEqual(Array.from({ length: 15 }, (_, i) => i));
  });

  it('starts over when core did, and only then', () => {
    const buffer = new LogBuffer();
    buffer.begin(logLines(0, 10, 1_000));
    buffer.begin(logLines(0, 10, 1_000));
    expect(buffer.view().total).toBe(10);
    buffer.begin(logLines(0, 3, 9_000_000));
    expect(buffer.view().shown.map((line) => line.receivedAt >= 8_000_000)).toEqual([true, true, true]);
    buffer.begin(logLines(0, 20, 99_000_000));
    expect(buffer.view().total).toBe(20);
    expect(buffer.view().shown.every((line) => line.receivedAt > 90_000_000)).toBe(true);
  });

  it('filters by text, expression, level and service, new lines too', () => {
    const buffer = new LogBuffer();
    buffer.add(logLines(0, 80, 0));
    buffer.setFilter({ ...ALL, text: 'EVENT LOOP' });
    const before = buffer.view().shown.length;
    expect(before).toBeGreaterThan(0);
    buffer.add(logLines(80, 80, 0));
    expect(buffer.view().shown.length).toBeGreaterThan(before);
    expect(buffer.view().shown.every((line) => line.text.includes('Event loop'))).toBe(true);

    buffer.setFilter({ ...ALL, text: '/n[ev]ws/' });
    expect(new Set(buffer.view().shown.map((line) => line.service))).toEqual(new Set(['news']));
    buffer.setFilter({ ...ALL, level: 'error' });
    expect(new Set(buffer.view().shown.map((line) => line.level))).toEqual(new Set(['error', 'critical']));
    buffer.setFilter({ ...ALL, service: 'trading' });
    expect(new Set(buffer.view().shown.map((line) => line.service))).toEqual(new Set(['trading']));
  });

  it('searches a half-typed expression as text instead of failing', () => {
    const buffer = new LogBuffer();
    buffer.add(logLines(0, 8, 0));
    buffer.setFilter({ ...ALL, text: '/(/' });
    expect(buffer.view().shown).toEqual([]);
  });

  it('keeps the newest lines within its limit', () => {
    const buffer = new LogBuffer(100);
    for (let n = 0; n < 500; n += 10) buffer.add(logLines(n, 10, 0));
    expect(buffer.view().total).toBeLessThanOrEqual(100);
    expect(buffer.view().shown.at(-1)?.n).toBe(499);
    expect(buffer.view().newest).toBe(499);
  });
});
