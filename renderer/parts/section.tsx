import type { ReactNode } from 'react';

/** A part of a drawer, with what qualifies it at the right of its title. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="flex flex-col gap-2 border-t border-line pt-3">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-sm text-quiet">{title}</h3>
        <span className="text-xs text-quiet">{aside}</span>
      </div>
      {children}
    </section>
  );
}
