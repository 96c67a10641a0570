import { AppError, asAppError } from '../../contract/errors.ts';
import type { LinkState } from '../../contract/link.ts';
import { afterFailure, afterHealth, backoffDelay, DNS_CAP_MS, freshBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { dial as dialLink, linkVia } from './dial.ts';
import { defaultTiming } from './dialling.ts';
import type { DialContext, OpenLink, Timing } from './dialling.ts';
import { HostTrust } from './ssh/host-trust.ts';
import { next } from './machine.ts';
import type { LinkInput } from './machine.ts';
import { firstInput, laterInput } from './probe-input.ts';
import { probeLink } from './probe.ts';
import type { ProbeResult } from './probe.ts';
import { ProofWatch } from './proof-watch.ts';
import { blockedReason, HostKeyRefused, stopsChain } from './refusal.ts';
import type { Refused } from './refusal.ts';
import { Round } from './round.ts';
import type { Supervisor, SupervisorOptions } from './supervision.ts';
import type { Transport } from './transport.ts';
import { linkReason, Waiters } from './waiting.ts';

/** A published `lastProof` may be this much behind, so that a busy bridge does not publish a state per call. */
const PROOF_STEP_MS = 1_000;
/** Probes without any answer after which a link without a connection of its own counts as lost. */
const SILENT_LIMIT = 2;

/** Runs what the machine of one link decides: dialling, retries, the chain. See createSupervisor. */
class LinkSupervisor implements Supervisor {
  state: LinkState = { state: 'off' };
  transport: Transport | undefined;
  private readonly options: SupervisorOptions;
  private readonly timing: Timing;
  private readonly waiters = new Waiters();
  private readonly listeners = new Set<() => void>();
  private readonly hosts = new HostTrust();
  private readonly round = new Round(() => this.options.profile().links.length);
  private wanted = false;
  private disposed = false;
  /** Everything started for one attempt ends with it; late results compare this object. */
  private current = new AbortController();
  private link: OpenLink | undefined;
  private watch: ProofWatch | undefined;
  private cancelRetry = () => {};
  private backoff: Backoff = freshBackoff;
  private publishedMono = 0;
  private healthySince: number | undefined;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.timing = { ...defaultTiming, ...options.timing };
  }

  connect(): void {
    if (this.disposed) return;
    this.wanted = true;
    if (['off', 'blocked', 'reconnecting'].includes(this.state.state)) this.startRound();
  }

  disconnect(): void {
    this.wanted = false;
    this.stop();
    this.round.error = undefined;
    this.backoff = freshBackoff;
    this.feed({ type: 'disconnect' });
  }

  retry(): void {
    if (this.state.state === 'degraded') void this.watch?.probe();
    else if (this.wanted) this.connect();
  }

  async trust(fingerprint: string): Promise<void> {
    this.hosts.accept(this.state, fingerprint);
    if (this.disposed) return;
    this.wanted = true;
    this.startRound();
  }

  async untrust(fingerprint: string): Promise<number> {
    const { profile, knownHostsFile } = this.options;
    const removed = await this.hosts.forget(profile(), knownHostsFile, fingerprint);
    // a connection that rests on the removed key must not go on
    if (removed > 0 && this.wanted && !this.disposed) this.startRound();
    return removed;
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
    if (!this.watch) return;
    this.watch.proven();
    const mono = this.options.clock.monotonic();
    if (this.state.state === 'live' && mono - this.publishedMono < PROOF_STEP_MS) return;
    this.publishedMono = mono;
    this.feed({ type: 'proof', at: this.options.clock.now() });
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
    if (this.state.state !== 'live') this.healthySince = undefined;
    else this.healthySince ??= this.options.clock.monotonic();
    this.options.publish(this.state);
    this.waiters.wake();
  }

  /** Ends the attempt or connection with everything started for it. */
  private stop(): void {
    this.current.abort();
    this.current = new AbortController();
    this.cancelRetry();
    this.watch?.end();
    this.watch = undefined;
    this.link?.close();
    this.link = undefined;
    this.hand(undefined);
  }

  private hand(transport: Transport | undefined): void {
    if (this.transport === transport) return;
    this.transport = transport;
    this.waiters.wake();
    for (const listener of this.listeners) listener();
  }

  /** A person acted: every link of the chain may be tried again, from the first. */
  private startRound(): void {
    this.stop();
    this.leaveOpen(new AppError('LINK_LOST', 'The connection is opened anew.', 'Nothing to do.'), 1);
    this.round.begin();
    this.attempt(0, 1);
  }

  /** The open link is closed and another attempt starts at once: until that is open nothing may be shown as live. */
  private leaveOpen(error: AppError, number: number): void {
    if (this.state.state !== 'live' && this.state.state !== 'degraded') return;
    const nextAt = this.options.clock.now();
    this.feed({ type: 'retry-later', attempt: number, nextAt, error: error.shape() });
  }

  private attempt(index: number, number: number): void {
    this.stop();
    const profile = this.options.profile();
    const config = profile.links[index];
    if (!config) return;
    const via = linkVia(config, index);
    const attempt = this.current;
    this.feed({ type: 'dial', via, attempt: number });
    const context: DialContext = {
      ...this.options,
      agentSocket: this.options.agentSocket,
      proxyFor: this.options.proxyFor ?? (() => Promise.resolve(undefined)),
      profile,
      via,
      timing: this.timing,
      pins: this.hosts.pins,
      signal: attempt.signal,
      stage: (stage) => {
        if (attempt === this.current) this.feed({ type: 'stage', stage });
      },
    };
    (this.options.dial ?? dialLink)(config, context)
      .then((link) => this.opened(link, attempt, number))
      .catch((error: unknown) => {
        if (attempt === this.current) this.failed(asAppError(error), index, number);
      });
  }

  /** The transport is there; its first probe decides how it starts. */
  private async opened(link: OpenLink, attempt: AbortController, number: number): Promise<void> {
    if (attempt !== this.current) return link.close();
    this.link = link;
    void link.closed.then((error) => {
      if (attempt === this.current) this.lost(error, link.via.index, number);
    });
    this.feed({ type: 'stage', stage: 'probe' });
    const result = await this.ask(link, attempt.signal);
    if (attempt !== this.current) return;
    // SSH has a connection of its own: with MCP silent, logs and other services may still be reached
    const usable = result.kind !== 'silent' || link.via.kind === 'ssh';
    if (result.kind === 'refused' || !usable) return this.failed(result.error, link.via.index, number);
    const { clock } = this.options;
    this.publishedMono = clock.monotonic();
    this.watch = new ProofWatch(clock, this.timing, {
      ask: () => this.ask(link, attempt.signal),
      probed: (answer, silent) => this.probed(link, answer, silent),
      aged: (proofAgeMs) => this.feed({ type: 'tick', at: clock.now(), proofAgeMs }),
    });
    this.hand(link);
    this.feed(firstInput(result, clock.now()));
  }

  private ask(link: OpenLink, signal: AbortSignal): Promise<ProbeResult> {
    const { name: profile, services: configs } = this.options.profile();
    const services = configs.map(({ name }) => name);
    return probeLink(link, { profile, timeoutMs: this.timing.probeMs, services, signal });
  }

  private probed(link: OpenLink, result: ProbeResult, silent: number): void {
    const at = this.options.clock.now();
    const { index, kind } = link.via;
    if (result.kind === 'refused') return this.lost(result.error, index, 1);
    if (result.kind === 'silent') {
      if (silent >= SILENT_LIMIT && kind !== 'ssh') return this.lost(result.error, index, 1);
      return this.feed({ type: 'probe-failed', at });
    }
    if (result.kind === 'fine' || result.proven) this.watch?.proven();
    this.feed(laterInput(result, at));
    this.noteHealth();
  }

  private noteHealth(): void {
    if (this.healthySince === undefined) return;
    this.backoff = afterHealth(this.backoff, this.options.clock.monotonic() - this.healthySince);
  }

  /** A transport ended, by itself or because its probes failed. */
  private lost(error: Error | undefined, index: number, number: number): void {
    const gone = new AppError('LINK_LOST', 'The connection was closed.', 'It is opened again by itself.');
    const cause = error ? asAppError(error) : gone;
    const wasOpen = this.transport !== undefined;
    this.noteHealth();
    this.stop();
    this.options.log.info('link lost', { profile: this.options.profile().name, code: cause.code });
    if (wasOpen && !blockedReason(cause.code)) this.wait(cause, 1);
    else this.failed(cause, index, number);
  }

  /** One link of the chain failed: the next one, a pause, or the end. */
  private failed(error: AppError, index: number, number: number): void {
    this.stop();
    const reason = blockedReason(error.code);
    if (error instanceof HostKeyRefused && reason === 'host-key-unknown') this.hosts.show(error.hostKey);
    if (reason) {
      this.round.refuse(index, { reason, error });
      if (stopsChain(reason)) return this.block({ reason, error });
    } else this.round.error ??= error;
    const rest = this.round.candidates();
    const following = rest.find((other) => other > index);
    if (following !== undefined) {
      this.leaveOpen(error, number);
      return this.attempt(following, number);
    }
    const refused = this.round.firstRefused();
    if (rest.length === 0 && refused) return this.block(refused);
    this.wait(this.round.error ?? error, number + 1);
  }

  private block({ reason, error }: Refused): void {
    const hostKey = error instanceof HostKeyRefused ? { hostKey: error.hostKey } : {};
    this.feed({ type: 'refused', reason, error: error.shape(), ...hostKey });
  }

  private wait(error: AppError, number: number): void {
    this.backoff = afterFailure(this.backoff);
    const cap = error.code === 'LINK_HOST_NOT_FOUND' ? DNS_CAP_MS : undefined;
    const ms = backoffDelay(this.backoff, this.options.random, cap);
    const nextAt = this.options.clock.now() + ms;
    this.round.error = undefined;
    this.feed({ type: 'retry-later', attempt: number, nextAt, error: error.shape() });
    const attempt = this.current;
    this.cancelRetry = this.options.clock.after(ms, () => {
      if (attempt === this.current) this.attempt(this.round.candidates()[0] ?? 0, number);
    });
  }
}

/**
 * Keeps one profile's link in the state the user wants: dials its chain of links, probes, retries with backoff, and
 * publishes every change. Nothing is started before `connect`; `dispose` ends everything and is idempotent.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new LinkSupervisor(options);
}
