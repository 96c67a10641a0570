import { describe, expect, it } from 'vitest';
import {
  divideDecimals,
  multiplyDecimals,
  roundDecimal,
  subtractDecimals,
} from '../../electron/contract/decimal-math.ts';
import { drawdown, resultCurve, tradeStats } from '../../electron/contract/trade-stats.ts';
import { seeded } from '../helpers/seeded.ts';

const trade = (realized: string | null, at: number | null = 0, risk: string | null = null) => ({
  realized,
  risk,
  closedAt: at === null ? null : { at },
});

describe('arithmetic of decimals', () => {
  it.each([
    ['1', '3', 4, '0.3333'],
    ['2', '3', 4, '0.6667'],
    ['-2', '3', 2, '-0.67'],
    ['1', '-8', 2, '-0.13'],
    ['0.1', '0.2', 2, '0.50'],
    ['5', '0', 2, null],
    ['5', '0.00', 2, null],
  ])('%s / %s to %s places is %s', (a, b, places, expected) => {
    expect(divideDecimals(a, b, places)).toBe(expected);
  });

  it('multiplies and subtracts without a binary rounding', () => {
    expect(multiplyDecimals('0.1', '0.2')).toBe('0.02');
    expect(multiplyDecimals('-175.20', '100')).toBe('-17520.00');
    expect(subtractDecimals('0.3', '0.1')).toBe('0.2');
    expect(subtractDecimals('1', '-1')).toBe('2');
    expect(roundDecimal('-2.345', 2)).toBe('-2.35');
    expect(roundDecimal('2.3', 2)).toBe('2.3');
  });

  it('agrees with integers of cents', () => {
    const random = seeded(3);
    for (let n = 0; n < 2_000; n += 1) {
      const [a, b] = [0, 0].map(() => Math.floor((random() - 0.5) * 1e8));
      const text = (cents: number) => (cents / 100).toFixed(2);
      expect(Number(subtractDecimals(text(a), text(b)))).toBe((a - b) / 100);
      const quotient = divideDecimals(text(a), text(b), 6);
      if (b !== 0) expect(Math.abs(Number(quotient) - a / b)).toBeLessThanOrEqual(5.01e-7);
    }
  });
});

describe('results of trades', () => {
  it('counts wins, losses and what ended at zero, and leaves out what was not reported', () => {
    const stats = tradeStats([
      trade('10.10', 3_000, '5'),
      trade('-5.05', 1_000, '5.05'),
      trade('0.00', 2_000),
      trade('20.20', null, '0'),
      trade(null, 9_000, '4'),
    ]);
    expect(stats).toEqual({
      trades: 5,
      missing: 1,
      winners: 2,
      losers: 1,
      winRate: '50.0',
      total: '25.25',
      averageWin: '15.15',
      averageLoss: '-5.05',
      largestWin: '20.20',
      largestLoss: '-5.05',
      profitFactor: '6.00',
      expectancy: '6.31',
      averageR: '0.51',
      from: 1_000,
      to: 9_000,
    });
  });

  it('knows nothing of no trades, and no profit factor without a loss', () => {
    expect(tradeStats([])).toMatchObject({ winRate: null, total: null, profitFactor: null, from: null });
    expect(tradeStats([trade(null)])).toMatchObject({ trades: 1, missing: 1, winRate: null, total: null });
    expect(tradeStats([trade('1')])).toMatchObject({ winRate: '100.0', profitFactor: null });
    expect(tradeStats([trade('-1')])).toMatchObject({ winRate: '0.0', profitFactor: '0.00' });
  });

  it('adds up in order of time, exactly', () => {
    expect(resultCurve([trade('0.2', 2), trade('0.1', 1), trade(null, 3), trade('5', null)])).toEqual([
      { at: 1, value: '0.1' },
      { at: 2, value: '0.3' },
    ]);
  });
});

describe('drawdown', () => {
  const curve = (...values: string[]) => values.map((value, at) => ({ at: at + 1, value }));

  it('is the deepest fall from the highest value so far, with where it began and ended', () => {
    expect(drawdown(curve('10', '15.50', '12', '14', '9.25', '20', '18'))).toEqual({
      deepest: '6.25',
      peakAt: 2,
      troughAt: 5,
      now: '2',
    });
  });

  it('is zero on a curve that only rises, and nothing of no curve', () => {
    expect(drawdown(curve('1', '2'))).toMatchObject({ deepest: '0', now: '0' });
    expect(drawdown([])).toBeNull();
  });

  it('counts losses from the very first trade on where results begin at zero', () => {
    expect(drawdown(curve('-30', '-10'), { at: 0, value: '0' })).toMatchObject({ deepest: '30', now: '10' });
  });

  it('agrees with a plain search through all pairs', () => {
    const random = seeded(9);
    for (let n = 0; n < 200; n += 1) {
      const values = Array.from(
        { length: 1 + Math.floor(random() * 20) },
        () => Math.floor(random() * 200) - 100,
      );
      const deepest = Math.max(...values.map((low, at) => Math.max(...values.slice(0, at + 1)) - low));
      expect(Number(drawdown(values.map((value, at) => ({ at, value: String(value) })))?.deepest)).toBe(
        deepest,
      );
    }
  });
});
