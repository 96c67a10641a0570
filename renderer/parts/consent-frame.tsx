import type { KeyboardEvent, ReactNode } from 'react';
import type { ConsentRequest } from '../../electron/contract/bridge.ts';
import type { useShownRequest } from './consent-queue.ts';
import { PlainText } from './plain-text.tsx';
import { clientWords, toolWords } from './tool-words.ts';

export type Queue = ReturnType<typeof useShownRequest>;

export interface Frame {
  /** Fills its window instead of lying over a page. */
  fill: boolean;
}

/** A key that was held down since before the dialog answers nothing, and neither does one that repeats. */
export function dropRepeats(event: KeyboardEvent): void {
  if (event.repeat && (event.key === 'Enter' || event.key === ' ' || event.key === 'Escape')) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Who asks for what, where. */
export function Title({ request, aside }: { request: ConsentRequest; aside?: ReactNode }) {
  return (
    <span className="flex items-start justify-between gap-4">
      <span className="min-w-0 break-words">
        <PlainText text={clientWords(request.client)} /> asks to <PlainText text={toolWords(request.tool)} />{' '}
        on {request.profile}
      </span>
      {aside}
    </span>
  );
}
