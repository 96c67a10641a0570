import { RPCLink } from '@orpc/client/message-port';
import { implement, withEventMeta } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contract } from '../../../electron/contract/api.ts';
import type { StateEvent } from '../../../electron/contract/state.ts';
import { Store } from '../../../electron/core/store.ts';
import { clientOver } from '../../../renderer/api/client.ts';
import { applied, GapError, Mirror, retryDelay } from '../../../renderer/api/mirror.ts';
import { SignedOutError } from '../../../renderer/api/session.ts';
import { scenarioState } from '../../fixtures/page/scenarios.ts';

const NOW = 1_800_000_000_000;
const state = () => scenarioState('live', NOW);

describe('applied', () => {
  const snapshot = { type: 'snapshot' as const, seq: 4, state: state() };
  const patch = (seq: number, value: unknown) => ({
    type: 'patch' as const,
    seq,
    ops: [{ op: 'set' as const, path: ['profiles', 'catalyst', 'link'], value }],
  });

  it('takes a snapshot, then each patch once', () => {
    const first = applied(null, -1, snapshot);
    const second = applied(first.app, first.seq, patch(5, { state: 'off' }));
    expect(second.app?.profiles.catalyst.link).toEqual({ state: 'off' });
    const again = applied(second.app, second.seq, patch(5, { state: 'wrong' }));
    expect(again.app).toBe(second.app);
  });

  it('keeps what did not change, so that the page draws little', () => {
    const first = applied(null, -1, snapshot);
    const second = applied(first.app, first.seq, patch(5, { state: 'off' }));
    expect(second.app?.profiles.paper).toBe(first.app?.profiles.paper);
    expect(second.app?.profiles.catalyst.health).toBe(first.app?.profiles.catalyst.health);
  });

  it('refuses to go on over a gap', () => {
    expect(() => applied(state(), 4, patch(6, { state: 'off' }))).toThrow(GapError);
    expect(() => applied(null, -1, patch(0, { state: 'off' }))).toThrow(GapError);
  });
});

describe('retryDelay', () => {
  it('grows to five seconds at most, spread around its middle', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((attempt) => retryDelay(attempt, 0.5))).toEqual([
      250, 500, 1000, 2000, 4000, 5000, 5000,
    ]);
    expect(retryDelay(6, 0)).toBe(3750);
    expect(retryDelay(6, 1)).toBe(6250);
  });
});

/** A core behind real message ports, whose connections can be cut, silenced and restarted. */
class Core {
  store = new Store(state());
  pid = 1;
  mute = false;
  /** The last event id that each stream was asked to go on after. */
  follows: (string | undefined)[] = [];
  private ports: MessagePort[] = [];

  private router() {
    const os = implement(contract);
    const follow = (after: string | undefined, signal: AbortSignal | undefined) => {
      this.follows.push(after);
      return this.store.follow(after, signal);
    };
    const idOf = (event: StateEvent) => this.store.idOf(event);
    return {
      state: {
        follow: os.state.follow.handler(async function* ({ lastEventId, signal }) {
          for await (const event of follow(lastEventId, signal))
            yield withEventMeta(event, { id: idOf(event) });
        }),
      },
      app: {
        info: os.app.info.handler(async () => {
          if (this.mute) await new Promise(() => {});
          return { version: '0', pid: this.pid, environment: null };
        }),
      },
    };
  }

  connect = async () => {
    const { port1, port2 } = new MessageChannel();
    this.ports.push(port1);
    new RPCHandler(this.router()).upgrade(port1);
    port1.start();
    const client = clientOver(new RPCLink({ port: port2 }));
    port2.start();
    return { client, close: () => port2.close() };
  };

  cut(): void {
    for (const port of this.ports.splice(0)) port.close();
  }
}

describe('Mirror', () => {
  const running: Mirror[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((mirror) => mirror.stop()));
  });

  function mirrorOf(core: Core, options: { silenceMs?: number; answerLimitMs?: number } = {}): Mirror {
    const mirror = new Mirror({ connect: core.connect, random: () => 0, ...options });
    running.push(mirror);
    mirror.start();
    return mirror;
  }
  const link = (mirror: Mirror) => mirror.store.getState().app?.profiles.catalyst.link.state;

  it('follows core, keeps the last state while cut, and resumes without a gap', async () => {
    const core = new Core();
    const mirror = mirrorOf(core);
    await expect.poll(() => mirror.store.getState().connection).toBe('open');
    core.store.set(['profiles', 'catalyst', 'link'], { state: 'off' });
    await expect.poll(() => link(mirror)).toBe('off');

    core.cut();
    await expect.poll(() => mirror.store.getState().connection).toBe('lost');
    expect(link(mirror)).toBe('off');
    expect(mirror.client).toBeNull();
    core.store.set(['profiles', 'catalyst', 'secrets'], ['password']);
    await expect.poll(() => mirror.store.getState().connection).toBe('open');
    await expect.poll(() => mirror.store.getState().app?.profiles.catalyst.secrets).toEqual(['password']);
    expect(core.follows).toEqual([undefined, expect.stringMatching(/.\/1$/)]);
  });

  it('is open again after a cut in which nothing happened', async () => {
    const core = new Core();
    const mirror = mirrorOf(core);
    await expect.poll(() => mirror.store.getState().connection).toBe('open');
    core.store.set(['profiles', 'catalyst', 'secrets'], []);
    await expect.poll(() => mirror.store.getState().seq).toBe(1);
    core.cut();
    await expect.poll(() => mirror.store.getState().connection).toBe('lost');
    await expect.poll(() => mirror.store.getState().connection).toBe('open');
  });

  it('does not mix the numbers of two runs of core', async () => {
    const core = new Core();
    const mirror = mirrorOf(core);
    core.store.set(['profiles', 'catalyst', 'secrets'], ['old']);
    await expect.poll(() => mirror.store.getState().app?.profiles.catalyst.secrets).toEqual(['old']);
    // A new run that already has more events than the page has seen, none of which the page knows.
    core.store = new Store(scenarioState('off', NOW));
    core.pid = 2;
    for (let i = 0; i < 9; i += 1) core.store.set(['profiles', 'catalyst', 'secrets'], [`new ${i}`]);
    core.cut();
    await expect.poll(() => mirror.store.getState().app?.profiles.catalyst.secrets).toEqual(['new 8']);
    expect(link(mirror)).toBe('off');
  });

  it('counts a core that holds the connection but does not answer as lost', async () => {
    const core = new Core();
    const mirror = mirrorOf(core, { silenceMs: 40, answerLimitMs: 60 });
    await expect.poll(() => mirror.store.getState().connection).toBe('open');
    core.mute = true;
    await expect.poll(() => mirror.store.getState().connection).toBe('lost');
  });

  it('does not try again when it is signed out', async () => {
    const connect = vi.fn(() => Promise.reject(new SignedOutError('401')));
    const mirror = new Mirror({ connect, random: () => 0 });
    running.push(mirror);
    mirror.start();
    await expect.poll(() => mirror.store.getState().connection).toBe('signed-out');
    mirror.retryNow();
    expect(connect).toHaveBeenCalledTimes(1);
  });
});
