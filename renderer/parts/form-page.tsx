import type { ReactNode } from 'react';

/**
 * The body of a page of forms and sentences: all of them end at one line, 1072 px from the sidebar, so that nothing to
 * read or to press runs across a large screen. Pages of tables and charts take the whole width.
 */
export function FormPage({ children }: { children: ReactNode }) {
  return <div className="flex min-h-full max-w-268 flex-col gap-3 p-4">{children}</div>;
}
