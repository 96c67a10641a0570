import type {
  MoneyHistory,
  MoneyQuery,
  PositionsHistory,
  PositionsQuery,
  ServicesHistory,
  ServicesQuery,
} from '../../contract/history.ts';
import type { Batch, Owner } from './samples.ts';

/** What the app asks of the thread that holds the database. */
export interface Jobs {
  /** `owners`: the history of others goes; null where that was done by this run. */
  open: { in: { file: string; now: number; owners: readonly Owner[] | null }; out: { note: string | null } };
  write: { in: { batch: Batch; now: number }; out: { note: string | null } };
  money: { in: { owner: Owner; query: MoneyQuery; now: number }; out: MoneyHistory };
  positions: { in: { owner: Owner; query: PositionsQuery; now: number }; out: PositionsHistory };
  services: { in: { owner: Owner; query: ServicesQuery; now: number }; out: ServicesHistory };
  retain: { in: { now: number }; out: null };
  forget: { in: { name: string }; out: null };
  close: { in: Record<string, never>; out: null };
}

export type JobName = keyof Jobs;

export type Request = { [K in JobName]: { id: number; job: K; input: Jobs[K]['in'] } }[JobName];

/** `cause`: what a person can do something about, told apart from the rest. */
export type JobFailure = { message: string; cause: 'full' | 'newer' | 'other' };
export type Response = { id: number; value: unknown } | { id: number; failure: JobFailure };
