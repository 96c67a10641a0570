import { useRef, useState } from 'react';
import type { CloseReport } from '../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import { closeAllTool } from '../../electron/contract/stop.ts';
import { useApp, useCall, useMirror, useUi } from '../api/app-context.tsx';
import { Age } from './age.tsx';
import { Button } from './button.tsx';
import { EnvironmentBadge, MEANING } from './environment-badge.tsx';
import { HoldButton } from './hold-button.tsx';
import { Overlay } from './overlay.tsx';
import { Note, Problem } from './panel.tsx';
import { PlainText } from './plain-text.tsx';
import { ResultBand } from './result-band.tsx';
import { closeWords } from './stop-words.ts';

type Step =
  | { phase: 'asking' }
  | { phase: 'sending' }
  | { phase: 'ended'; report: CloseReport }
  | { phase: 'failed'; error: ErrorShape };

function useProfileNamed(name: string) {
  return useMirror((s) => s.app?.profiles[name]);
}

/** What would be sold, as far as it is known. */
function Open({ profile }: { profile: string }) {
  const positions = useProfileNamed(profile)?.trading.positions;
  if (positions === undefined) return null;
  if (positions.state === 'unknown')
    return (
      <Note tone="unknown" title="How many positions are open is not known">
        {positions.reason}
      </Note>
    );
  const { rows } = positions.value;
  return (
    <p>
      <strong className="font-semibold">{rows.length}</strong> open{' '}
      {rows.length === 1 ? 'position' : 'positions'}
      {rows.length > 0
        ? `: ${rows
            .map((row) => row.symbol)
            .slice(0, 12)
            .join(', ')}`
        : ''}
      {rows.length > 12 ? ` and ${rows.length - 12} more` : ''}{' '}
      <span className="text-quiet">
        (read <Age at={positions.receivedAt} />)
      </span>
    </p>
  );
}

function Ask({ profile, onHeld, close }: { profile: string; onHeld: () => void; close: () => void }) {
  const state = useProfileNamed(profile);
  const tool = state && closeAllTool(state.profile.preset, state.catalogue.tools);
  if (state === undefined || tool === undefined)
    return (
      <>
        <Note tone="unknown" title={`${profile} has no approved tool that closes every position`}>
          Close them at your broker, or approve the tool under Connections, Tools.
        </Note>
        <div className="flex justify-end">
          <Button onClick={close}>Close</Button>
        </div>
      </>
    );
  return (
    <>
      <p className="flex items-center gap-2">
        <EnvironmentBadge environment={state.profile.environment} />
        <span className="font-medium">{profile}</span>
        <span className="text-quiet">{MEANING[state.profile.environment]}</span>
      </p>
      <p>
        This sells every open position at the market, now. It is not the emergency stop: that one stops new
        trades and leaves positions open.
      </p>
      <Open profile={profile} />
      <p className="text-sm text-quiet">
        Sent as <code>{tool.name}</code> <code>{tool.args}</code>, once, and recorded. Then the positions are
        read again.
      </p>
      <div className="flex items-center justify-between gap-2">
        <Button onClick={close} data-testid="close-all-cancel">
          Cancel
        </Button>
        <HoldButton onHeld={onHeld}>Hold for 2 seconds to close everything</HoldButton>
      </div>
      <p className="text-right text-xs text-quiet">With the keyboard: hold Space or Enter on it.</p>
    </>
  );
}

function Ended({ report, close }: { report: CloseReport; close: () => void }) {
  return (
    <>
      <ResultBand {...closeWords(report)} testId="close-all-result" />
      <p>{report.stateRead}</p>
      <p className="text-sm break-words text-quiet">
        <code>{report.tool}</code> answered: <PlainText text={report.answer} />
      </p>
      <div className="flex justify-end">
        <Button onClick={close}>Close</Button>
      </div>
    </>
  );
}

function Dialog({ profile }: { profile: string }) {
  const { ui } = useApp();
  const call = useCall();
  const [step, setStep] = useState<Step>({ phase: 'asking' });
  const start = useRef<HTMLDivElement>(null);
  const close = () => ui.store.setState({ closing: null });
  const send = async () => {
    setStep({ phase: 'sending' });
    const ended = await call((client) => client.trading.closeAll({ profile, confirm: profile }));
    setStep(ended.ok ? { phase: 'ended', report: ended.value } : { phase: 'failed', error: ended.error });
  };
  return (
    <Overlay
      open
      keepOnPress
      role="alertdialog"
      initialFocus={start}
      onClose={() => (step.phase === 'sending' ? undefined : close())}
      title={`Close everything on ${profile}`}
      testId="close-all"
    >
      <div
        ref={start}
        tabIndex={-1}
        className="flex flex-col gap-3 px-5 pt-3 pb-4 outline-none"
        aria-live="assertive"
      >
        {step.phase === 'asking' ? <Ask profile={profile} onHeld={() => void send()} close={close} /> : null}
        {step.phase === 'sending' ? (
          <ResultBand
            tone="working"
            sentence="Sent; waiting for the answer, then reading the positions again…"
          />
        ) : null}
        {step.phase === 'ended' ? <Ended report={step.report} close={close} /> : null}
        {step.phase === 'failed' ? (
          <>
            <Problem error={step.error} />
            <div className="flex justify-end">
              <Button onClick={close}>Close</Button>
            </div>
          </>
        ) : null}
      </div>
    </Overlay>
  );
}

/** The question before every position is sold, and how it ended. */
export function CloseEverything() {
  const profile = useUi((s) => s.closing);
  return profile === null ? null : <Dialog key={profile} profile={profile} />;
}

/** Whether this profile's back end can be told to close everything. */
export function useCanCloseAll(profile: string | null): boolean {
  return useMirror((s) => {
    const state = profile === null ? undefined : s.app?.profiles[profile];
    return state !== undefined && closeAllTool(state.profile.preset, state.catalogue.tools) !== undefined;
  });
}
