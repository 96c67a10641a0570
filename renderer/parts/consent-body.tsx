import { useState } from 'react';
import type { ConsentRequest } from '../../electron/contract/bridge.ts';
import type { Environment } from '../../electron/contract/profile.ts';
import { useNow } from '../api/app-context.tsx';
import { Age } from './age.tsx';
import { EnvironmentBadge, MEANING } from './environment-badge.tsx';
import { hiddenCount } from './hidden-text.ts';
import { Note } from './panel.tsx';
import { CodeBlock, PlainText } from './plain-text.tsx';

const ROUND = 2 * Math.PI * 15;

/** Seconds left, as number and ring. */
export function Countdown({ request }: { request: ConsentRequest }) {
  const now = useNow();
  const span = request.expiresAt - request.requestedAt;
  // a clock that was set back gives nobody more time: core counts on one that cannot be set
  const left = Math.max(0, Math.ceil(Math.min(request.expiresAt - now, span) / 1000));
  const share = Math.max(0, Math.min(1, (request.expiresAt - now) / span));
  return (
    <div
      className="relative size-10 shrink-0"
      role="timer"
      data-testid="consent-countdown"
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

const BAND: Record<Environment, string> = {
  live: 'bg-danger-soft',
  paper: 'bg-accent-soft',
  demo: 'bg-sunken',
};

/** Which profile, and whether it is about real money: in words and colour, above everything else. */
export function EnvironmentBand({ request }: { request: ConsentRequest }) {
  return (
    <p
      data-testid="consent-environment"
      className={`flex items-center gap-2 rounded-md px-3 py-1.5 ${BAND[request.environment]}`}
    >
      <EnvironmentBadge environment={request.environment} />
      <span className="min-w-0 truncate font-medium">{request.profile}</span>
      <span className="text-quiet">{MEANING[request.environment]}</span>
    </p>
  );
}

function Rows({ rows }: { rows: ConsentRequest['rows'] }) {
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
      className="max-h-40 overflow-y-auto rounded-md border border-line"
    >
      <table className="w-full">
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} className="border-line align-top not-first:border-t">
              <th scope="row" className="w-1/3 px-3 py-1 text-left font-normal break-all text-quiet">
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

/** Characters that were made visible, in core (`\uXXXX`) or here. */
function escapes(request: ConsentRequest): boolean {
  const texts = [request.tool, request.client, request.argumentsText];
  return texts.some((text) => hiddenCount(text) > 0 || /\\u[0-9a-f]{4}/i.test(text));
}

export function Arguments({ request }: { request: ConsentRequest }) {
  return (
    <section aria-label="Arguments" data-testid="consent-arguments">
      <h3 className="pb-1 text-sm text-quiet">Exactly these arguments</h3>
      {request.rows.length === 0 ? (
        <p className="text-quiet">No arguments: the tool's own defaults apply.</p>
      ) : (
        <Rows rows={request.rows} />
      )}
      {escapes(request) ? (
        <p className="pt-1 text-sm text-attention">
          Some characters in this request cannot be seen; they are shown as their codes.
        </p>
      ) : null}
      {request.others.length === 0 ? null : (
        <details className="pt-1 text-sm text-quiet" data-testid="consent-others">
          <summary>Sent beside the arguments: {request.others.map((other) => other.name).join(', ')}</summary>
          <div className="pt-1 text-text">
            <Rows rows={request.others} />
          </div>
        </details>
      )}
      <details className="pt-1 text-sm text-quiet">
        <summary>As received</summary>
        <CodeBlock text={request.argumentsText} className="mt-1 max-h-32" />
      </details>
    </section>
  );
}

export function Known({ request }: { request: ConsentRequest }) {
  if (request.known.length === 0) return null;
  return (
    <section aria-label="What is known now">
      <h3 className="pb-1 text-sm text-quiet">What is known right now</h3>
      <dl className="grid grid-cols-[auto_1fr_auto] gap-x-4 gap-y-1">
        {request.known.map((fact) => (
          <div key={fact.label} className="contents">
            <dt className="text-quiet">{fact.label}</dt>
            <dd className="min-w-0 break-words">
              <PlainText text={fact.text} />
            </dd>
            <dd className="text-right whitespace-nowrap text-quiet">
              {fact.receivedAt === null ? 'not known' : <Age at={fact.receivedAt} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** An earlier call without a known outcome, and doubts that must each be confirmed before it can be allowed. */
export function Doubts(props: {
  request: ConsentRequest;
  confirmed: ReadonlySet<string>;
  onConfirm: (id: string, on: boolean) => void;
}) {
  const { request, confirmed, onConfirm } = props;
  return (
    <>
      {request.unresolved === null ? null : (
        <Note tone="attention" title="An earlier call has no known outcome" testId="consent-unresolved">
          <PlainText text={request.unresolved} />
        </Note>
      )}
      {(request.warnings ?? []).map((warning) => (
        <label
          key={warning.id}
          data-testid="consent-warning"
          className="flex items-start gap-3 rounded-md bg-attention-soft px-3 py-2"
        >
          <input
            type="checkbox"
            className="mt-1 accent-accent-fill"
            checked={confirmed.has(warning.id)}
            onChange={(event) => onConfirm(warning.id, event.target.checked)}
          />
          <span className="min-w-0 flex-1 font-medium">
            <PlainText text={warning.text} />
            <span className="block font-normal text-quiet">
              Tick it to be able to allow this all the same.
            </span>
          </span>
        </label>
      ))}
    </>
  );
}

/** The doubts that were ticked, for one request. */
export function useConfirmed() {
  const [confirmed, setConfirmed] = useState<ReadonlySet<string>>(new Set());
  const onConfirm = (id: string, on: boolean) =>
    setConfirmed((old) => new Set(on ? [...old, id] : [...old].filter((each) => each !== id)));
  return { confirmed, onConfirm };
}
