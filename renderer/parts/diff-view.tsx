import { PlainText } from './plain-text.tsx';

function look(line: string): string {
  if (line.startsWith('+++') || line.startsWith('---')) return 'text-quiet';
  if (line.startsWith('+')) return 'bg-live-soft';
  if (line.startsWith('-')) return 'bg-danger-soft';
  if (line.startsWith('@@')) return 'text-quiet';
  return '';
}

/** A unified diff; the signs stay, so that colour only repeats them. */
export function DiffView({ diff, label }: { diff: string; label: string }) {
  return (
    <pre
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      className="max-h-[min(320px,38vh)] overflow-auto rounded-md border border-line bg-sunken py-2"
    >
      {diff
        .replace(/\n$/, '')
        .split('\n')
        .map((line, i) => (
          <div key={i} className={`min-w-max px-3 ${look(line)}`}>
            <PlainText text={line === '' ? ' ' : line} />
          </div>
        ))}
    </pre>
  );
}
