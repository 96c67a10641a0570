import type { CheckState, DoctorCheck, DoctorEvent } from '../../contract/doctor.ts';
import { AppError, asAppError } from '../../contract/errors.ts';
import { remedyOf } from './remedy.ts';
import type { Remedy } from './remedy.ts';
import type { CheckId } from './table.ts';
import { CHECKS, layerOf } from './table.ts';

/** What a check found. */
export interface Finding {
  readonly state: CheckState;
  readonly seen: string;
  readonly remedy?: Remedy | null;
}

export const ok = (seen: string): Finding => ({ state: 'ok', seen });
export const warning = (seen: string, remedy: Remedy): Finding => ({ state: 'warning', seen, remedy });
export const failed = (seen: string, remedy: Remedy): Finding => ({ state: 'failed', seen, remedy });
export const skipped = (seen: string, remedy: Remedy | null = null): Finding => ({
  state: 'skipped',
  seen,
  remedy,
});

/** An error as a finding: its sentence, and its next step as the remedy. */
export function failure(error: unknown, profile: string): Finding {
  const { message, next } = asAppError(error);
  return failed(message, remedyOf(next, profile));
}

const late = (capMs: number) =>
  new AppError(
    'LINK_TIMEOUT',
    `It did not end within ${capMs / 1000} s.`,
    'Run the doctor again; if it stays so, look at the other side of this connection.',
  );

/** Rejects when the signal is aborted, with its reason. */
function aborted(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return { promise, stop: () => signal.removeEventListener('abort', abort) };
}

/** What the rounds of one run have in common. */
export interface RoundsOptions {
  readonly profile: string;
  /** Aborts when the caller left, or the time is used up; nothing is run and nothing told after that. */
  readonly signal: AbortSignal;
  readonly tell: (event: DoctorEvent) => void;
  /** Stands before every subject, where there are several of the kind. */
  readonly label?: string;
}

/** Makes the rounds: every check passes through here, and is told as soon as it is done. */
export class Rounds {
  readonly profile: string;
  readonly signal: AbortSignal;
  /** What was checked through this object, in the order in which it was done. */
  readonly checks: DoctorCheck[] = [];
  readonly #o: RoundsOptions;

  constructor(options: RoundsOptions) {
    this.#o = options;
    this.profile = options.profile;
    this.signal = options.signal;
  }

  /** Says that a check is under way whose end `note` tells. */
  begin(id: CheckId, subject: string | null): void {
    if (this.signal.aborted) return;
    const { title } = CHECKS[id];
    this.#o.tell({ type: 'running', id, layer: layerOf(id), title, subject: this.#subject(subject) });
  }

  /** A check that was made in the course of something else. */
  note(id: CheckId, about: string | null, { state, seen, remedy = null }: Finding, ms: number): void {
    if (this.signal.aborted) return;
    const { title } = CHECKS[id];
    const subject = this.#subject(about);
    const check: DoctorCheck = {
      id,
      layer: layerOf(id),
      title,
      subject,
      state,
      seen,
      remedy,
      ms: Math.round(ms * 10) / 10,
    };
    this.checks.push(check);
    this.#o.tell({ type: 'check', check });
  }

  /** Runs one check within `capMs`; what it throws is its finding. */
  async run(
    id: CheckId,
    subject: string | null,
    capMs: number,
    look: (signal: AbortSignal) => Finding | Promise<Finding>,
  ): Promise<CheckState> {
    if (this.signal.aborted) return 'skipped';
    this.begin(id, subject);
    const started = performance.now();
    const cap = new AbortController();
    const timer = setTimeout(() => cap.abort(late(capMs)), capMs);
    const both = AbortSignal.any([this.signal, cap.signal]);
    const end = aborted(both);
    let finding: Finding;
    try {
      finding = await Promise.race([Promise.resolve(look(both)), end.promise]);
    } catch (error) {
      finding = failure(error, this.profile);
    } finally {
      clearTimeout(timer);
      end.stop();
      cap.abort();
    }
    this.note(id, subject, finding, performance.now() - started);
    return finding.state;
  }

  #subject(subject: string | null): string | null {
    const { label } = this.#o;
    return label === undefined ? subject : subject === null ? label : `${label}: ${subject}`;
  }
}
