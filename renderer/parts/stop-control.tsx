import { OctagonX } from 'lucide-react';
import type { StopReport } from '../../electron/contract/bridge.ts';
import { useApp, useUi } from '../api/app-context.tsx';
import { sendStop } from '../api/stop.ts';
import type { StopView } from '../api/ui-store.ts';
import { Button } from './button.tsx';
import { CopyField } from './copy.tsx';
import { Overlay } from './overlay.tsx';
import { StateMark, TONE_SOFT, TONE_TEXT } from './state-mark.tsx';
import { stopWords } from './stop-words.ts';
import { clockText } from './time-text.ts';

/** One click stops new trades: no question before it, a report after it. */
export function StopButton({ profile }: { profile: string | null }) {
  const app = useApp();
  const sending = useUi((s) => s.stop?.phase === 'sending');
  return (
    <Button
      look="danger-fill"
      data-testid="stop-trading"
      disabled={profile === null}
      title={profile === null ? 'No profile yet' : `Stops new trades on ${profile}; open positions stay open`}
      icon={<OctagonX size={14} aria-hidden />}
      onClick={() => (profile === null ? undefined : void sendStop(app, profile))}
    >
      {sending ? 'STOPPING…' : 'STOP TRADING'}
    </Button>
  );
}

function PartLine({ part }: { part: StopReport['parts'][number] }) {
  return (
    <li className="flex items-baseline gap-2 border-t border-line py-1.5">
      <StateMark tone={part.sent ? 'off' : 'danger'} size={10} />
      <div className="min-w-0 flex-1">
        <p>
          <code>{part.name}</code> <span className="text-quiet">{part.sent ? 'sent' : 'not sent'}</span>
        </p>
        <p className="text-sm break-words text-quiet">{part.answer}</p>
      </div>
    </li>
  );
}

function Report({ report }: { report: StopReport }) {
  const words = stopWords(report.result);
  return (
    <>
      <div className={`flex items-center gap-3 rounded-md p-3 ${TONE_SOFT[words.tone]}`}>
        <StateMark tone={words.tone} size={20} />
        <div>
          <p data-testid="stop-result" className={`text-lg font-semibold ${TONE_TEXT[words.tone]}`}>
            {words.title}
          </p>
          <p>{words.sentence}</p>
        </div>
      </div>
      {report.result === 'confirmed' ? null : <CopyField text={report.manual} label="command" />}
      <div>
        <p className="pb-2">
          <span className="text-quiet">State read afterwards, {clockText(report.at)}: </span>
          {report.stateRead}
        </p>
        <ul>
          {report.parts.map((part) => (
            <PartLine key={part.name} part={part} />
          ))}
        </ul>
      </div>
      {report.result === 'confirmed' ? (
        <details className="text-quiet">
          <summary>The same by hand</summary>
          <div className="pt-2">
            <CopyField text={report.manual} label="command" />
          </div>
        </details>
      ) : null}
    </>
  );
}

function Unanswered({ view }: { view: Extract<StopView, { phase: 'unanswered' }> }) {
  return (
    <>
      <div className={`flex items-center gap-3 rounded-md p-3 ${TONE_SOFT.danger}`}>
        <StateMark tone="danger" size={20} />
        <div>
          <p data-testid="stop-result" className="text-lg font-semibold text-danger">
            NOT CONFIRMED: no answer from the app
          </p>
          <p>{view.error.message} Trading may be going on. Stop it by hand now:</p>
        </div>
      </div>
      <CopyField text={view.manual} label="command" />
    </>
  );
}

/** How the last stop ended, until it is closed. */
export function StopPanel() {
  const app = useApp();
  const view = useUi((s) => s.stop);
  if (view === null) return null;
  const close = () => app.ui.store.setState({ stop: null });
  const again =
    view.phase !== 'sending' && (view.phase === 'unanswered' || view.report.result !== 'confirmed');
  return (
    <Overlay open onClose={close} title={`Stop trading on ${view.profile}`} testId="stop-panel">
      <div className="flex flex-col gap-4 px-5 pt-3 pb-4" aria-live="assertive">
        {view.phase === 'sending' ? (
          <div className={`flex items-center gap-3 rounded-md p-3 ${TONE_SOFT.working}`}>
            <StateMark tone="working" size={20} />
            <p>Sending the stop, then reading the state again…</p>
          </div>
        ) : null}
        {view.phase === 'reported' ? <Report report={view.report} /> : null}
        {view.phase === 'unanswered' ? <Unanswered view={view} /> : null}
        <div className="flex justify-end gap-2">
          {again ? (
            <Button look="danger" onClick={() => void sendStop(app, view.profile)}>
              Send again
            </Button>
          ) : null}
          <Button onClick={close}>Close</Button>
        </div>
      </div>
    </Overlay>
  );
}
