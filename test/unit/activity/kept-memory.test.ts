import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createActivity } from '../../../electron/core/activity/activity.ts';
import { Bodies } from '../../../electron/core/activity/bodies.ts';
import { emptyStore } from '../../helpers/empty-store.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Megabytes that are held after a collection more than before. */
function heldBy(work: () => unknown): number {
  const held = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const before = held();
  const kept = work();
  const after = held();
  expect(kept).toBeDefined();
  return after - before;
}

const MB = 1 << 20;

describe('what Activity holds in memory', () => {
  it('is the beginning of a request, not the line that it was cut out of', () => {
    const bodies = new Bodies();
    const held = heldBy(() => {
      for (let i = 0; i < 40; i += 1)
        bodies.put(`r${i}`, `{"id":${i},"x":"${'y'.repeat(2 * MB)}"}`.slice(1), undefined);
      return bodies;
    });
    expect(held).toBeLessThan(20);
    expect(bodies.request('r0', (text) => text)).toMatchObject({ cut: true });
  });

  it('is a short sentence of an error, not the megabytes that a hostile server wrote of it', () => {
    const state = emptyStore();
    const record = createActivity(state, new ManualClock(), new Bodies());
    const held = heldBy(() => {
      for (let i = 0; i < 40; i += 1)
        record({
          profile: 'p',
          kind: 'tool',
          actor: 'c',
          title: `t${i}`,
          outcome: 'error',
          detail: `${i} ${'z'.repeat(2 * MB)}`,
        });
      return state;
    });
    expect(held).toBeLessThan(20);
    expect(state.state.activity.at(-1)?.detail).toMatch(/^39 z+…$/);
  });
});
