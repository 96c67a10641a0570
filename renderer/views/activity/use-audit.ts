import { useCallback, useEffect, useRef, useState } from 'react';
import type { AuditFilter, AuditLine, AuditPage, AuditPlace } from '../../../electron/contract/audit.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { useCall, useMirror } from '../../api/app-context.tsx';
import type { Choices } from './audit-filter.ts';
import { choicesOf, NO_CHOICES } from './audit-filter.ts';

const PAGE = 200;
/** The outcome follows its line on screen by a moment. */
const SETTLE_MS = 1_200;

export interface AuditView {
  /** Newest first. */
  lines: readonly AuditLine[];
  /** What these lines were asked for with: the filter before, until the answer to a new one is there. */
  of: AuditFilter;
  /** Where older ones begin; null: there are none; undefined: nothing was read yet. */
  next: AuditPlace | null | undefined;
  reading: boolean;
  problem: ErrorShape | null;
  check: AuditPage['check'];
  signing: AuditPage['signing'] | null;
  /** Kinds, tools and so on that were seen since the page was opened. */
  choices: Choices;
}

/** Lines of another filter do not stand for those that could not be read. */
const NOTHING_READ: Pick<AuditView, 'lines' | 'next'> = { lines: [], next: undefined };

const EMPTY: AuditView = {
  ...NOTHING_READ,
  of: {},
  reading: false,
  problem: null,
  check: null,
  signing: null,
  choices: NO_CHOICES,
};

const same = (a: AuditPlace | undefined, b: AuditPlace | undefined): boolean =>
  a !== undefined && a.file === b?.file && a.line === b.line;

/** What is new stands before what is known; where both do not touch, only the new page counts. */
export function merged(old: AuditView, page: AuditPage): Pick<AuditView, 'lines' | 'next'> {
  const known = page.lines.findIndex((line) => same(line, old.lines[0]));
  if (known < 0) return { lines: page.lines, next: page.next };
  return { lines: [...page.lines.slice(0, known), ...old.lines], next: old.next };
}

type How = 'first' | 'newer' | 'older';

interface Asking {
  how: How;
  filter: AuditFilter;
  before: AuditPlace | undefined;
}

function afterPage(old: AuditView, { how, filter, before }: Asking, page: AuditPage): AuditView {
  const { lines, next, check, signing } = page;
  // the list was exchanged meanwhile: this page does not continue it
  if (how === 'older' && !same(before, old.next ?? undefined)) return { ...old, reading: false };
  const shown =
    how === 'older'
      ? { lines: [...old.lines, ...lines], next }
      : how === 'newer' && old.of === filter
        ? merged(old, page)
        : { lines, next };
  const choices = choicesOf(lines, old.choices);
  return { ...shown, of: filter, reading: false, problem: null, check, signing, choices };
}

/** The trail in pages through the router; older pages on demand, newer entries as things happen. */
export function useAudit(filter: AuditFilter): AuditView & { more: () => void; refresh: () => void } {
  const call = useCall();
  const [view, setView] = useState(EMPTY);
  const asked = useRef(0);
  const busy = useRef(new Set<'newer' | 'older'>());
  const callNow = useRef(call);
  useEffect(() => {
    callNow.current = call;
  });
  const open = useMirror((s) => s.connection === 'open');
  const newest = useMirror((s) => {
    const line = s.app?.activity.at(-1);
    return line === undefined ? '' : `${line.id} ${line.outcome}`;
  });

  const read = useCallback(
    async (how: How, before?: AuditPlace) => {
      if (how === 'first') {
        asked.current += 1;
        busy.current = new Set();
      } else if (busy.current.has(how)) return;
      else busy.current.add(how);
      const mine = asked.current;
      if (how !== 'newer') setView((old) => ({ ...old, reading: true, problem: null }));
      const outcome = await callNow.current((client) =>
        client.audit.page({ limit: PAGE, filter, ...(before && { before }) }),
      );
      if (mine !== asked.current) return;
      if (how !== 'first') busy.current.delete(how);
      setView((old) =>
        outcome.ok
          ? afterPage(old, { how, filter, before }, outcome.value)
          : { ...old, ...(old.of !== filter && NOTHING_READ), reading: false, problem: outcome.error },
      );
    },
    [filter],
  );

  useEffect(() => {
    if (!open) return undefined;
    const timer = setTimeout(() => void read('first'), 0);
    return () => clearTimeout(timer);
  }, [open, read]);
  useEffect(() => {
    if (!open || newest === '') return undefined;
    const timer = setTimeout(() => void read('newer'), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [open, newest, read]);
  const { next } = view;
  const more = useCallback(() => {
    if (next) void read('older', next);
  }, [next, read]);
  const refresh = useCallback(() => void read('newer'), [read]);
  return { ...view, more, refresh };
}
