import type { ReactNode } from 'react';
import type { AuditCheck, AuditPage } from '../../../electron/contract/audit.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { Age } from '../../parts/age.tsx';
import { Note, Problem } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration } from '../../parts/quantity.tsx';
import type { Written } from '../../parts/written.ts';
import { useWritten } from '../../parts/written.ts';

const counted = (written: Written, count: number, one: string, many: string): string =>
  `${written.count(count)} ${count === 1 ? one : many}`;

/** A reason as a sentence of its own. */
const sentence = (why: string): string => `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;

function signedText(check: AuditCheck, written: Written): string {
  const { unsigned, entries, signatures } = check;
  if (signatures !== 'checked') return 'signatures not checked';
  if (unsigned === null) return entries === 1 ? 'signed' : 'all signed';
  return `${counted(written, unsigned.count, 'entry', 'entries')} not signed (${unsigned.first} to ${unsigned.last})`;
}

/** Tone and words of a check; also for those who read only one of both. */
export function verdictOf(check: AuditCheck, written: Written): { tone: Tone; title: string } {
  if (check.firstBad)
    return {
      tone: 'danger',
      title: `Not as it was written: ${check.firstBad.file}, entry ${written.count(check.firstBad.seq)}`,
    };
  const proven = check.signatures === 'checked' && check.anchor === 'checked';
  if (!proven)
    return { tone: 'unknown', title: 'The chain is whole; signatures and anchor were not checked' };
  const { unsigned } = check;
  // the signed ones speak for those that stood before them
  if (unsigned && unsigned.last === unsigned.count && unsigned.last < check.entries)
    return { tone: 'live', title: `Whole, signed from entry ${written.count(unsigned.last + 1)} on` };
  if (unsigned) return { tone: 'attention', title: 'The chain is whole, a part of it is not signed' };
  return { tone: 'live', title: 'Whole and signed' };
}

function Checked({ check }: { check: AuditCheck }) {
  const written = useWritten();
  return (
    <>
      {counted(written, check.entries, 'entry', 'entries')} in{' '}
      {counted(written, check.files, 'file', 'files')}, {signedText(check, written)}. Checked{' '}
      <Age at={check.at} /> by {check.by === 'app' ? 'the app itself' : 'you'}, in{' '}
      <Duration ms={check.tookMs} />.
    </>
  );
}

/** What is known of the chain as a whole: when it was checked, by whom, and the first entry that does not fit. */
export function ChainState(props: {
  check: AuditCheck | null;
  checking: boolean;
  failed: ErrorShape | null;
  signing: AuditPage['signing'] | null;
  actions: ReactNode;
}) {
  const { check, checking, failed, signing, actions } = props;
  const written = useWritten();
  const verdict = checking
    ? { tone: 'working' as const, title: 'Checking every entry…' }
    : check === null
      ? { tone: 'unknown' as const, title: 'Not checked since the app started' }
      : verdictOf(check, written);
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <Note tone={verdict.tone} title={verdict.title} actions={actions} testId="audit-chain">
        {check === null ? (
          checking ? (
            'The chain, the signatures and both anchors are compared.'
          ) : (
            'The app checks it by itself some seconds after it starts.'
          )
        ) : (
          <>
            {check.firstBad && !checking ? (
              <>
                <PlainText text={sentence(check.firstBad.why)} /> The files stay as they are; keep a copy of
                the audit folder before you look further.{' '}
              </>
            ) : null}
            <Checked check={check} />
          </>
        )}
      </Note>
      {failed === null ? null : <Problem error={failed} />}
      {signing !== null && !signing.on && check !== null ? (
        <Note tone="attention" title="New entries are not signed">
          {signing.why}
        </Note>
      ) : null}
    </div>
  );
}
