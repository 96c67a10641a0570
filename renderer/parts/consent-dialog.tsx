import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConsentRequest } from '../../electron/contract/bridge.ts';
import { useAction, useApp, useMirror, useUi } from '../api/app-context.tsx';
import { sendStop } from '../api/stop.ts';
import { Button } from './button.tsx';
import { Arguments, Countdown, Doubts, EnvironmentBand, Known, useConfirmed } from './consent-body.tsx';
import type { Frame, Queue } from './consent-frame.tsx';
import { dropRepeats, Title } from './consent-frame.tsx';
import { EndedNotice } from './consent-ended.tsx';
import { useShownRequest } from './consent-queue.ts';
import { Overlay } from './overlay.tsx';
import { PlainText } from './plain-text.tsx';
import { StateMark } from './state-mark.tsx';

/** However early core armed it: nobody can read a request in less than this once it is on screen, ms. */
const SEEN_MS = 700;
/** A click or key sooner than this after the dialog came up was meant for what was there before, ms. */
const SETTLE_MS = 400;
/** Core arms what is shown within 700 ms; a clock that was set back must not make it longer. */
const ARM_LIMIT_MS = 1_500;
/**
 * `settled`: on screen for a moment. `armed`: core's arming time has passed too, and it could have been read; it begins anew
 * where core arms anew, because there is more to read.
 */
function useSteps(request: ConsentRequest): { settled: boolean; armed: boolean } {
  const [settled, setSettled] = useState(false);
  const [armedFor, setArmedFor] = useState<number | null>(null);
  useEffect(() => {
    const settle = setTimeout(() => setSettled(true), SETTLE_MS);
    const wait = Math.max(SEEN_MS, Math.min(request.armedAt - Date.now(), ARM_LIMIT_MS));
    const arm = setTimeout(() => setArmedFor(request.armedAt), wait);
    return () => {
      clearTimeout(settle);
      clearTimeout(arm);
    };
  }, [request.armedAt]);
  return { settled, armed: armedFor === request.armedAt };
}

type Answer = (decision: 'allow' | 'deny', more?: { grantMinutes?: number; confirmed?: string[] }) => void;

function answeredWords(tool: string, decision: 'allow' | 'deny', minutes: number | undefined): string {
  if (decision === 'deny') return `Denied: ${tool}`;
  return minutes === undefined ? `Allowed once: ${tool}` : `Allowed for ${minutes} min: ${tool}`;
}

function useAnswer(request: ConsentRequest, queue: Queue): { answering: boolean; answer: Answer } {
  const act = useAction();
  const [answering, setAnswering] = useState(false);
  const sent = useRef(false);
  const send: (...args: Parameters<Answer>) => Promise<void> = async (decision, more = {}) => {
    if (sent.current) return;
    sent.current = true;
    setAnswering(true);
    const { id, nonce } = request;
    queue.answeredHere(id);
    const taken = await act(
      (client) => client.consent.answer({ id, nonce, decision, ...more }),
      answeredWords(request.tool, decision, more.grantMinutes),
    );
    if (!taken) queue.notAnswered(id);
    sent.current = false;
    setAnswering(false);
  };
  return { answering, answer: (decision, more) => void send(decision, more) };
}

function Grant(props: { request: ConsentRequest; minutes: number; onMinutes: (minutes: number) => void }) {
  const { request, minutes, onMinutes } = props;
  const offered = request.environment === 'live' ? [] : (request.grantMinutes ?? []);
  if (offered.length === 0) return null;
  return (
    <label className="flex basis-full items-center justify-end gap-2 text-quiet">
      Allow
      <select
        data-testid="consent-grant"
        className="h-7 rounded-md border border-line-strong bg-raised px-2 text-text"
        value={minutes}
        onChange={(event) => onMinutes(Number(event.target.value))}
      >
        <option value={0}>this call only</option>
        {offered.map((each) => (
          <option key={each} value={each}>
            this tool for {each} min
          </option>
        ))}
      </select>
    </label>
  );
}

function Buttons(props: {
  request: ConsentRequest;
  answering: boolean;
  answer: Answer;
  confirmed: ReadonlySet<string>;
  denyButton: React.RefObject<HTMLButtonElement | null>;
  steps: ReturnType<typeof useSteps>;
}) {
  const { request, answering, answer, confirmed, denyButton } = props;
  const { settled, armed } = props.steps;
  const app = useApp();
  const [minutes, setMinutes] = useState(0);
  const warnings = request.warnings ?? [];
  const open = warnings.filter((warning) => !confirmed.has(warning.id)).length;
  const more = {
    ...(minutes > 0 ? { grantMinutes: minutes } : {}),
    ...(warnings.length > 0 ? { confirmed: [...confirmed] } : {}),
  };
  return (
    <footer className="mt-1 flex flex-wrap items-center gap-2 border-t border-line px-5 py-3">
      <Grant request={request} minutes={minutes} onMinutes={setMinutes} />
      <Button
        look="ghost"
        className="first:-ml-3"
        data-testid="consent-deny-stop"
        disabled={!armed || answering}
        onClick={() => {
          answer('deny');
          void sendStop(app, request.profile);
        }}
      >
        Deny and stop trading
      </Button>
      <span className="flex-1" />
      <Button
        data-testid="consent-allow"
        disabled={!armed || answering || open > 0}
        title={open > 0 ? 'Tick what stands above first' : undefined}
        onClick={() => answer('allow', more)}
      >
        {minutes > 0 ? `Allow for ${minutes} min` : 'Allow once'}
      </Button>
      <Button
        ref={denyButton}
        look="primary"
        data-testid="consent-deny"
        aria-disabled={!settled || answering}
        onClick={() => (settled ? answer('deny') : undefined)}
      >
        Deny
      </Button>
    </footer>
  );
}

