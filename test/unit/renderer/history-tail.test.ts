import { describe, expect, it } from 'vitest';
import type {
  MoneyHistory,
  MoneySample,
  PositionsHistory,
  ServicesHistory,
} from '../../../electron/contract/history.ts';
import { LINK_SERVICE, MONEY_KEPT } from '../../../electron/contract/history-limits.ts';
import type { Verdict } from '../../../electron/contract/models.ts';
import { emptyService } from '../../../electron/core/health/judge.ts';
import { extendMoney, extendPositions, extendServices } from '../../../renderer/api/history-tail.ts';
import { positions } from '../../fixtures/page/scenario-state.ts';
import {
  coverageText,
  lengthText,
  partsText,
  percentText,
  uptimeOf,
} from '../../../renderer/parts/uptime.ts';

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;

describe('figures that go on', () => {
  const history: MoneyHistory = {
    now: NOW,
    from: NOW - 60 * MINUTE,
    stepMs: MINUTE,
    gapMs: 3 * MINUTE,
    series: [
      {
        metric: 'daily',
        currency: 'USD',
        points: [
          [NOW - 60 * MINUTE, '1', '1', '1'],
          [NOW - 5000, '12.5', '12', '13'],
        ],
      },
    ],
  };
  const sample = (at: number, daily: string | null, currency = 'USD'): MoneySample => ({
    at,
    currency,
    daily,
    equity: null,
    unrealized: '9',
    realized: null,
    exposure: null,
  });
  const extend = (samples: MoneySample[]) => extendMoney(history, samples, ['daily'], '1h');

  it('are the same object while nothing came', () => {
    expect(extend([])).toBe(history);
    expect(extend([sample(NOW, '99')])).toBe(history);
  });

  it('begin a new step, or change the last one with its lowest and highest', () => {
    const next = extend([sample(NOW + 1000, '-3'), sample(NOW + 2000, null), sample(NOW + 3000, '2')]);
    expect(next?.series[0]?.points).toEqual([
      [NOW - 5000, '12.5', '12', '13'],
      [NOW + 3000, '2', '-3', '2'],
    ]);
    expect(next?.now).toBe(NOW + 3000);
  });

  it('never mix currencies', () => {
    const next = extend([sample(NOW + 1000, '7', 'HKD')]);
    expect(next?.series.map(({ currency, points }) => [currency, points.length])).toEqual([
      ['USD', 1],
      ['HKD', 1],
    ]);
  });

  it('have to be asked for again once the stream no longer reaches back', () => {
    expect(
      extend(Array.from({ length: MONEY_KEPT }, (_, i) => sample(NOW + 10_000 + i, '1'))),
    ).toBeUndefined();
  });
});

describe('positions that go on', () => {
  it('are asked for again, in wider steps, once a fine line has become long', () => {
    const [row] = positions(1, NOW).rows;
    let history: PositionsHistory | undefined = {
      now: NOW,
      from: NOW - MINUTE,
      stepMs: 1000,
      gapMs: 30_000,
      positions: [],
      more: false,
    };
    let receipts = 0;
    while (history && receipts < 4000) {
      receipts += 1;
      history = extendPositions(history, [row], NOW + receipts * 5000, '1d');
      if (receipts === 2) expect(history?.positions[0]?.points).toHaveLength(2);
    }
    expect(receipts).toBe(3001);
  });
});

