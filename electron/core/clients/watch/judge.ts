import type { ClientCheck, ClientCheckState, WipeCause } from '../../../contract/clients.ts';
import type { Standing } from '../clients.ts';
import type { Written } from '../written.ts';

/** A client writes its file by itself shortly after it started; an entry that is there after this has held. */
export const SETTLE_MS = 15_000;

/** What is known besides the file when an entry is judged. */
export interface Surroundings {
  now: number;
  /** Whether the client runs. */
  running: boolean;
  /** For how long it has been seen running, ms. */
  runningMs: number;
  /** A person asked for it to be written back. */
  asked: boolean;
}

export interface Verdict {
  check: ClientCheck;
  /** The record as it is to be kept from now on. */
  written: Written;
  /** The entry is to be written back now. */
  writeBack: boolean;
  /** Something that a person should be told, once. */
  news: boolean;
}

export const checkId = ({ client, path, key }: Written) => `${client}|${path}|${key}`;

const NEWS: readonly ClientCheckState[] = ['missing', 'changed', 'given-up', 'armed'];

/** What an entry's standing means, after what was thought of it before. Pure: the same facts give the same verdict. */
export function judge(before: ClientCheck | undefined, standing: Standing, around: Surroundings): Verdict {
  const { written, state, cause, writeBack } = judgeState(standing, around);
  const same = before?.state === state;
  // an entry that is asked for by a person is no news to that person
  const news = !same && NEWS.includes(state) && !around.asked && !writeBack;
  const check: ClientCheck = {
    id: checkId(written),
    client: written.client,
    label: standing.label,
    path: written.path,
    profile: written.profile,
    key: written.key,
    state,
    cause,
    since: same ? before.since : around.now,
    checkedAt: around.now,
    attempts: written.attempts,
  };
  return { check, written, writeBack, news };
}

type Judged = Pick<Verdict, 'written' | 'writeBack'> & { state: ClientCheckState; cause: WipeCause | null };

function judgeState(standing: Standing, around: Surroundings): Judged {
  const { written } = standing;
  switch (standing.state) {
    case 'unreadable':
      return { state: 'unreadable', cause: null, written, writeBack: false };
    case 'changed':
    case 'replaced':
      return { state: 'changed', cause: null, written, writeBack: false };
    case 'missing':
      return judgeMissing(standing, around);
    case 'ours':
    case 'moved':
      return { cause: null, writeBack: false, ...judgePresent(written, around) };
    default:
      return standing.state satisfies never;
  }
}

function judgePresent(
  written: Written,
  { running, runningMs }: Surroundings,
): { state: ClientCheckState; written: Written } {
  if (written.held) return { state: 'ok', written };
  if (written.whileRunning) {
    if (running) return { state: 'waiting-quit', written };
    return { state: 'waiting-start', written: { ...written, whileRunning: false } };
  }
  if (!running || runningMs < SETTLE_MS) return { state: 'waiting-start', written };
  return { state: 'ok', written: { ...written, held: true, attempts: 0, cause: null } };
}

/**
 * One automatic attempt, and only where the client's own habit is the cause; what a person may have done is asked
 * about. It has to wait until the client is gone: written while it runs, it would be lost again.
 */
function judgeMissing({ written, left }: Standing, { running, asked }: Surroundings): Judged {
  const cause = causeOf(written, left);
  if (asked) return { state: 'armed', cause, written, writeBack: !running };
  const byItself = cause === 'written-over' || cause === 'reset';
  if (written.attempts > 0) return { state: 'given-up', cause, written, writeBack: false };
  if (!byItself) return { state: 'missing', cause, written, writeBack: false };
  return { state: 'armed', cause, written, writeBack: !running };
}

function causeOf(written: Written, left: Standing['left']): WipeCause {
  if (left === 'no file') return 'file-gone';
  if (left === 'no servers') return 'reset';
  // kept until the client is seen to be gone, so it tells of the write that was lost
  return written.whileRunning ? 'written-over' : 'removed';
}
