import { useState } from 'react';
import type { ConsentEnd, ConsentRequest } from '../../electron/contract/bridge.ts';
import { useMirror } from '../api/app-context.tsx';

/** How a request that is gone from the list ended; `gone` where the app does not say, e.g. after it was started again. */
export type Ended = ConsentEnd['verdict'] | 'gone';

export interface Shown {
  request: ConsentRequest;
  /** Null while it can be answered. */
  ended: Ended | null;
}

const NONE: readonly never[] = [];

/** What the dialog shows now: a request stays on screen after its end until it is put away, unless it was answered here. */
export function nextShown(
  held: ConsentRequest | null,
  waiting: readonly ConsentRequest[],
  ends: readonly ConsentEnd[],
  answeredHere: ReadonlySet<string>,
): Shown | null {
  const [first] = waiting;
  const fresh = first === undefined ? null : { request: first, ended: null };
  if (held === null) return fresh;
  const current = waiting.find((one) => one.id === held.id);
  if (current !== undefined) return { request: current, ended: null };
  if (answeredHere.has(held.id)) return fresh;
  return { request: held, ended: ends.find((end) => end.id === held.id)?.verdict ?? 'gone' };
}

/** The one request on screen, how many wait behind it, and what puts an ended one away. */
export function useShownRequest() {
  const waiting = useMirror((s) => (s.connection === 'open' ? (s.app?.consents ?? NONE) : NONE));
  const ends = useMirror((s) => s.app?.consentEnds ?? NONE);
  const lost = useMirror((s) => s.connection !== 'open');
  const [held, setHeld] = useState<ConsentRequest | null>(null);
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  // while the app does not answer nothing can be said about any request
  const shown = lost ? null : nextShown(held, waiting, ends, answered);
  if (!lost && (shown?.request.id ?? null) !== (held?.id ?? null)) setHeld(shown?.request ?? null);
  const behind = waiting.filter((one) => one.id !== shown?.request.id).length;
  return {
    shown,
    behind,
    /** This screen has answered it: its end is no news here. */
    answeredHere: (id: string) => setAnswered((old) => new Set([...old, id])),
    /** The answer was not taken; how it ends is news again. */
    notAnswered: (id: string) => setAnswered((old) => new Set([...old].filter((each) => each !== id))),
    putAway: () => {
      const id = shown?.request.id;
      if (id !== undefined) setAnswered((old) => new Set([...old, id]));
      setHeld(null);
    },
  };
}
