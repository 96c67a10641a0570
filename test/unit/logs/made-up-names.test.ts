import { describe, expect, it } from 'vitest';
import { Placing } from '../../../electron/core/logs/placing.ts';
import { createReplayFilter } from '../../../electron/core/logs/replay.ts';

const NAMES = 1_000;

describe('a log that makes up names without end', () => {
  it('is held by no more of them than a droplet has containers', () => {
    const filter = createReplayFilter();
    for (let i = 0; i < NAMES; i += 1) filter.isRepeat(`s${i}`, `s${i}  | 10:00:00 up`);
    filter.restart();
    expect(filter.isRepeat('s999', 's999  | 10:00:00 up')).toBe(true);
    expect(filter.isRepeat('s0', 's0  | 10:00:00 up')).toBe(false);
    expect(filter.torn().length).toBeLessThanOrEqual(200);
  });

  it('leaves no clock behind for each', () => {
    const placing = new Placing();
    const time = { at: 1_000_000, text: '', assumedZone: false };
    const line = (i: number) => ({
      receivedAt: 1_060_000,
      service: `s${i}`,
      level: 'info' as const,
      time,
      message: 'x',
      text: 'x',
    });
    for (let turn = 0; turn < 5; turn += 1) for (let i = 0; i < NAMES; i += 1) placing.place([line(i)], true);
    expect(placing.offsetOf('s999')).not.toBeNull();
    expect(placing.offsetOf('s0')).toBeNull();
  });

  it('knows long lines again', () => {
    const filter = createReplayFilter();
    const long = (end: string) => `news  | 10:00:00 ${'x'.repeat(5_000)}${end}`;
    for (const end of ['a', 'b']) filter.isRepeat('news', long(end));
    filter.restart();
    expect([long('a'), long('b'), long('c')].map((raw) => filter.isRepeat('news', raw))).toEqual([
      true,
      true,
      false,
    ]);
    expect(filter.torn()).toEqual([]);
  });
});
