import type { ReactNode } from 'react';

/** A small label over a value; the value's line keeps its height whatever stands in it. */
export function Figure(props: { label: string; children: ReactNode; note?: ReactNode; className?: string }) {
  const { label, children, note, className = '' } = props;
  return (
    <div className={`min-w-0 ${className}`}>
      <dt className="truncate text-xs text-quiet">{label}</dt>
      <dd className="truncate leading-5 font-medium">{children}</dd>
      {note === undefined ? null : <dd className="truncate text-xs text-quiet">{note}</dd>}
    </div>
  );
}
