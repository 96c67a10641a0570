import type { StopReport } from '../../electron/contract/bridge.ts';
import { useApp, useMirror, useNow, useUi } from '../api/app-context.tsx';
import { sendStop } from '../api/stop.ts';
import type { StopView } from '../api/ui-store.ts';
import { Button } from './button.tsx';
import { CopyField } from './copy.tsx';
import { Overlay } from './overlay.tsx';
import { PlainText } from './plain-text.tsx';
import { ResultBand } from './result-band.tsx';
import { StateMark, TONE_SOFT, TONE_TEXT } from './state-mark.tsx';
import { stopWords } from './stop-words.ts';
import { clockText, momentText } from './time-text.ts';

function PartLine({ part }: { part: StopReport['parts'][number] }) {
  return (
    <li className="flex items-baseline gap-2 border-t border-line py-1.5">
      <StateMark tone={part.sent ? 'off' : 'danger'} size={10} />
      <div className="min-w-0 flex-1">
        <p>
          <code>{part.name}</code> <span className="text-quiet">{part.sent ? 'sent' : 'not sent'}</span>
        </p>
        <p className="text-sm break-words text-quiet">
          <PlainText text={part.answer} />
        </p>
      </div>
    </li>
  );
}

function Report({ report }: { report: StopReport }) {
  return (
    <>
      <ResultBand {...stopWords(report)} testId="stop-result" />
      {report.result === 'confirmed' ? null : (
        <div className="flex flex-col gap-1">
          <p>To be sure, stop it by hand:</p>
          <CopyField text={report.manual} label="command" />
        </div>
      )}
      <div>
        <p className="pb-2">
          <span className="text-quiet">State read afterwards, {clockText(report.at)}: </span>
          <PlainText text={report.stateRead} />
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

function Sending({ view }: { view: Extract<StopView, { phase: 'sending' }> }) {
  return (
    <>
      <ResultBand
        tone="working"
        sentence={`Pressed at ${clockText(view.at)}; being sent, then the state is read again. Not confirmed yet.`}
      />
      <details className="text-quiet">
        <summary>The same by hand</summary>
        <div className="pt-2">
          <CopyField text={view.manual} label="command" />
        </div>
      </details>
    </>
  );
}

function Unanswered({ view }: { view: Extract<StopView, { phase: 'unanswered' }> }) {
  return (
    <>
      <ResultBand
        tone="danger"
        title="NOT CONFIRMED: no answer from the app"
        sentence={`${view.error.message} Trading may be going on. Stop it by hand now:`}
        testId="stop-result"
      />
      <CopyField text={view.manual} label="command" />
    </>
  );
}

/** How the last stop ended, until it is closed. */
export function StopPanel() {
  const app = useApp();
  const view = useUi((s) => s.stop);
  if (view === null) return null;
  const close = () => {
    if (view.phase === 'reported') app.ui.readStop(view.profile, view.report.at);
    app.ui.store.setState({ stop: null });
  };
  const again = view.phase !== 'reported' || view.report.result !== 'confirmed';
  return (
    <Overlay open onClose={close} title={`Stop trading on ${view.profile}`} testId="stop-panel">
      <div className="flex flex-col gap-4 px-5 pt-3 pb-4" aria-live="assertive">
        {view.phase === 'sending' ? <Sending view={view} /> : null}
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

const NO_STOPS: readonly StopReport[] = [];

/** The newest stop of each profile, as one list that keeps its identity while nothing changes. */
function useUnread(): readonly StopReport[] {
  const read = useUi((s) => s.stopRead);
  const onScreen = useUi((s) => s.stop?.profile);
  const profiles = useMirror((s) => s.app?.profiles);
  if (profiles === undefined) return NO_STOPS;
  return Object.values(profiles).flatMap(({ lastStop }) =>
    lastStop === null || lastStop.profile === onScreen || (read[lastStop.profile] ?? 0) >= lastStop.at
      ? []
      : [lastStop],
  );
}

function Unread({ report }: { report: StopReport }) {
  const { ui } = useApp();
  const now = useNow();
  const { tone, title } = stopWords(report);
  const { profile, at } = report;
  return (
    <div
      data-testid="stop-strip"
      className={`flex items-center gap-3 border-b border-line px-4 py-2 ${TONE_SOFT[tone]}`}
    >
      <StateMark tone={tone} />
      <p className="min-w-0 flex-1">
        Stop on {profile}: <strong className={`font-semibold ${TONE_TEXT[tone]}`}>{title}</strong>{' '}
        <span className="text-quiet">{momentText(at, now)}</span>
      </p>
      <Button small onClick={() => ui.store.setState({ stop: { phase: 'reported', profile, report } })}>
        Show
      </Button>
      <Button small look="ghost" onClick={() => ui.readStop(profile, at)}>
        Mark as read
      </Button>
    </div>
  );
}

/** A stop whose end nobody has read yet, wherever it was sent from: it stays until it is read, over a reload too. */
export function StopStrip() {
  return (
    <div role="alert">
      {useUnread().map((report) => (
        <Unread key={report.profile} report={report} />
      ))}
    </div>
  );
}
