import { useEffect, useState } from 'react';
import type { ClientId, ClientPlan } from '../../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { useCall } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { DiffView } from '../../parts/diff-view.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { Note, Problem, Waiting } from '../../parts/panel.tsx';

export interface PlanAsked {
  client: ClientId;
  label: string;
  action: ClientPlan['action'];
}

const TITLE = { install: 'Set up', remove: 'Remove from', undo: 'Undo in' } as const;
const APPLY = { install: 'Write this change', remove: 'Remove the entry', undo: 'Restore' } as const;
const DONE = { install: 'Set up.', remove: 'Removed.', undo: 'Undone.' } as const;

type Phase =
  | { name: 'reading' }
  | { name: 'shown'; plan: ClientPlan }
  | { name: 'done'; plan: ClientPlan }
  | { name: 'failed'; error: ErrorShape };

function Files({ plan }: { plan: ClientPlan }) {
  return plan.files.map((file) => (
    <section key={file.path} aria-label={file.label} className="flex flex-col gap-1">
      <p>
        <span className="font-medium">{file.label}</span>{' '}
        <span className="text-quiet">
          {file.exists ? 'will be changed; a backup is kept' : 'will be created'}
        </span>
      </p>
      <code className="text-xs break-all text-quiet">{file.path}</code>
      {file.diff === '' ? (
        <p className="text-quiet">Nothing changes here.</p>
      ) : (
        <DiffView diff={file.diff} label={`Change to ${file.path}`} />
      )}
    </section>
  ));
}

function Shown({ plan, done }: { plan: ClientPlan; done: boolean }) {
  return (
    <>
      {plan.warnings.map((warning) => (
        <Note key={warning} tone="attention" title={warning} />
      ))}
      {done ? (
        <Note tone="live" title={DONE[plan.action]} testId="plan-done">
          {plan.action === 'install'
            ? 'Quit Claude Desktop from its tray icon and start it again to load the entry.'
            : undefined}
        </Note>
      ) : null}
      <Files plan={plan} />
      {plan.commandLine === null ? null : (
        <section aria-label="Command" className="flex flex-col gap-1">
          <p className="text-quiet">The client will start exactly this:</p>
          <CopyField text={plan.commandLine} label="command line" />
        </section>
      )}
    </>
  );
}

/** A change to another program's file: shown whole, then written as shown, with the way back. */
export function PlanView(props: {
  profile: string;
  asked: PlanAsked;
  onDone: (plan: ClientPlan) => void;
  onClose: () => void;
}) {
  const { profile, asked, onDone, onClose } = props;
  const call = useCall();
  const [phase, setPhase] = useState<Phase>({ name: 'reading' });
  const [action, setAction] = useState(asked.action);
  useEffect(() => {
    let current = true;
    setPhase({ name: 'reading' });
    void call((c) => c.clients.preview({ client: asked.client, profile, action })).then((read) => {
      if (current)
        setPhase(read.ok ? { name: 'shown', plan: read.value } : { name: 'failed', error: read.error });
    });
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [asked.client, profile, action]);

  const apply = async (plan: ClientPlan) => {
    const outcome = await call((c) =>
      c.clients.apply({ client: asked.client, profile, action: plan.action, token: plan.token }),
    );
    if (!outcome.ok) {
      setPhase({ name: 'failed', error: outcome.error });
      return;
    }
    setPhase({ name: 'done', plan: outcome.value });
    onDone(outcome.value);
  };
  const changes = phase.name === 'shown' && phase.plan.files.some((file) => file.diff !== '');
  return (
    <Overlay
      open
      onClose={onClose}
      title={`${TITLE[action]} ${asked.label}`}
      width="max-w-3xl"
      testId="client-plan"
    >
      <div className="flex flex-col gap-3 px-5 pt-3 pb-4" aria-live="polite">
        {phase.name === 'reading' ? <Waiting label="Reading the file…" /> : null}
        {phase.name === 'failed' ? <Problem error={phase.error} /> : null}
        {phase.name === 'shown' || phase.name === 'done' ? (
          <Shown plan={phase.plan} done={phase.name === 'done'} />
        ) : null}
        <div className="flex justify-end gap-2">
          {phase.name === 'done' && action !== 'undo' ? (
            <Button onClick={() => setAction('undo')}>Undo…</Button>
          ) : null}
          <Button onClick={onClose}>{phase.name === 'done' ? 'Close' : 'Cancel'}</Button>
          {phase.name === 'shown' ? (
            <Button
              look="primary"
              data-testid="plan-apply"
              disabled={!changes}
              onClick={() => void apply(phase.plan)}
            >
              {APPLY[action]}
            </Button>
          ) : null}
        </div>
      </div>
    </Overlay>
  );
}
