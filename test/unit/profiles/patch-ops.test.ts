import { describe, expect, it } from 'vitest';
import type { AppState } from '../../../electron/contract/state.ts';
import { applyPatch } from '../../../electron/contract/state.ts';
import { patchOps } from '../../../electron/core/profiles/patch-ops.ts';
import { seeded } from '../../helpers/seeded.ts';

const known = (value: unknown, receivedAt: number) => ({ state: 'known', value, receivedAt });
const rows = (...list: [string, string][]) => list.map(([key, pnl]) => ({ key, pnl }));

function applied(before: unknown, after: unknown): unknown {
  const ops = patchOps(['x'], before, after);
  return (applyPatch({ x: before } as unknown as AppState, ops) as unknown as { x: unknown }).x;
}

describe('the changes from one model to the next', () => {
  it('names the rows that changed and no others, and leaves the others the objects they were', () => {
    const before = known({ rows: rows(['a', '1'], ['b', '2'], ['c', '3']) }, 1);
    const after = known({ rows: rows(['a', '1'], ['b', '9'], ['c', '3']) }, 2);
    expect(patchOps(['p'], before, after)).toEqual([
      { op: 'set', path: ['p', 'value', 'rows', '1'], value: { key: 'b', pnl: '9' } },
      { op: 'set', path: ['p', 'receivedAt'], value: 2 },
    ]);
    const next = applied(before, after) as typeof before;
    expect((next.value as { rows: unknown[] }).rows[0]).toBe((before.value as { rows: unknown[] }).rows[0]);
  });

  it('appends to a list that only grew', () => {
    const first: [number, number] = [1, 1];
    expect(patchOps(['s'], [first], [first, [2, 2]])).toEqual([
      { op: 'append', path: ['s'], values: [[2, 2]], keep: 2 },
    ]);
  });

  it('is silent about what is equal', () => {
    expect(patchOps([], known(rows(['a', '1']), 1), known(rows(['a', '1']), 1))).toEqual([]);
  });

  it('replaces a known value by an unknown one as a whole', () => {
    const after = { state: 'unknown', reason: 'away', since: 5, last: null };
    expect(patchOps(['p'], known(1, 1), after)).toEqual([{ op: 'set', path: ['p'], value: after }]);
  });

  it('always leads to the new model, whatever opened, closed or changed', () => {
    const random = seeded(7);
    const model = () =>
      known(
        {
          rows: Array.from({ length: Math.floor(random() * 5) }, () => ({
            key: 'abcdef'[Math.floor(random() * 6)],
            pnl: random() < 0.3 ? null : String(Math.floor(random() * 3)),
            ...(random() < 0.2 ? { extra: [1, { deep: random() < 0.5 }] } : {}),
          })),
          series: Array.from({ length: Math.floor(random() * 4) }, (_, n) => n),
        },
        Math.floor(random() * 3),
      );
    let before = model();
    for (let n = 0; n < 2_000; n += 1) {
      const after = model();
      expect(applied(before, after)).toEqual(after);
      before = after;
    }
  });
});
