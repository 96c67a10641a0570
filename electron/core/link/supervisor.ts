import { carries } from '../../contract/awaited.ts';
import type { LinkState } from '../../contract/link.ts';
import { ChainBoard } from './chain-board.ts';
import { ChainRun } from './chain-run.ts';
import { dial as dialLink, linkVia } from './dial.ts';
import { defaultTiming } from './dialling.ts';
import type { Dialler } from './attempt.ts';
import type { Timing } from './dialling.ts';
import { HostTrust } from './ssh/host-trust.ts';
import { next } from './machine.ts';
import type { LinkInput } from './machine.ts';
import { probeLink } from './probe.ts';
import type { Supervisor, SupervisorOptions } from './supervision.ts';
import type { Transport } from './transport.ts';
import { linkReason, Waiters } from './waiting.ts';

/** A published `lastProof` may be this much behind, so that a busy bridge does not publish a state per call. */
const PROOF_STEP_MS = 1_000;
/** Failing calls ask for no more than one probe in this time. */
const DOUBT_STEP_MS = 2_000;

/** What the user wants of one profile's link, and what has become of it. See createSupervisor. */
class LinkSupervisor implements Supervisor {
  state: LinkState = { state: 'off' };
  transport: Transport | undefined;
  private readonly options: SupervisorOptions;
  private readonly timing: Timing;
  private readonly waiters = new Waiters();
  private readonly listeners = new Set<() => void>();
  private readonly hosts = new HostTrust();
  private readonly run: ChainRun;
  private wanted = false;
  private disposed = false;
  private publishedMono = 0;
  private doubtedMono = -Infinity;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.timing = { ...defaultTiming, ...options.timing };
    const { clock } = options;
    const board = new ChainBoard(
      () => clock.now(),
      (chain) => options.publishChain?.(chain),
    );
    this.run = new ChainRun({
      ...options,
      dialler: this.dialler(),
      timing: this.timing,
      board,
      hosts: this.hosts,
      links: () => options.profile().links.length,
      busy: () => options.busy?.() ?? false,
      state: () => this.state,
      feed: (input) => this.feed(input),
      hand: (link) => this.hand(link),
    });
  }

  connect(): void {
    if (this.disposed) return;
    this.wanted = true;
    if (['off', 'blocked', 'reconnecting'].includes(this.state.state)) this.run.begin();
  }

  disconnect(): void {
    this.wanted = false;
    this.run.stop();
    this.run.forgetFailures();
    this.feed({ type: 'disconnect' });
  }

  retry(): void {
    if (carries(this.state)) this.run.pardon();
    else if (this.wanted) this.connect();
  }

  wake(): void {
    if (this.wanted) this.run.wake();
  }

  async trust(fingerprint: string): Promise<void> {
    this.hosts.accept(this.state, fingerprint);
    if (this.disposed) return;
    this.wanted = true;
    // the key of a link that another one stands in for: that one goes on
    if (carries(this.state)) this.run.pardon();
    else this.run.begin();
  }

  async untrust(fingerprint: string): Promise<number> {
    const { profile, knownHostsFile } = this.options;
    const removed = await this.hosts.forget(profile(), knownHostsFile, fingerprint);
    // a connection that rests on the removed key must not go on
    if (removed > 0 && this.wanted && !this.disposed) this.run.begin();
    return removed;
  }

  changed(): void {
    if (this.disposed) return;
    this.run.forgetFailures();
    if (this.wanted) this.run.begin();
    else this.run.quit();
  }

  async settled(ms: number): Promise<LinkState> {
    const done = () => this.state.state !== 'connecting' && this.state.state !== 'reconnecting';
    await this.waiters.until(done, ms, this.options.clock);
    return this.state;
  }

  async whenOpen(ms: number): Promise<Transport | undefined> {
    const done = () =>
      this.transport !== undefined || this.state.state === 'off' || this.state.state === 'blocked';
    await this.waiters.until(done, ms, this.options.clock);
    return this.transport;
  }

  reason(): string {
    return linkReason(this.state, this.options.clock.now());
  }

  proof(): void {
    if (!this.transport) return;
    this.run.proven();
    const mono = this.options.clock.monotonic();
    if (this.state.state === 'live' && mono - this.publishedMono < PROOF_STEP_MS) return;
    this.publishedMono = mono;
    this.feed({ type: 'proof', at: this.options.clock.now() });
  }

  doubt(): void {
    const mono = this.options.clock.monotonic();
    if (!this.transport || mono - this.doubtedMono < DOUBT_STEP_MS) return;
    this.doubtedMono = mono;
    this.run.probe();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  dispose(): void {
    this.disposed = true;
    this.disconnect();
    this.listeners.clear();
  }

  private feed(input: LinkInput): void {
    const before = this.state;
    this.state = next(before, input);
    if (this.state === before) return;
    this.options.publish(this.state);
    this.waiters.wake();
  }

  private hand(transport: Transport | undefined): void {
    if (this.transport === transport) return;
    this.transport = transport;
    this.publishedMono = this.options.clock.monotonic();
    this.waiters.wake();
    for (const listener of this.listeners) listener();
  }

  private dialler(): Dialler {
    const { options, timing, hosts } = this;
    const configOf = (index: number) => {
      const config = options.profile().links[index];
      if (!config) throw new Error(`There is no link ${index}.`);
      return config;
    };
    return {
      via: (index) => linkVia(configOf(index), index),
      dial: async (index, signal, stage) =>
        await (options.dial ?? dialLink)(configOf(index), {
          ...options,
          agentSocket: options.agentSocket,
          proxyFor: options.proxyFor ?? (() => Promise.resolve(undefined)),
          profile: options.profile(),
          via: linkVia(configOf(index), index),
          timing,
          pins: hosts.pins,
          signal,
          stage,
        }),
      ask: async (link, signal) => {
        const { name: profile, services: configs } = options.profile();
        const services = configs.map(({ name }) => name);
        return await probeLink(link, { profile, timeoutMs: this.run.probeMs, services, signal });
      },
    };
  }
}

/**
 * Keeps one profile's link in the state the user wants: dials its chain of links, probes, retries with backoff, and
 * publishes every change. Nothing is started before `connect`; `dispose` ends everything and is idempotent.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new LinkSupervisor(options);
}
