import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryStatus } from '../../../electron/contract/history.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { History } from '../../../electron/core/history/history.ts';
import type { Clock } from '../../../electron/core/ports.ts';
import { silentLog } from '../../../electron/core/ports.ts';
import { eventually } from '../../helpers/app.ts';
import { profileState } from '../../helpers/fake-app.ts';

/** Waits are a hundredth as long; the time of day is the real one. */
const quick: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / 100, run) };

function withPnl(daily: string, receivedAt: number): ProfileState {
  const figures = { unrealized: null, realized: null, exposure: null, dailyLossLimit: null, equity: null };
  const state = profileState('catalyst', { state: 'off' });
  const source = { kind: 'rest' as const, ref: 'metrics' };
  const pnl = { state: 'known' as const, value: { currency: 'USD', daily, ...figures }, source, receivedAt };
  return { ...state, trading: { ...state.trading, pnl } };
}

describe('the history thread', () => {
  const threads: Worker[] = [];
  const onWorker = (worker: Worker) => void threads.push(worker);
  let dir: string;
  let history: History;
  let statuses: HistoryStatus[];
  const last = () => statuses.at(-1);

  beforeEach(async () => {
    threads.length = 0;
    statuses = [];
    process.on('worker', onWorker);
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-history-thread-'));
    history = new History({
      file: path.join(dir, 'history.db'),
      clock: quick,
      log: silentLog,
      profiles: () => ({ catalyst: withPnl('0', Date.now()) }),
      publish: (status) => statuses.push(status),
      onMoney: () => undefined,
    });
    history.start([{ name: 'catalyst', environment: 'live' }]);
    await eventually('the start', () => last()?.state === 'on');
  });
  afterEach(async () => {
    process.off('worker', onWorker);
    await history.stop();
    fs.rmSync(dir, { recursive: true });
  });

  /** The thread dies as after a fault in SQLite: at once, without a word. */
  async function kill(): Promise<void> {
    const before = statuses.length;
    await threads.at(-1)?.terminate();
    await eventually('the end to be told', () => statuses.slice(before).some(({ state }) => state === 'off'));
  }

  it('is started again when it dies, and what came meanwhile is in the file', async () => {
    const begin = Date.now() - 60_000;
    history.trading(withPnl('1.50', begin));
    await history.money({ profile: 'catalyst', metrics: ['daily'], span: '1h', points: 100 });
    await kill();
    expect(statuses.find(({ state }) => state === 'off')?.note).toMatch(
      /stopped \(.+\); it is started again in 1 s/,
    );
    history.trading(withPnl('2.50', begin + 4000));
    await eventually('the thread again', () => last()?.state === 'on');
    expect(threads).toHaveLength(2);
    const kept = await history.money({ profile: 'catalyst', metrics: ['daily'], span: '1h', points: 100 });
    expect(kept.series[0]?.points.map(([, value]) => value)).toEqual(['1.50', '2.50']);
  });

  it('stays off with the reason when it dies again and again', async () => {
    for (let deaths = 1; deaths <= 3; deaths += 1) {
      await kill();
      await eventually('the thread again', () => last()?.state === 'on');
    }
    await kill();
    expect(last()?.note).toMatch(/^History stopped 4 times \(.+\); it begins again when the app is started/);
    history.trading(withPnl('3.50', Date.now()));
    const asked = history.money({ profile: 'catalyst', metrics: ['daily'], span: '1h', points: 100 });
    await expect(asked).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE' });
    expect(threads).toHaveLength(4);
    expect(last()?.state).toBe('off');
  });
});
