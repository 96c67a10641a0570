import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryStatus } from '../../../electron/contract/history.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { History } from '../../../electron/core/history/history.ts';
import type { Clock } from '../../../electron/core/ports.ts';
import { silentLog } from '../../../electron/core/ports.ts';
import { eventually } from '../../helpers/app.ts';
import { profileState } from '../../helpers/fake-app.ts';

/** A file system of 512 KiB that is really full when it is full; false where mounting is not allowed. */
function mountSmall(target: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=0700', 'tmpfs', target], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function mountable(): boolean {
  if (process.platform !== 'linux') return false;
  const probe = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-mount-'));
  const done = mountSmall(probe);
  if (done) execFileSync('umount', [probe]);
  fs.rmdirSync(probe);
  return done;
}

/** Waits are a hundredth as long; the time of day is the real one. */
const quick: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms / 100, run) };

function withPnl(daily: string, receivedAt: number): ProfileState {
  const figures = { unrealized: null, realized: null, exposure: null, dailyLossLimit: null, equity: null };
  const state = profileState('catalyst', { state: 'off' });
  const source = { kind: 'rest' as const, ref: 'metrics' };
  const pnl = { state: 'known' as const, value: { currency: 'USD', daily, ...figures }, source, receivedAt };
  return { ...state, trading: { ...state.trading, pnl } };
}

describe.skipIf(!mountable())(
  'history on a disk that fills up (needs root and tmpfs; package: mount)',
  () => {
    let dir: string;
    let history: History | undefined;
    beforeEach(() => {
      dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-history-full-'));
      mountSmall(dir);
    });
    afterEach(async () => {
      await history?.stop();
      execFileSync('umount', ['-l', dir]);
      fs.rmdirSync(dir);
    });

    it('says so, keeps what it was given, and writes it once there is room', async () => {
      const statuses: HistoryStatus[] = [];
      let state = withPnl('0', Date.now());
      history = new History({
        file: path.join(dir, 'history.db'),
        clock: quick,
        log: silentLog,
        profiles: () => ({ catalyst: state }),
        publish: (status) => statuses.push(status),
        onMoney: () => undefined,
      });
      const last = () => statuses.at(-1);
      history.start([{ name: 'catalyst', environment: 'live' }]);
      await eventually('the start', () => last()?.state === 'on');
      const filler = path.join(dir, 'filler');
      const fd = fs.openSync(filler, 'w');
      try {
        for (;;) fs.writeSync(fd, Buffer.alloc(4096));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
      } finally {
        fs.closeSync(fd);
      }
      const begin = Date.now() - 50 * 60_000;
      let given = 0;
      const give = (count: number) => {
        for (let i = 0; i < count; i += 1) {
          given += 1;
          state = withPnl(`${given}.50`, begin + given * 4000);
          history?.trading(state);
        }
      };
      await eventually('a full disk', () => {
        give(20);
        return last()?.state === 'off';
      });
      expect(last()?.note).toMatch(/^The disk is full/);
      give(5);
      fs.rmSync(filler);
      await eventually('room again', () => last()?.state === 'on');
      expect(last()?.note).toBeNull();
      const kept = await history.money({ profile: 'catalyst', metrics: ['daily'], span: '1h', points: 1500 });
      expect(kept.series[0]?.points.at(-1)?.[1]).toBe(`${given}.50`);
      expect(kept.series[0]?.points).toHaveLength(given);
    }, 60_000);
  },
);
