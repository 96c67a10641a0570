import type { ReactNode } from 'react';

/** A label and what it is, in a `dl` of two columns. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-quiet">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** Labels with one line of text each; what does not fit is shown by hovering. */
export function FactList({ rows }: { rows: readonly (readonly [label: string, text: string])[] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
      {rows.map(([label, text]) => (
        <div key={label} className="contents">
          <dt className="text-quiet">{label}</dt>
          <dd className="truncate" title={text}>
            {text}
          </dd>
        </div>
      ))}
    </dl>
  );
}
