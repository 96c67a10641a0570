import { describe, expect, it } from 'vitest';
import { createActivity } from '../../../electron/core/activity/activity.ts';
import { Bodies } from '../../../electron/core/activity/bodies.ts';
import { emptyStore } from '../../helpers/empty-store.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const read = (title: string, outcome: 'pending' | 'ok' | 'refused' = 'ok') =>
  ({ profile: 'p', kind: 'tool', actor: 'c', title, toolClass: 'read', outcome }) as const;
const start = (title: string, outcome: 'pending' | 'ok' = 'pending') =>
  ({ ...read(title, outcome), toolClass: 'start' }) as const;

function rig() {
  const [store, clock, bodies] = [emptyStore(), new ManualClock(), new Bodies()];
  let changes = 0;
  store.onEvent(() => (changes += 1));
  const record = createActivity(store, clock, bodies);
  const lines = () => store.state.activity.map(({ title, outcome }) => `${title} ${outcome}`);
  return { clock, bodies, record, lines, changes: () => changes };
}

describe('lines of Activity', () => {
  it('of reads reach the page together, each with its end', () => {
    const { clock, record, lines, changes } = rig();
    for (let i = 0; i < 100; i += 1) {
      const id = record(read(`t${i}`, 'pending'));
      if (i < 99) record({ ...read(`t${i}`), id });
    }
    clock.advance(50);
    expect(changes()).toBe(1);
    expect(lines().slice(-2)).toEqual(['t98 ok', 't99 pending']);
  });

  it('end in place when they were shown before, and keep the time of their beginning', () => {
    const { clock, record, lines } = rig();
    const id = record(read('slow', 'pending'));
    record(read('next'));
    clock.advance(1000);
    record({ ...read('slow'), id });
    expect(lines()).toEqual(['slow pending', 'next ok']);
    clock.advance(50);
    expect(lines()).toEqual(['slow ok', 'next ok']);
  });

  it('of what changes something, or was refused, are shown at once, after the reads before them', () => {
    const { record, lines } = rig();
    record(read('first'));
    const id = record(start('start_trading_cycle'));
    expect(lines()).toEqual(['first ok', 'start_trading_cycle pending']);
    record(read('between'));
    record({ ...start('start_trading_cycle', 'ok'), id });
    expect(lines()).toEqual(['first ok', 'start_trading_cycle ok', 'between ok']);
    record(read('get_orders', 'refused'));
    expect(lines().at(-1)).toBe('get_orders refused');
  });

  it('are the newest 500, and what was said in those that are gone goes with them', () => {
    const { clock, bodies, record, lines } = rig();
    const trace = { request: '{"a":1}' };
    const ids = Array.from({ length: 1200 }, (_one, i) => {
      const id = record({ ...read(`t${i}`), trace });
      if (i % 7 === 0) clock.advance(50);
      return id;
    });
    clock.advance(50);
    expect(lines()).toHaveLength(500);
    expect(lines()[0]).toBe('t700 ok');
    expect(ids.map((id) => bodies.whole(id) !== undefined).indexOf(true)).toBe(700);
  });
});