describe('services that go on', () => {
  const bars = () =>
    Array.from({ length: 4 }, () => [0, 0, 0, 0, 0] as [number, number, number, number, number]);
  const one = (name: string) => ({
    name,
    through: NOW,
    bars: bars(),
    medians: [],
    latency: null,
    incidents: [],
  });
  const history: ServicesHistory = {
    now: NOW,
    from: NOW - 35 * MINUTE,
    stepMs: 10 * MINUTE,
    services: [one(LINK_SERVICE), one('news')],
  };
  const health = (beats: [number, Verdict][], planned = false) => ({
    health: {
      services: [
        {
          ...emptyService('news', ''),
          beats: beats.map(([at, verdict]) => ({ at, verdict, latencyMs: null })),
        },
      ],
      reported: null,
      hint: null,
      plannedDowntime: planned,
    },
    link: {
      state: 'live',
      via: { index: 0, kind: 'direct', label: '' },
      since: 0,
      lastProof: NOW,
      rttMs: 1,
    } as const,
  });

  it('begin and end an incident with the probes, not with the next bar', () => {
    const down = extendServices(
      history,
      health([
        [NOW + 10_000, 'down'],
        [NOW + 20_000, 'unknown'],
        [NOW + 30_000, 'down'],
      ]),
    );
    const incident = { since: NOW + 10_000, verdict: 'down', planned: false };
    expect(down?.services[1]?.incidents).toMatchObject([
      { ...incident, until: null, lastSeen: NOW + 30_000 },
    ]);
    const up = down && extendServices(down, health([[NOW + 40_000, 'up']]));
    expect(up?.services[1]?.incidents).toMatchObject([{ ...incident, until: NOW + 40_000 }]);
    expect(up?.services[0]?.incidents).toEqual([]);
  });

  it('add the time that each probe stands for, and no time in which nobody looked', () => {
    const next = extendServices(
      history,
      health([
        [NOW + 10_000, 'up'],
        [NOW + 20_000, 'down'],
        [NOW + 200_000, 'up'],
      ]),
    );
    expect(next?.services[1]?.bars.at(-1)).toEqual([40, 0, 10, 0, 0]);
    expect(next?.services[0]?.bars.at(-1)).toEqual([30, 0, 0, 0, 0]);
    expect(next && extendServices(next, health([[NOW + 200_000, 'up']]))).toBe(next);
  });

  it('count planned downtime apart, and what cannot be told as unknown', () => {
    const planned = extendServices(history, health([[NOW + 10_000, 'down']], true));
    expect(planned?.services[1]?.bars.at(-1)).toEqual([0, 0, 0, 10, 0]);
    const unknown = extendServices(history, health([[NOW + 10_000, 'unknown']], true));
    expect(unknown?.services[1]?.bars.at(-1)).toEqual([0, 0, 0, 0, 10]);
  });

  it('are asked for again when a new bar begins', () => {
    expect(extendServices(history, health([[NOW + 6 * MINUTE, 'up']]))).toBeUndefined();
  });
});

describe('uptime in words', () => {
  it('says 100 % only of what never failed, and nothing of what is not known', () => {
    expect(percentText(1)).toBe('100 %');
    expect(percentText(0.999999)).toBe('99.99 %');
    expect(percentText(null)).toBe('-');
  });

  it('keeps planned, unknown and unobserved time out of the share', () => {
    const uptime = uptimeOf(
      [
        [300, 0, 100, 0, 0],
        [0, 0, 0, 600, 0],
        [0, 0, 0, 0, 500],
      ],
      { from: NOW - 30 * MINUTE, stepMs: 600_000, now: NOW },
    );
    expect(uptime.share).toBe(0.75);
    expect(uptime.unobserved).toBe(300);
    expect(partsText(uptime)).toBe(
      '2 min down, 10 min in planned downtime, 8 min unknown, 5 min not observed',
    );
    expect(uptimeOf([], { from: NOW, stepMs: 1000, now: NOW }).share).toBeNull();
  });

  it('says of how little a share is where a span is mostly unknown, planned downtime aside', () => {
    const of = (bar: [number, number, number, number, number], spanMs: number) =>
      coverageText(uptimeOf([bar], { from: NOW - spanMs, stepMs: spanMs, now: NOW }));
    expect(of([35, 0, 0, 0, 0], 600_000)).toBe(' of 35 s');
    expect(of([200, 0, 0, 400, 0], 600_000)).toBe('');
    expect(of([590, 0, 0, 0, 10], 600_000)).toBe('');
    expect(of([0, 0, 0, 0, 600], 600_000)).toBe('');
  });

  it.each([
    [45, '45 s'],
    [720, '12 min'],
    [3600, '1 h'],
    [12_000, '3 h 20 min'],
    [187_200, '2 d 4 h'],
  ])('%s s is %s', (seconds, text) => expect(lengthText(seconds)).toBe(text));
});
