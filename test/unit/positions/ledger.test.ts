import { describe, expect, it } from 'vitest';
import type { PositionsModel, Reading } from '../../../electron/contract/models.ts';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { readPositions } from '../../../electron/core/backends/read-positions.ts';
import { compared } from '../../../electron/core/positions/ledger.ts';

const source = { kind: 'rest', ref: 'trading /positions' } as const;

function read(rows: unknown[], receivedAt: number) {
  const model = readPositions(rows, { instant: instantReader('UTC'), currency: 'USD', openList: true });
  if (!model.ok) throw new Error(model.reason);
  return { ok: true, value: model.value, source, receivedAt } as const;
}

const row = (id: number | null, pnl: string, updated = '') => ({
  position_id: id,
  symbol: `S${id}`,
  unrealized_pnl: pnl,
  updated_at: updated,
});

/** Readings one after the other, as the watch keeps them. */
function after(...lists: unknown[][]) {
  let before: Reading<PositionsModel> = { state: 'unknown', reason: 'not read', since: 0, last: null };
  let result = compared(before, read([], 0));
  for (const [n, list] of lists.entries()) {
    const answer = read(list, (n + 1) * 1_000);
    result = compared(before, answer);
    before = { state: 'known', value: result.model, source, receivedAt: answer.receivedAt };
  }
  return result;
}

describe('positions beside those of the reading before', () => {
  it('says when a row last changed; another valuation at the same price is no change', () => {
    const { model } = after(
      [row(1, '1.00', '2026-11-21T10:00:00Z'), row(2, '2.00')],
      [row(1, '1.50', '2026-11-21T10:00:05Z'), row(2, '2.00')],
      [row(1, '1.50', '2026-11-21T10:00:10Z'), row(2, '2.00')],
    );
    expect(model.rows.map(({ changedAt }) => changedAt)).toEqual([2_000, null]);
  });

  it('keeps what has not changed the same object', () => {
    const first = after([row(1, '1.00')]).model.rows[0];
    const before = {
      state: 'known',
      value: { rows: [first], totals: [] },
      source,
      receivedAt: 1,
    } as const;
    expect(compared(before as never, read([row(1, '1.00')], 2)).model.rows[0]).toBe(first);
  });

  it('notes a row that left, with the two receipts between which it did', () => {
    const { left } = after([row(1, '1.00'), row(2, '-2.00')], [row(1, '1.00')]);
    expect(left).toMatchObject([
      { position: { id: '2', unrealized: '-2.00' }, lastSeenAt: 1_000, missedAt: 2_000 },
    ]);
  });

  it('says nothing of rows without an id, nor where the list comes from another source', () => {
    expect(after([row(null, '1.00')], []).left).toEqual([]);
    const before = { state: 'known', value: read([row(1, '1')], 1).value, source, receivedAt: 1 } as const;
    const other = { ...read([], 2), source: { kind: 'rest', ref: 'trading /other' } } as const;
    expect(compared(before, other).left).toEqual([]);
  });
});