function Who({ request, behind }: { request: ConsentRequest; behind: number }) {
  return (
    <p className="text-quiet">
      <PlainText text={request.client} /> · tool{' '}
      <code className="text-text">
        <PlainText text={request.tool} />
      </code>
      {behind > 0 ? (
        <span
          className="ml-2 inline-block rounded-sm bg-attention-soft px-1.5 font-medium text-attention"
          data-testid="consent-queue"
        >
          {behind} more waiting
        </span>
      ) : null}
    </p>
  );
}

function Asking({ request, queue, fill }: { request: ConsentRequest; queue: Queue } & Frame) {
  const denyButton = useRef<HTMLButtonElement>(null);
  const steps = useSteps(request);
  const { answering, answer } = useAnswer(request, queue);
  const { confirmed, onConfirm } = useConfirmed();
  const onClose = () => {
    if (steps.settled) answer('deny');
  };
  return (
    <Overlay
      open
      keepOnPress
      contained
      fill={fill}
      role="alertdialog"
      initialFocus={denyButton}
      onClose={onClose}
      title={<Title request={request} aside={<Countdown request={request} />} />}
      width="max-w-xl"
      testId="consent-dialog"
    >
      <div onKeyDownCapture={dropRepeats} className="flex min-h-0 flex-1 flex-col">
        <div className="px-5 pt-3 pb-1">
          <EnvironmentBand request={request} />
        </div>
        <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-5 py-2">
          <Who request={request} behind={queue.behind} />
          <Doubts request={request} confirmed={confirmed} onConfirm={onConfirm} />
          <Arguments request={request} />
          <Known request={request} />
        </div>
        <Buttons
          request={request}
          answering={answering}
          answer={answer}
          confirmed={confirmed}
          denyButton={denyButton}
          steps={steps}
        />
      </div>
    </Overlay>
  );
}

/**
 * The oldest waiting request; the next one follows when it is answered, expired or withdrawn. `onDone`: none is left of
 * those that were asked here; not called before the first one, which may still be on its way.
 */
export function ConsentDialog({ fill = false, onDone }: Partial<Frame> & { onDone?: () => void }) {
  const queue = useShownRequest();
  const lost = useMirror((s) => s.connection !== 'open');
  const { shown } = queue;
  const asked = useRef(false);
  useEffect(() => {
    if (shown !== null) asked.current = true;
    else if (asked.current && !lost) {
      asked.current = false;
      onDone?.();
    }
  }, [shown, lost, onDone]);
  if (shown === null) return null;
  const { request, ended } = shown;
  if (ended !== null)
    return (
      <EndedNotice key={`${request.id} ended`} request={request} ended={ended} queue={queue} fill={fill} />
    );
  return <Asking key={request.id} request={request} queue={queue} fill={fill} />;
}

/** On the dashboard: the dialog itself, or, where the desktop app has a window of its own for it, where to find it. */
export function ConsentHere() {
  const { ui } = useApp();
  const ownWindow = useMirror((s) => s.app?.app.shell === 'electron');
  const here = useUi((s) => s.answerHere);
  const waiting = useMirror((s) => (s.connection === 'open' ? (s.app?.consents.length ?? 0) : 0));
  // for what waits now: the next request is asked in its own window again
  const onDone = useCallback(() => ui.store.setState({ answerHere: false }), [ui]);
  if (!ownWindow) return <ConsentDialog />;
  if (here) return <ConsentDialog onDone={onDone} />;
  if (waiting === 0) return null;
  return (
    <div
      role="status"
      data-testid="consent-elsewhere"
      className="fixed inset-x-0 bottom-0 z-30 flex items-center gap-3 border-t border-line bg-attention-soft px-4 py-2"
    >
      <StateMark tone="attention" />
      <p className="flex-1">
        <strong className="font-semibold">
          {waiting === 1 ? 'A request waits' : `${waiting} requests wait`} for your answer
        </strong>{' '}
        in a window of its own, or here.
      </p>
      <Button small onClick={() => ui.store.setState({ answerHere: true })}>
        Answer here
      </Button>
    </div>
  );
}
