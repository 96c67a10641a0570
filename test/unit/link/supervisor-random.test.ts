import http from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import type { ErrorCode } from '../../../electron/contract/errors.ts';
import { PROOF_LIMIT_MS } from '../../../electron/contract/link.ts';
import type { Chain, LinkState } from '../../../electron/contract/link.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { DialContext, OpenLink } from '../../../electron/core/link/dialling.ts';
import { HostKeyRefused } from '../../../electron/core/link/refusal.ts';
import { createSupervisor } from '../../../electron/core/link/supervisor.ts';
import type { Supervisor } from '../../../electron/core/link/supervision.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const SEQUENCES = process.env['COMPANION_SOAK'] ? 100_000 : 2_500;
const STEPS = 40;
const HOSTS = ['one', 'two', 'three'];

/** Park and Miller; the seed names a failing sequence. */
function randomFrom(seed: number): () => number {
  let value = seed * 2 + 1;
  return () => (value = (value * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A peer in process that answers every request as FastMCP does, or hangs up. */
function agentOf(random: () => number): http.Agent {
  const agent = new http.Agent();
  agent.createConnection = () => {
    const socket: Duplex = new Duplex({
      read() {},
      write(_part, _encoding, done) {
        if (random() < 0.7) socket.push('HTTP/1.1 406 No\r\ncontent-length: 0\r\n\r\n');
        else socket.destroy(new Error('hung up'));
        done();
      },
    });
    return socket;
  };
  return agent;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const fingerprint = 'SHA256:shown';

/** One link under test: dials that end when the sequence says so, and transports that count themselves. */
class World {
  readonly clock = new ManualClock(1_000_000);
  readonly states: LinkState[] = [];
  chain: Chain = [];
  busy = false;
  readonly open = new Set<OpenLink>();
  readonly dialling: { context: DialContext; end: (outcome: OpenLink | Error) => void }[] = [];
  readonly ends = new Map<OpenLink, (error?: Error) => void>();
  readonly seen: Set<string>;
  wanted = false;
  disposed = false;
  link: Supervisor;
  readonly random: () => number;
  private readonly agent: http.Agent;

  constructor(seed: number, seen: Set<string>) {
    this.seen = seen;
    this.random = randomFrom(seed);
    const profile = Profile.parse({
      name: 'real',
      preset: 'generic',
      environment: 'live',
      links: HOSTS.map((host) => ({
        kind: 'ssh',
        host,
        user: 'root',
        auth: [{ kind: 'agent' }],
      })),
      mcpUrl: 'http://127.0.0.1:5000/mcp',
    });
    this.link = createSupervisor({
      profile: () => profile,
      secrets: { get: async () => undefined },
      clock: this.clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      random: this.random,
      knownHostsFile: '/nowhere/known_hosts',
      userKnownHostsFiles: [],
      publish: (state) => this.states.push(state),
      publishChain: (chain) => (this.chain = chain),
      busy: () => this.busy,
      dial: (_config, context) =>
        new Promise((resolve, reject) => {
          const end = (outcome: OpenLink | Error) =>
            outcome instanceof Error ? reject(outcome) : resolve(outcome);
          this.dialling.push({ context, end });
        }),
    });
    this.agent = agentOf(this.random);
  }

  transport(context: DialContext): OpenLink {
    const end = Promise.withResolvers<Error | undefined>();
    const made: OpenLink = {
      via: context.via,
      apiKeyHeader: undefined,
      route: () => ({ url: new URL('http://127.0.0.1:5000/mcp'), agent: this.agent, headers: {} }),
      moveMcp: () => {},
      closed: end.promise,
      close: () => {
        this.open.delete(made);
        end.resolve(undefined);
      },
    };
    this.open.add(made);
    this.ends.set(made, (error) => {
      this.open.delete(made);
      end.resolve(error);
    });
    return made;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  failure(): Error {
    const key = { host: 'one', type: 'ssh-ed25519', fingerprint, known: [] };
    const codes: ErrorCode[] = ['LINK_LOST', 'LINK_PORT_CLOSED', 'LINK_AUTH_REFUSED', 'LINK_KEY_MISSING'];
    if (this.random() < 0.2) return new HostKeyRefused('LINK_HOST_KEY_UNKNOWN', 'New.', 'Look.', key);
    if (this.random() < 0.1) return new HostKeyRefused('LINK_HOST_KEY_CHANGED', 'Other.', 'Stop.', key);
    return new AppError(this.pick(codes) ?? 'LINK_LOST', 'It failed.', 'Wait.');
  }

  readonly steps: Record<string, () => unknown> = {
    connect: () => {
      this.wanted ||= !this.disposed;
      this.link.connect();
    },
    disconnect: () => {
      this.wanted = false;
      this.link.disconnect();
    },
    retry: () => this.link.retry(),
    trust: async () => {
      const asked = this.link.trust(fingerprint).then(() => (this.wanted ||= !this.disposed));
      await asked.catch(() => {});
    },
    untrust: () => this.link.untrust(fingerprint),
    proof: () => this.link.proof(),
    wake: () => this.link.wake(),
    busy: () => (this.busy = !this.busy),
    wait: () => this.clock.advance(this.random() * 70_000),
    dialled: () => {
      const one = this.pick(this.dialling);
      if (!one) return;
      this.dialling.splice(this.dialling.indexOf(one), 1);
      one.end(this.random() < 0.6 ? this.transport(one.context) : this.failure());
    },
    lost: () => {
      const one = this.pick([...this.open]);
      if (one) this.ends.get(one)?.(this.random() < 0.7 ? this.failure() : undefined);
    },
    dispose: () => {
      if (this.random() > 0.1) return;
      this.disposed = true;
      this.wanted = false;
      this.link.dispose();
    },
    turn,
  };

  /** To be called when every promise had its turn. */
  checkSettled(step: string): void {
    const { state } = this.link.state;
    const current = this.link.transport;
    if (current) expect(this.open.has(current as OpenLink), `a transport that is gone, ${step}`).toBe(true);
    if (state === 'blocked' || state === 'reconnecting' || state === 'off')
      expect([this.open.size, this.link.transport], `left open after ${step}, ${state}`).toEqual([
        0,
        undefined,
      ]);
  }

  check(step: string): void {
    const { state } = this.link;
    const seen = `after ${step}: ${JSON.stringify(state)}`;
    const current = this.link.transport;
    if (state.state === 'live') {
      expect(current, `green without transport, ${seen}`).toBeDefined();
      expect(this.clock.wall - state.lastProof, `green without proof, ${seen}`).toBeLessThan(PROOF_LIMIT_MS);
      expect(state.via, `green for another link, ${seen}`).toEqual(current?.via);
    }
    const used = this.chain.filter((each) => each.state === 'in-use');
    const open = state.state === 'live' || state.state === 'degraded';
    expect(
      used.map((each) => each.via),
      `in use on the board, ${seen}`,
    ).toEqual(open ? [state.via] : []);
    this.seen.add(state.state);
    for (const each of this.chain) this.seen.add(each.state);
    if (!this.wanted) expect([state.state, current], seen).toEqual(['off', undefined]);
    expect(this.states.at(-1) ?? { state: 'off' }, `unpublished, ${seen}`).toEqual(state);
  }
}

describe('a link in any order of events', () => {
  it(`keeps its promises through ${SEQUENCES} random sequences`, { timeout: 900_000 }, async () => {
    const seen = new Set<string>();
    const names = Object.keys(new World(0, seen).steps);
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const world = new World(seed, seen);
      const done: string[] = [];
      try {
        for (let i = 0; i < STEPS; i++) {
          const name = world.pick(names) ?? 'turn';
          done.push(name);
          await world.steps[name]?.();
          world.check(name);
          if (i % 3 === 0) {
            await turn();
            world.checkSettled(name);
          }
        }
        world.link.dispose();
        world.disposed = true;
        world.wanted = false;
        for (const one of world.dialling.splice(0)) one.end(world.transport(one.context));
        await turn();
        await turn();
        world.check('the end');
        expect([world.open.size, world.clock.waiting, world.dialling.length]).toEqual([0, 0, 0]);
      } catch (error) {
        throw new Error(`seed ${seed}: ${done.join(' ')}`, { cause: error });
      }
    }
    const states = ['blocked', 'connecting', 'degraded', 'live', 'off', 'reconnecting'];
    const links = ['failed', 'idle', 'in-use', 'proving', 'refused', 'trying'];
    expect([...seen].toSorted()).toEqual([...states, ...links].toSorted());
  });
});
