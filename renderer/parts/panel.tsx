import type { ReactNode } from 'react';
import { useId } from 'react';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { Tone } from '../../electron/contract/present.ts';
import { StateMark, TONE_SOFT } from './state-mark.tsx';
import { PlainText } from './plain-text.tsx';

/** A titled region. `aside` stands at the right of the title: an age, a count, a button. */
export function Panel(props: {
  title: string;
  aside?: ReactNode;
  flush?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={`flex min-w-0 flex-col rounded-md border border-line bg-raised ${props.className ?? ''}`}
    >
      <header className="flex h-9 shrink-0 items-center justify-between gap-3 px-4">
        <h2 id={id} className="max-w-2/3 shrink-0 truncate text-sm">
          {props.title}
        </h2>
        <div className="flex min-w-0 items-center gap-2 text-sm text-quiet">{props.aside}</div>
      </header>
      <div className={`min-h-0 min-w-0 flex-1 ${props.flush === true ? '' : 'px-4 pb-3'}`}>
        {props.children}
      </div>
    </section>
  );
}

/** Text of a stranger may be in any sentence: what hides in it is shown. */
function plain(node: ReactNode): ReactNode {
  return typeof node === 'string' ? <PlainText text={node} /> : node;
}

/** A message with its next step; `tone` says how much it matters. */
export function Note(props: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** One line where it fits: the next step follows the title. */
  inline?: boolean;
  testId?: string;
}) {
  const inline = props.inline === true;
  return (
    <div
      data-testid={props.testId}
      className={`flex items-start gap-3 rounded-md px-3 py-2 ${TONE_SOFT[props.tone]}`}
    >
      <span className="flex h-5 items-center">
        <StateMark tone={props.tone} />
      </span>
      <div className="min-w-0 flex-1">
        <p className={`font-medium ${inline ? 'mr-2 inline' : ''}`}>{plain(props.title)}</p>
        {props.children === undefined ? null : (
          <div className={`text-quiet ${inline ? 'inline' : ''}`}>{plain(props.children)}</div>
        )}
      </div>
      {props.actions === undefined ? null : (
        <div className="-my-0.5 flex shrink-0 gap-2">{props.actions}</div>
      )}
    </div>
  );
}

/** An error of a call, with its code for searching and its next step. */
export function Problem({ error, tone = 'danger' }: { error: ErrorShape; tone?: Tone }) {
  return (
    <Note tone={tone} title={error.message} testId="problem">
      {plain(error.next)} <code className="text-xs">{error.code}</code>
    </Note>
  );
}

/** What stands where nothing is yet: says why, and what to do. */
export function Empty({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="flex h-full min-h-24 flex-col items-center justify-center gap-1 px-6 py-5 text-center">
      <p className="font-medium">{title}</p>
      {children === undefined ? null : <p className="max-w-[60ch] text-quiet">{plain(children)}</p>}
      {actions === undefined ? null : <div className="mt-2 flex gap-2">{actions}</div>}
    </div>
  );
}

/** Grey bars in the place of values that are on their way; drawn still. */
export function Waiting({ lines = 4, label }: { lines?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 py-2">
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} className="h-3 rounded-sm bg-sunken" style={{ width: `${88 - ((i * 17) % 40)}%` }} />
      ))}
      <span className="text-sm text-quiet">{label}</span>
    </div>
  );
}
