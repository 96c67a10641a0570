import { useEffect, useRef } from 'react';
import type { ConsentRequest } from '../../electron/contract/bridge.ts';
import type { Tone } from '../../electron/contract/present.ts';
import { Button } from './button.tsx';
import type { Frame, Queue } from './consent-frame.tsx';
import { dropRepeats, Title } from './consent-frame.tsx';
import type { Ended } from './consent-queue.ts';
import { Overlay } from './overlay.tsx';
import { ResultBand } from './result-band.tsx';

/** How long an ended request stays on screen by itself, ms; shorter where another one waits behind it. */
const ENDED_MS = 8_000;
const ENDED_BEFORE_NEXT_MS = 2_500;

const ENDED: Record<Ended, { title: string; sentence: string; tone: Tone }> = {
  allow: { title: 'Allowed on another screen', sentence: 'It was answered elsewhere.', tone: 'live' },
  deny: { title: 'Denied on another screen', sentence: 'It was answered elsewhere.', tone: 'off' },
  expired: {
    title: 'Expired, so it was denied',
    sentence: 'Nobody answered in time. Nothing was sent.',
    tone: 'attention',
  },
  withdrawn: {
    title: 'Withdrawn by the client',
    sentence: 'It cancelled the request or has gone. Nothing was sent.',
    tone: 'unknown',
  },
  stopped: {
    title: 'Denied by the emergency stop',
    sentence: 'A stop of this profile denies what waits. Nothing was sent.',
    tone: 'attention',
  },
  gone: {
    title: 'No longer waiting',
    sentence: 'The app was started again, or it ended while this page was away. Look at Activity.',
    tone: 'unknown',
  },
};

/** How a request ended that was not answered here; closes by itself. */
export function EndedNotice(props: { request: ConsentRequest; ended: Ended; queue: Queue } & Frame) {
  const { request, ended, queue, fill } = props;
  const { putAway, behind } = queue;
  const closeButton = useRef<HTMLButtonElement>(null);
  const close = useRef(putAway);
  useEffect(() => {
    close.current = putAway;
  });
  useEffect(() => {
    const timer = setTimeout(() => close.current(), behind > 0 ? ENDED_BEFORE_NEXT_MS : ENDED_MS);
    return () => clearTimeout(timer);
  }, [behind]);
  return (
    <Overlay
      open
      keepOnPress
      contained
      fill={fill}
      role="alertdialog"
      initialFocus={closeButton}
      onClose={putAway}
      title={<Title request={request} />}
      width="max-w-xl"
      testId="consent-ended"
    >
      <div onKeyDownCapture={dropRepeats} className="flex flex-col gap-3 px-5 pt-3 pb-3">
        <div role="status">
          <ResultBand {...ENDED[ended]} />
        </div>
        <div className="flex justify-end">
          <Button ref={closeButton} onClick={putAway}>
            Close
          </Button>
        </div>
      </div>
    </Overlay>
  );
}
