import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { IconButton } from './button.tsx';

/** What is chosen in a list, in full beside it. The cross and Escape put it away. */
export function Drawer(props: {
  label: string;
  title: ReactNode;
  /** Between the title and the cross. */
  aside?: ReactNode;
  /** Width, gaps, and how it lies over the list where the window is narrow. */
  className: string;
  /** The cursor goes into it when it opens; left out where the list keeps it for its arrow keys. */
  takesFocus?: boolean;
  testId: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { label, title, aside, className, takesFocus = false, testId, onClose, children } = props;
  const cross = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) cross.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <aside
      aria-label={label}
      data-testid={testId}
      onKeyDown={(event) => (event.key === 'Escape' ? onClose() : undefined)}
      className={`flex shrink-0 flex-col overflow-y-auto rounded-md border border-line bg-raised px-4 pt-2 pb-4 ${className}`}
    >
      <header className="flex items-center justify-between gap-2">
        <h2 className="min-w-0 text-lg break-words">{title}</h2>
        <div className="-mr-2 flex items-center gap-1">
          {aside}
          <IconButton ref={cross} label="Close" onClick={onClose}>
            <X size={15} />
          </IconButton>
        </div>
      </header>
      {children}
    </aside>
  );
}
