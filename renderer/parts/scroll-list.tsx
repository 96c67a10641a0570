import type { ReactNode } from 'react';

/** A list that scrolls in its place, by the keyboard too. */
export function ScrollList(props: { label: string; testId?: string; children: ReactNode }) {
  return (
    <ul
      aria-label={props.label}
      data-testid={props.testId}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="h-full overflow-y-auto -outline-offset-2"
    >
      {props.children}
    </ul>
  );
}
