import { useEffect, useRef, useState } from 'react';
import type { ConsentRequest } from '../../electron/contract/bridge.ts';
import { useAction, useApp, useMirror, useNow } from '../api/app-context.tsx';
import { sendStop } from '../api/stop.ts';
import { Age } from './age.tsx';
import { Button } from './button.tsx';
import { EnvironmentBadge } from './environment-badge.tsx';
import { Overlay } from './overlay.tsx';
import { Note } from './panel.tsx';
import { CodeBlock, PlainText } from './plain-text.tsx';
import { clientWords, toolWords } from './tool-words.ts';

/** However early core armed it: nobody can read a request in less than this once it is on screen, ms. */
const SEEN_MS = 700;
const ROUND = 2 * Math.PI * 15;

function Countdown({ request }: { request: ConsentRequest }) {
  const now = useNow();
  const left = Math.max(0, Math.ceil((request.expiresAt - now) / 1000));
  const share = Math.max(
    0,
    Math.min(1, (request.expiresAt - now) / (request.expiresAt - request.requestedAt)),
  );
  return (
    <div
      className="relative size-10 shrink-0"
      role="timer"
      aria-label={`${left} seconds until this is denied`}
    >
      <svg viewBox="0 0 36 36" className="size-10 -rotate-90" aria-hidden>
        <circle cx="18" cy="18" r="15" fill="none" strokeWidth="3" className="stroke-line" />
        <circle
          cx="18"
          cy="18"
          r="15"
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          strokeDasharray={ROUND}
          strokeDashoffset={ROUND * (1 - share)}
          className={left <= 10 ? 'stroke-danger' : 'stroke-accent'}
        />
      </svg>
      <span className="absolute inset-0 flex items-center justify-center text-sm font-semibold">{left}</span>
    </div>
  );
}

function Arguments({ request }: { request: ConsentRequest }) {
  if (request.rows.length === 0)
    return <p className="text-quiet">No arguments: the tool’s own defaults apply.</p>;
  return (
    <div className="max-h-40 overflow-y-auto rounded-md border border-line">
      <table className="w-full">
        <tbody>
          {request.rows.map((row) => (
            <tr key={row.name} className="border-line align-top not-first:border-t">
              <th scope="row" className="w-2/5 px-3 py-1 text-left font-normal text-quiet">
                <PlainText text={row.name} />
              </th>
              <td className="px-3 py-1 font-medium break-all">
                <PlainText text={row.value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Known({ request }: { request: ConsentRequest }) {
  return (
    <dl className="grid grid-cols-[auto_1fr_auto] gap-x-4 gap-y-1">
      {request.known.map((fact) => (
        <div key={fact.label} className="contents">
          <dt className="text-quiet">{fact.label}</dt>
          <dd>{fact.text}</dd>
          <dd className="text-right text-quiet">
            {fact.receivedAt === null ? 'not known' : <Age at={fact.receivedAt} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** True once core's arming time has passed and this very request has been on screen long enough. */
function useArmed(request: ConsentRequest): boolean {
  const [armed, setArmed] = useState<string | null>(null);
  useEffect(() => {
    const wait = Math.max(SEEN_MS, request.armedAt - Date.now());
    const timer = setTimeout(() => setArmed(request.id), wait);
    return () => clearTimeout(timer);
  }, [request.id, request.armedAt]);
  return armed === request.id;
}

function Body({ request, queued }: { request: ConsentRequest; queued: number }) {
  return (
    <div className="flex flex-col gap-4 px-5 pt-3">
      <p className="text-quiet">
        <PlainText text={request.client} /> · tool <code className="text-text">{request.tool}</code>
        {queued > 0 ? (
          <span
            className="ml-2 inline-block rounded-sm bg-attention-soft px-1.5 font-medium text-attention"
            data-testid="consent-queue"
          >
            {queued} more waiting
          </span>
        ) : null}
      </p>
      {request.unresolved === null ? null : (
        <Note tone="attention" title="An earlier call has no known outcome">
          {request.unresolved}
        </Note>
      )}
      <section aria-label="Arguments">
        <h3 className="pb-1 text-sm text-quiet">Exactly these arguments</h3>
        <Arguments request={request} />
        <details className="pt-1 text-sm text-quiet">
          <summary>As received</summary>
          <CodeBlock text={request.argumentsText} className="mt-1 max-h-32" />
        </details>
      </section>
      {request.known.length === 0 ? null : (
        <section aria-label="What is known now">
          <h3 className="pb-1 text-sm text-quiet">What is known right now</h3>
          <Known request={request} />
        </section>
      )}
    </div>
  );
}

function Dialog({ request, queued }: { request: ConsentRequest; queued: number }) {
  const app = useApp();
  const act = useAction();
  const denyButton = useRef<HTMLButtonElement>(null);
  const [answering, setAnswering] = useState(false);
  const armed = useArmed(request);
  const answer = async (decision: 'allow' | 'deny') => {
    setAnswering(true);
    const { id, nonce } = request;
    await act(
      (client) => client.consent.answer({ id, nonce, decision }),
      decision === 'allow' ? `Allowed once: ${request.tool}` : `Denied: ${request.tool}`,
    );
    setAnswering(false);
  };
  const title = (
    <span className="flex items-start justify-between gap-4">
      <span>
        <PlainText text={clientWords(request.client)} /> asks to <PlainText text={toolWords(request.tool)} />{' '}
        on {request.profile} <EnvironmentBadge environment={request.environment} />
      </span>
      <Countdown request={request} />
    </span>
  );
  return (
    <Overlay
      open
      keepOnPress
      role="alertdialog"
      initialFocus={denyButton}
      onClose={() => void answer('deny')}
      title={title}
      width="max-w-xl"
      testId="consent-dialog"
    >
      <Body request={request} queued={queued} />
      <footer className="mt-4 flex flex-wrap items-center gap-2 border-t border-line px-5 py-3">
        <Button
          look="ghost"
          onClick={() => {
            void answer('deny');
            void sendStop(app, request.profile);
          }}
        >
          Deny and stop trading
        </Button>
        <span className="flex-1" />
        <Button
          data-testid="consent-allow"
          disabled={!armed || answering}
          onClick={() => void answer('allow')}
        >
          Allow once
        </Button>
        <Button
          ref={denyButton}
          look="primary"
          data-testid="consent-deny"
          disabled={answering}
          onClick={() => void answer('deny')}
        >
          Deny
        </Button>
      </footer>
    </Overlay>
  );
}

/** The oldest waiting request; the next one follows when it is answered, expired or withdrawn. */
export function ConsentDialog() {
  const first = useMirror((s) => (s.connection === 'open' ? s.app?.consents[0] : undefined));
  const queued = useMirror((s) => Math.max(0, (s.app?.consents.length ?? 0) - 1));
  if (first === undefined) return null;
  return <Dialog key={first.id} request={first} queued={queued} />;
}
