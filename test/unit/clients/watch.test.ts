import { describe, expect, it } from 'vitest';
import type { ClientCheck } from '../../../electron/contract/clients.ts';
import type { Clients, Standing } from '../../../electron/core/clients/clients.ts';
import { SETTLE_MS } from '../../../electron/core/clients/watch/judge.ts';
import { ClientWatch } from '../../../electron/core/clients/watch/watcher.ts';
import type { Written } from '../../../electron/core/clients/written.ts';
import { silentLog } from '../../../electron/core/ports.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

/** A clock that the test moves; what is due runs, and all that follows from it, before `pass` resolves. */
function handClock() {
  const clock = new ManualClock();
  const calm = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return { clock, pending: () => clock.left(), pass: (ms: number) => clock.advanceSettled(ms, calm) };
}

/** Claude Desktop and its file as far as the watch can tell, with all that the watch did to it. */
function desk(first: Partial<Written> = {}) {
  const time = handClock();
  const claude = { running: false, asked: 0 };
  const file = { state: 'ours' as Standing['state'], left: 'servers' as Standing['left'] };
  let written: Written | undefined = {
    client: 'claude-desktop',
    path: '/home/ana/.config/Claude/claude_desktop_config.json',
    key: 'demo',
    profile: 'demo',
    at: 0,
    command: '/node',
    args: ['/stub', 'demo'],
    whileRunning: false,
    held: false,
    attempts: 0,
    cause: null,
    ...first,
  };
  const news: string[] = [];
  const writes: string[] = [];
  let failing = false;
  let checks: ClientCheck[] = [];
  let looks = 0;
  let touch: (name: string | null) => void = () => undefined;
  let closed = 0;
  const clients: Clients = {
    list: () => Promise.reject(new Error('not asked for')),
    preview: () => Promise.reject(new Error('not asked for')),
    apply: () => Promise.reject(new Error('not asked for')),
    inspect: () => Promise.reject(new Error('not asked for')),
    standings: async () => {
      looks += 1;
      return written ? [{ written, label: 'Claude Desktop', hostPath: written.path, ...file }] : [];
    },
    keep: async (next) => {
      if (written) written = next;
    },
    forget: async () => {
      written = undefined;
    },
    isRunning: async () => {
      claude.asked += 1;
      return claude.running;
    },
  };
  const watch = new ClientWatch({
    clients,
    clock: time.clock,
    log: silentLog,
    publish: (all) => (checks = Object.values(all)),
    onNews: (check) => news.push(`${check.state} ${check.cause}`),
    writeBack: async (check) => {
      writes.push(check.key);
      if (failing) throw new Error('no');
      Object.assign(file, { state: 'ours', left: 'servers' });
      written = { ...written!, held: false, whileRunning: claude.running, attempts: 0, cause: null };
    },
    watchFolder: (_folder, onChange) => {
      touch = onChange;
      return { close: () => (closed += 1) };
    },
  });
  return {
    time,
    claude,
    news,
    writes,
    watch,
    closed: () => closed,
    looks: () => looks,
    fail: () => (failing = true),
    written: () => written,
    state: () => checks[0]?.state,
    check: () => checks[0],
    /** The file is seen to change. */
    async becomes(state: Standing['state'], left: Standing['left'] = 'servers') {
      Object.assign(file, { state, left });
      touch('claude_desktop_config.json');
      await time.pass(300);
    },
    async lockFile() {
      touch('SingletonLock');
      await time.pass(300);
    },
    other: async () => {
      touch('Cookies');
      await time.pass(300);
    },
  };
}

