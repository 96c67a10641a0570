import { runsOf } from './hidden-text.ts';

/** Text of a stranger: hidden and reordering characters are drawn as their code points. */
export function PlainText({ text, className = '' }: { text: string; className?: string }) {
  return (
    <bdi dir="ltr" className={className}>
      {runsOf(text).map((run, i) =>
        'text' in run ? (
          run.text
        ) : (
          <span
            key={i}
            className="mx-px rounded-sm bg-danger-soft px-1 text-[0.85em] font-medium text-danger"
          >
            {run.hidden}
          </span>
        ),
      )}
    </bdi>
  );
}

/** JSON indented for reading; what is not JSON stays as it came. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text) as unknown, null, 2);
  } catch {
    return text;
  }
}

export function CodeBlock({ text, className = '' }: { text: string; className?: string }) {
  return (
    <pre
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
      className={`overflow-auto rounded-md border border-line bg-sunken p-3 break-words whitespace-pre-wrap ${className}`}
    >
      <PlainText text={text} />
    </pre>
  );
}
