import { isDeepStrictEqual } from 'node:util';
import { PROOF_LIMIT_MS } from '../../contract/link.ts';
import type { HealthModel, ServiceHealth } from '../../contract/models.ts';
import type { Profile } from '../../contract/profile.ts';
import { inDowntime } from '../backends/downtime.ts';
import { PRESETS } from '../backends/presets.ts';
import { readReported, type ReportedHealth } from '../backends/read-reported.ts';
import { SourceChain, type SourceAccess } from '../backends/sources.ts';
import { exchange } from '../http/request.ts';
import type { LinkHandle, Transport } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { McpReader } from '../seams.ts';
import {
  afterProbe,
  BEATS,
  composeHealth,
  emptyService,
  judgeProbe,
  whileAway,
  type ProbeEnd,
  type Reported,
} from './judge.ts';

export interface HealthDeps {
  profile: () => Profile;
  link: LinkHandle;
  reader: McpReader;
  clock: Clock;
  publish(model: HealthModel): void;
  log: Log;
}

export interface Health {
  start(): void;
  stop(): void;
  /** Probes everything now; resolves when all have answered or timed out. Never rejects. */
  refresh(): Promise<void>;
}

const PROBE_EVERY_MS = 10_000;
const REPORT_EVERY_MS = 30_000;
const PROBE_TIMEOUT_MS = 5000;
/** A report older than this is no longer shown: nothing is called up by a word that old. */
const REPORT_KEPT_MS = PROOF_LIMIT_MS;
/** Answers of one round that arrive close together become one model. */
const GATHER_MS = 150;
const MAX_BODY = 256 << 10;

/** Watches a profile's services: probes each /health directly, and reads what MCP reports beside it. */
export function createHealth(deps: HealthDeps): Health {
  return new HealthWatch(deps);
}

function allTimedOut(ends: readonly (ProbeEnd | undefined)[]): boolean {
  return ends.length > 1 && ends.every((end) => end?.end === 'error' && end.code === 'LINK_TIMEOUT');
}

class HealthWatch implements Health {
  readonly #deps: HealthDeps;
  readonly #reportChain: SourceChain<ReportedHealth>;
  #services: ServiceHealth[] = [];
  #reported: Reported | undefined;
  #published: HealthModel | undefined;
  /** Late answers of an earlier link or of before stop() are told by this number. */
  #generation = 0;
  #running = false;
  #busy = new Map<string, Promise<ProbeEnd | undefined>>();
  #reading: Promise<void> | undefined;
  #abort = new AbortController();
  #cancels: { probe?: () => void; report?: () => void; publish?: () => void } = {};
  #unsubscribe: (() => void) | undefined;
  #transport: Transport | undefined;

