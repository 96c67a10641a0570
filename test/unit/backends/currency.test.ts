import { describe, expect, it } from 'vitest';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { readPnl } from '../../../electron/core/backends/read-pnl.ts';
import { readPositions } from '../../../electron/core/backends/read-positions.ts';

const read = (...rows: object[]) => {
  const answer = readPositions(
    { positions: rows },
    { instant: instantReader('UTC'), currency: 'USD', openList: true },
  );
  if (!answer.ok) throw new Error(answer.reason);
  return answer.value;
};
const row = (currency: unknown, unrealized_pnl = '1.00') => ({ symbol: 'X', unrealized_pnl, currency });

describe('the currency of a position', () => {
  it.each([
    ['HKD', 'HKD'],
    ['hkd', 'HKD'],
    ['USDT', 'USDT'],
    // pence are not pounds
    ['GBp', 'GBp'],
    [undefined, 'USD'],
    [null, 'USD'],
    ['', 'USD'],
    [840, 'USD'],
  ])('%j is %s', (given, expected) => {
    expect(read(row(given)).rows[0]?.currency).toBe(expected);
  });

  it('is never summed with another', () => {
    const { totals } = read(row('USD', '1'), row('USDT', '2'), row('GBP', '4'), row('GBp', '400'));
    expect(totals.map(({ currency, unrealized }) => [currency, unrealized])).toEqual([
      ['GBp', '400'],
      ['GBP', '4'],
      ['USD', '1'],
      ['USDT', '2'],
    ]);
  });

  it('is read alike for the P&L', () => {
    const pnl = (currency: unknown) => readPnl({ daily_pnl: 1, currency }, 'USD');
    expect(pnl('eur')).toMatchObject({ value: { currency: 'EUR' } });
    expect(pnl(7)).toMatchObject({ value: { currency: 'USD' } });
  });
});
