import type { ReactNode } from 'react';
import { useState } from 'react';

/** What a table scrolls in. State, not a ref: the table measures it in an effect that runs before a parent's ref is set. */
export function Scroller({ children }: { children: (scroller: HTMLElement | null) => ReactNode }) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  return (
    // a row that gets the focus stops clear of the heading and the totals, which stay
    <div ref={setScroller} className="h-full scroll-pt-9 scroll-pb-18 overflow-auto contain-strict">
      {children(scroller)}
    </div>
  );
}