  constructor(deps: HealthDeps) {
    this.#deps = deps;
    const access: SourceAccess = { ...deps, cycleId: () => Promise.resolve(undefined) };
    const steps = PRESETS[deps.profile().preset].sources.reported;
    this.#reportChain = new SourceChain(access, steps, (payload) =>
      payload.ok ? readReported(payload.value) : payload,
    );
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unsubscribe = this.#deps.link.onChange(() => this.#onLink());
    this.#open();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#unsubscribe?.();
    this.#close();
  }

  async refresh(): Promise<void> {
    if (!this.#running || !this.#deps.link.transport) return;
    await Promise.all([this.#probeAll(), this.#report()]);
    this.#publishNow();
  }

  #onLink(): void {
    if (!this.#running || this.#deps.link.transport === this.#transport) return;
    this.#close();
    this.#open();
  }

  #open(): void {
    this.#abort = new AbortController();
    this.#transport = this.#deps.link.transport;
    this.#syncServices();
    this.#tick();
    if (this.#transport) this.#reportTick();
  }

  #close(): void {
    this.#generation += 1;
    this.#abort.abort();
    this.#busy = new Map();
    this.#reading = undefined;
    for (const cancel of Object.values(this.#cancels)) cancel();
    this.#cancels = {};
  }

  #tick(): void {
    // jitter, so that several profiles do not probe in the same instant
    const pause = PROBE_EVERY_MS * (0.9 + Math.random() * 0.2);
    this.#cancels.probe = this.#deps.clock.after(pause, () => this.#tick());
    this.#syncServices();
    if (this.#transport) void this.#probeAll();
    else this.#markAway();
  }

  #reportTick(): void {
    this.#cancels.report = this.#deps.clock.after(REPORT_EVERY_MS, () => this.#reportTick());
    void this.#report();
  }

  /** The profile's services may change while we run; what is known of the others stays. */
  #syncServices(): void {
    const wanted = this.#deps.profile().services.map(({ name }) => name);
    const known = new Map(this.#services.map((service) => [service.name, service]));
    this.#services = wanted.map((name) => known.get(name) ?? emptyService(name, 'not probed yet'));
  }

  #markAway(): void {
    const { link, clock } = this.#deps;
    const now = clock.now();
    this.#services = this.#services.map((service) => {
      const { beats } = service;
      const full = beats.length >= BEATS && beats.every(({ verdict }) => verdict === 'unknown');
      return whileAway(service, link.reason(), now, !full);
    });
    this.#publishNow();
  }

  async #probeAll(): Promise<void> {
    const generation = this.#generation;
    const transport = this.#transport;
    if (!transport) return;
    const names = this.#services.map(({ name }) => name);
    const ends = await Promise.all(names.map((name) => this.#probe(name, transport, generation)));
    if (generation !== this.#generation) return;
    if (allTimedOut(ends)) this.#blameLink();
    this.#publishNow();
  }

  /** Joins a probe of this service that is still under way, so that probes never pile up. */
  #probe(name: string, transport: Transport, generation: number): Promise<ProbeEnd | undefined> {
    const running = this.#busy.get(name);
    if (running) return running;
    const probe = this.#probeOnce(name, transport, generation);
    this.#busy.set(name, probe);
    return probe;
  }

  async #probeOnce(name: string, transport: Transport, generation: number): Promise<ProbeEnd | undefined> {
    const end = await this.#ask(name, transport);
    if (generation !== this.#generation) return undefined;
    this.#busy.delete(name);
    const judged = judgeProbe(end, transport.via.kind);
    const at = this.#deps.clock.now();
    this.#services = this.#services.map((service) =>
      service.name === name ? afterProbe(service, judged, at) : service,
    );
    this.#publishSoon();
    return end;
  }

  #blameLink(): void {
    this.#services = this.#services.map((service) => {
      const reason = 'no service answered in time; the link may be stalled';
      const beats = service.beats.map((beat, index) =>
        index === service.beats.length - 1 ? { ...beat, verdict: 'unknown' as const } : beat,
      );
      return { ...service, verdict: 'unknown', reason, beats };
    });
  }

  async #ask(name: string, transport: Transport): Promise<ProbeEnd> {
    try {
      const route = transport.route({ to: 'service', name, path: '/health' });
      if (!route) return { end: 'no-route' };
      const answer = await exchange(route, {
        timeoutMs: PROBE_TIMEOUT_MS,
        maxBytes: MAX_BODY,
        signal: this.#abort.signal,
      });
      this.#deps.link.proof();
      return { end: 'answer', status: answer.status, text: answer.body.toString('utf8'), ms: answer.ms };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      return { end: 'error', code, message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Joins a read that is still under way. */
  #report(): Promise<void> {
    if (!this.#transport) return Promise.resolve();
    this.#reading ??= this.#reportOnce();
    return this.#reading;
  }

  async #reportOnce(): Promise<void> {
    const generation = this.#generation;
    const read = await this.#reportChain.read(this.#abort.signal);
    if (generation !== this.#generation) return;
    this.#reading = undefined;
    if (read.ok) this.#reported = { ...read.value, source: read.source, receivedAt: read.receivedAt };
    else this.#deps.log.debug('health report not read', { reason: read.reason });
    this.#publishSoon();
  }

  #publishSoon(): void {
    this.#cancels.publish ??= this.#deps.clock.after(GATHER_MS, () => this.#publishNow());
  }

  #publishNow(): void {
    this.#cancels.publish?.();
    delete this.#cancels.publish;
    const { clock, profile } = this.#deps;
    const now = clock.now();
    if (this.#reported && now - this.#reported.receivedAt > REPORT_KEPT_MS) this.#reported = undefined;
    const model = composeHealth(this.#services, this.#reported, {
      plannedDowntime: inDowntime(profile().downtime, now),
      away: this.#transport === undefined,
    });
    if (isDeepStrictEqual(model, this.#published)) return;
    this.#published = model;
    this.#deps.publish(model);
  }
}
