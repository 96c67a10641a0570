import { describe, expect, it } from 'vitest';
import type { StateEvent } from '../../electron/contract/state.ts';
import { applyPatch } from '../../electron/contract/state.ts';
import type { Store } from '../../electron/core/store.ts';
import { emptyStore } from '../helpers/empty-store.ts';

/** Takes events until the reader has caught up with `seq`; fails on a gap or a repeat. */
async function readTo(seq: number, events: AsyncGenerator<StateEvent>) {
  const seen: StateEvent[] = [];
  let state: Store['state'] | undefined;
  let at = -1;
  while (at < seq) {
    const { value } = (await events.next()) as { value: StateEvent };
    seen.push(value);
    if (value.type === 'snapshot') state = value.state;
    else {
      expect(value.seq).toBe(at + 1);
      state = applyPatch(state as Store['state'], value.ops);
    }
    at = value.seq;
  }
  return { seen, state };
}

describe('the state stream', () => {
  it('keeps no endless queue for a reader that does not read: it goes on from a snapshot, whole', async () => {
    const core = emptyStore();
    const events = core.follow(undefined, undefined);
    const first = await events.next();
    expect(first.value).toMatchObject({ type: 'snapshot', seq: 0 });
    for (let n = 1; n <= 10_000; n += 1) core.set(['app', 'version'], String(n));
    const { seen, state } = await readTo(10_000, events);
    expect(seen.length).toBeLessThan(3_000);
    expect(state).toEqual(core.state);
    core.set(['app', 'version'], 'next');
    expect((await events.next()).value).toMatchObject({ type: 'patch', seq: 10_001 });
    await events.return(undefined);
  });

  it('resumes after the last id without gap or repeat, and by a snapshot from another run or too long ago', async () => {
    const core = emptyStore();
    for (let n = 1; n <= 5; n += 1) core.set(['app', 'version'], String(n));
    const id = (seq: number) => core.idOf({ type: 'patch', seq, ops: [] });
    const from = async (last: string | undefined) => {
      const events = core.follow(last, undefined);
      const { value } = (await events.next()) as { value: StateEvent };
      await events.return(undefined);
      return [value.type, value.seq];
    };
    expect(await from(id(3))).toEqual(['patch', 4]);
    expect(await from(id(0))).toEqual(['patch', 1]);
    expect(await from(id(6))).toEqual(['snapshot', 5]);
    expect(await from('other/3')).toEqual(['snapshot', 5]);
    expect(await from('nonsense')).toEqual(['snapshot', 5]);
    for (let n = 0; n < 5_000; n += 1) core.set(['app', 'version'], String(n));
    expect(await from(id(3))).toEqual(['snapshot', 5_005]);
  });

  it('keeps large patches by what is in them, so that a book of positions does not fill the memory', async () => {
    const core = emptyStore();
    const large = () =>
      core.change(
        ...Array.from({ length: 400 }, (_, n) => ({
          op: 'set' as const,
          path: ['app', 'version'],
          value: String(n),
        })),
      );
    const slow = core.follow(undefined, undefined);
    await slow.next();
    for (let n = 0; n < 200; n += 1) large();
    const from = async (seq: number) => {
      const events = core.follow(core.idOf({ type: 'patch', seq, ops: [] }), undefined);
      const { value } = (await events.next()) as { value: StateEvent };
      await events.return(undefined);
      return [value.type, value.seq];
    };
    expect(await from(199)).toEqual(['patch', 200]);
    expect(await from(100)).toEqual(['snapshot', 200]);
    const { seen, state } = await readTo(200, slow);
    expect(seen.length).toBeLessThan(60);
    expect(state).toEqual(core.state);
    await slow.return(undefined);
  });

  it('ends with its signal, also while it waits', async () => {
    const core = emptyStore();
    const stop = new AbortController();
    const events = core.follow(undefined, stop.signal);
    await events.next();
    const next = events.next();
    stop.abort();
    expect((await next).done).toBe(true);
  });
});
