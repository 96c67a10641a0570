import type { Chain, ChainLink, LinkVia } from '../../contract/link.ts';
import type { AppError } from '../../contract/errors.ts';
import type { Connection } from './connection.ts';
import { blockedReason, HostKeyRefused } from './refusal.ts';

type Change = Partial<Omit<ChainLink, 'via' | 'since'>>;

const blank = {
  reason: null,
  error: null,
  hostKey: null,
  rttMs: null,
  certificate: null,
  exposed: [],
} satisfies Change;

/** What is known of each link of the chain, for the screen. Every change that a person could see is published. */
export class ChainBoard {
  private entries: Chain = [];
  private readonly now: () => number;
  private readonly publish: (chain: Chain) => void;

  constructor(now: () => number, publish: (chain: Chain) => void) {
    this.now = now;
    this.publish = publish;
  }

  /** Nothing is tried or known any more. */
  reset(vias: readonly LinkVia[]): void {
    const since = this.now();
    this.entries = vias.map((via) => ({ via, state: 'idle', since, ...blank }));
    this.publish(this.entries);
  }

  /** The cause of an earlier failure stays shown while the link is tried again. */
  trying(index: number): void {
    this.set(index, { state: 'trying' });
  }

  /** Nothing is open or under way any more. */
  quiet(): void {
    for (const index of this.entries.keys()) this.released(index);
  }

  /** A link is left alone; why it failed or was refused stays shown. */
  released(index: number): void {
    const state = this.entries[index]?.state;
    if (state !== 'failed' && state !== 'refused') this.set(index, { state: 'idle', ...blank });
  }

  failed(index: number, error: AppError): void {
    const reason = blockedReason(error.code) ?? null;
    const hostKey = error instanceof HostKeyRefused ? error.hostKey : null;
    const state = reason === null ? 'failed' : 'refused';
    this.set(index, { ...blank, state, reason, hostKey, error: error.shape() });
  }

  /** An open link, in use or beside it. */
  open(state: 'in-use' | 'proving', connection: Connection): void {
    const { certificate = null, exposed = [] } = connection.link.facts?.() ?? {};
    const { index, rttMs } = connection;
    this.set(index, { ...blank, state, rttMs, certificate, exposed: [...exposed] });
  }

  private set(index: number, change: Change): void {
    const old = this.entries[index];
    if (!old) return;
    const since = change.state === undefined || change.state === old.state ? old.since : this.now();
    const next = { ...old, ...change, since };
    if (JSON.stringify(next) === JSON.stringify(old)) return;
    this.entries = this.entries.with(index, next);
    this.publish(this.entries);
  }
}
