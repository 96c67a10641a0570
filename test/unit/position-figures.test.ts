import { describe, expect, it } from 'vitest';
import type { Position } from '../../electron/contract/models.ts';
import { positionFigures, positionSums } from '../../electron/contract/position-figures.ts';
import { instantReader } from '../../electron/core/backends/instant.ts';
import { readPositions } from '../../electron/core/backends/read-positions.ts';

function position(row: Record<string, unknown>): Position {
  const read = readPositions([row], { instant: instantReader('UTC'), currency: 'USD', openList: true });
  if (!read.ok) throw new Error(read.reason);
  return read.value.rows[0];
}

/** A row of trading 5.1.2: no price. */
const AAPL = {
  position_id: 1,
  symbol: 'AAPL',
  side: 'long',
  quantity: 100,
  entry_price: '175.20',
  stop_loss: '170.50',
  risk_amount: '470.00',
  unrealized_pnl: '434.00',
};

describe('figures of a position', () => {
  it('works the price out of entry and P&L where none is given, and says so', () => {
    expect(positionFigures(position(AAPL))).toEqual({
      price: { value: '179.5400', derived: true },
      risk: { value: '470.00', derived: false },
      stop: { money: '904.00', percent: '5.04', r: '1.92' },
      r: '0.92',
    });
  });

  it('takes the price that is given', () => {
    const { price, stop } = positionFigures(position({ ...AAPL, current_price: '176.00' }));
    expect(price).toEqual({ value: '176.00', derived: false });
    expect(stop).toMatchObject({ money: '550.00' });
  });

  it('turns everything round for a short, and tells a stop that was passed by its sign', () => {
    const short = { ...AAPL, side: 'short', stop_loss: '179.90', unrealized_pnl: '-500.00' };
    expect(positionFigures(position(short))).toMatchObject({
      price: { derived: true },
      stop: { money: '-30.00', r: '-0.06' },
      r: '-1.06',
    });
  });

  it('does not take "no stop" for "no risk"', () => {
    const none = { ...AAPL, stop_loss: null, risk_amount: 0 };
    expect(positionFigures(position(none))).toMatchObject({ risk: null, stop: null, r: null });
    const computed = positionFigures(position({ ...AAPL, risk_amount: null }));
    expect(computed.risk).toEqual({ value: '470.00', derived: true });
  });

  it('knows nothing of what is not reported: no P&L, no side, no quantity', () => {
    expect(positionFigures(position({ ...AAPL, unrealized_pnl: null }))).toMatchObject({
      price: null,
      stop: null,
      r: null,
    });
    expect(positionFigures(position({ ...AAPL, side: undefined })).price).toBeNull();
    expect(positionFigures(position({ ...AAPL, quantity: 0 })).price).toBeNull();
  });
});

describe('sums', () => {
  it('stay within a currency, that of most positions first, and say what is missing', () => {
    const rows = [
      position(AAPL),
      position({ ...AAPL, unrealized_pnl: null }),
      position({ ...AAPL, unrealized_pnl: '-0.1', stop_loss: null, risk_amount: '0' }),
      position({ ...AAPL, currency: 'HKD', unrealized_pnl: '0.2', realized_pnl: '5' }),
    ];
    expect(positionSums(rows, positionFigures)).toEqual([
      expect.objectContaining({
        currency: 'USD',
        count: 3,
        up: 1,
        down: 1,
        unrealized: '433.90',
        withoutPnl: 1,
        realized: null,
        risk: '940.00',
        withoutRisk: 1,
        toStop: '904.00',
        withoutStop: 2,
      }),
      {
        currency: 'HKD',
        count: 1,
        up: 1,
        down: 0,
        flat: 0,
        unrealized: '0.2',
        withoutPnl: 0,
        realized: '5',
        risk: '470.00',
        withoutRisk: 0,
        toStop: '470.20',
        withoutStop: 0,
        passed: 0,
      },
    ]);
    const passed = position({ ...AAPL, unrealized_pnl: '-600' });
    expect(positionSums([position(AAPL), passed], positionFigures)).toMatchObject([
      { toStop: '904.00', passed: 1, withoutStop: 0 },
    ]);
  });
});