describe('an entry under watch', () => {
  it('is proven through the next start of Claude, and then nothing is asked any more', async () => {
    const d = desk();
    await d.watch.look();
    expect(d.state()).toBe('waiting-start');
    d.claude.running = true;
    await d.lockFile();
    expect(d.state()).toBe('waiting-start');
    await d.time.pass(SETTLE_MS);
    expect(d.state()).toBe('ok');
    expect(d.written()).toMatchObject({ held: true, attempts: 0 });
    expect(d.news).toEqual([]);
    expect(d.time.pending()).toEqual([]);
    const asked = d.claude.asked;
    await d.becomes('ours');
    expect([d.state(), d.claude.asked]).toEqual(['ok', asked]);
  });

  it('looks at its own file and at the lock of the client alone', async () => {
    const d = desk({ held: true });
    await d.watch.look();
    const before = d.looks();
    await d.other();
    expect(d.looks()).toBe(before);
    await d.becomes('ours');
    expect(d.looks()).toBe(before + 1);
  });

  it('written while Claude ran: asks to quit, and survives that', async () => {
    const d = desk({ whileRunning: true });
    d.claude.running = true;
    await d.watch.look();
    expect(d.state()).toBe('waiting-quit');
    d.claude.running = false;
    await d.lockFile();
    expect(d.state()).toBe('waiting-start');
    expect(d.written()?.whileRunning).toBe(false);
  });

  it('lost while Claude runs: told once, written back once after it has quit, and proven', async () => {
    const d = desk({ whileRunning: true });
    d.claude.running = true;
    await d.watch.look();
    await d.becomes('missing');
    expect([d.state(), d.writes, d.news]).toEqual(['armed', [], ['armed written-over']]);
    await d.time.pass(60_000);
    expect([d.writes, d.news.length]).toEqual([[], 1]);
    d.claude.running = false;
    await d.lockFile();
    expect([d.writes, d.state()]).toEqual([['demo'], 'waiting-start']);
    expect(d.written()).toMatchObject({ attempts: 1, cause: 'written-over' });
    d.claude.running = true;
    await d.lockFile();
    await d.time.pass(SETTLE_MS);
    expect([d.state(), d.written()?.attempts, d.news.length]).toEqual(['ok', 0, 1]);
  });

  it('lost again after that: no fight, said once', async () => {
    const d = desk({ attempts: 1, cause: 'reset' });
    await d.watch.look();
    d.claude.running = true;
    await d.becomes('missing', 'no servers');
    expect([d.state(), d.news]).toEqual(['given-up', ['given-up reset']]);
    d.claude.running = false;
    await d.lockFile();
    await d.time.pass(600_000);
    expect([d.state(), d.writes, d.news.length]).toEqual(['given-up', [], 1]);
  });

  it('taken out by a person: told once, never written back by itself', async () => {
    const d = desk({ held: true });
    await d.watch.look();
    await d.becomes('missing');
    expect([d.state(), d.check().cause, d.writes, d.news]).toEqual([
      'missing',
      'removed',
      [],
      ['missing removed'],
    ]);
    await d.becomes('missing');
    await d.time.pass(600_000);
    expect([d.writes, d.news.length]).toEqual([[], 1]);
  });

  it('repaired by a person at once, or as soon as Claude has quit', async () => {
    const d = desk({ held: true });
    await d.watch.look();
    await d.becomes('missing');
    expect((await d.watch.repair(d.check().id))?.state).toBe('waiting-start');
    expect(d.writes).toEqual(['demo']);
    await d.becomes('missing', 'no file');
    d.claude.running = true;
    expect((await d.watch.repair(d.check().id))?.state).toBe('armed');
    expect(d.writes).toEqual(['demo']);
    d.claude.running = false;
    await d.time.pass(15_000);
    expect([d.writes.length, d.state()]).toEqual([2, 'waiting-start']);
  });

  it('a repair by hand does not earn another automatic attempt', async () => {
    const d = desk({ attempts: 1, cause: 'reset' });
    await d.watch.look();
    await d.becomes('missing', 'no servers');
    expect((await d.watch.repair(d.check().id))?.state).toBe('waiting-start');
    await d.becomes('missing', 'no servers');
    expect([d.state(), d.writes.length]).toEqual(['given-up', 1]);
  });

  it('a write that fails is not tried for ever', async () => {
    const d = desk();
    d.fail();
    await d.watch.look();
    await d.becomes('missing', 'no servers');
    await d.time.pass(600_000);
    expect([d.writes, d.state()]).toEqual([['demo'], 'given-up']);
    await expect(d.watch.repair(d.check().id)).rejects.toThrow('no');
  });

  it('changed by somebody: told, and left as it is', async () => {
    const d = desk({ held: true });
    await d.watch.look();
    await d.becomes('changed');
    await d.becomes('replaced');
    expect([d.state(), d.news, d.writes]).toEqual(['changed', ['changed null'], []]);
  });

  it('a file that cannot be read is neither missing nor written', async () => {
    const d = desk();
    await d.watch.look();
    await d.becomes('unreadable');
    expect([d.state(), d.news, d.writes]).toEqual(['unreadable', [], []]);
    await d.becomes('ours');
    expect(d.state()).toBe('waiting-start');
  });

  it('ends: no timer, no watcher, no look', async () => {
    const d = desk();
    await d.watch.look();
    d.watch.dispose();
    expect([d.closed(), d.time.pending()]).toEqual([1, []]);
    const before = d.looks();
    await d.becomes('missing');
    await d.watch.look();
    expect(d.looks()).toBe(before);
  });
});
