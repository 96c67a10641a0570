import { describe, expect, it } from 'vitest';
import { OwnAnswers } from '../../../electron/core/bridge/own-answers.ts';
import { emptyState } from '../../fixtures/mcp/rig.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

describe('what companion_positions tells', () => {
  const clock = new ManualClock();
  const tell = (ageMs: number) => {
    const state = emptyState();
    state.trading = {
      ...state.trading,
      positions: {
        state: 'known',
        value: { rows: [], totals: [] },
        source: { kind: 'rest', ref: 'trading /x' },
        receivedAt: clock.now() - ageMs,
      },
    };
    const text = new OwnAnswers(() => state, clock).tool('demo', 'companion_positions');
    return (JSON.parse(text ?? '') as { positions: object }).positions;
  };

  it('is marked stale from 45 s on, not only by its age', () => {
    expect(tell(44_000)).toMatchObject({ known: true, ageSeconds: 44 });
    expect(tell(44_000)).not.toHaveProperty('stale');
    expect(tell(45_000)).toMatchObject({ known: true, ageSeconds: 45, stale: true });
  });

  it('keeps an unknown unknown', () => {
    const text = new OwnAnswers(() => emptyState(), clock).tool('demo', 'companion_positions');
    expect(JSON.parse(text ?? '')).toMatchObject({ positions: { known: false, lastKnown: null } });
  });
});
