import { useEffect, useState } from 'react';
import type { ClientId, ClientPlan } from '../../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { BY_PROGRAM, quitWords } from '../../../electron/contract/present-clients.ts';
import { useCall, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { DiffView } from '../../parts/diff-view.tsx';
import { Overlay } from '../../parts/overlay.tsx';
import { Note, Problem, Waiting } from '../../parts/panel.tsx';

export interface PlanAsked {
  client: ClientId;
  label: string;
  action: ClientPlan['action'];
  /** Another profile than the one on screen: of an entry whose profile is gone. */
  profile?: string;
}

const TITLE = { install: 'Set up', remove: 'Remove from', undo: 'Undo in' } as const;
const APPLY = { install: 'Write this change', remove: 'Remove the entry', undo: 'Restore' } as const;
const DONE = { install: 'Set up.', remove: 'Removed.', undo: 'Undone.' } as const;

/** What a client still needs until it uses the new entry. */
const NEXT: Record<ClientId, string> = {
  'claude-desktop': 'Then start it again; the entry is checked after that.',
  'claude-code': 'Sessions that are started from now on have it.',
  cursor: 'Restart Cursor, or switch the server on in its settings.',
  vscode: 'VS Code asks before it starts the server for the first time.',
};

type Phase =
  | { name: 'reading' }
  | { name: 'shown'; plan: ClientPlan }
  | { name: 'done'; plan: ClientPlan }
  | { name: 'failed'; error: ErrorShape };

/** What becomes of a file, in words; a diff to no file takes it away. */
function fate({ exists, diff }: ClientPlan['files'][number], done: boolean): string {
  const verb = done ? 'was' : 'will be';
  if (!exists) return `${verb} created`;
  return /^\+\+\+ \(no file\)$/m.test(diff) ? `${verb} removed` : `${verb} changed; a backup is kept`;
}

function Files({ plan, done }: { plan: ClientPlan; done: boolean }) {
  return plan.files.map((file) => (
    <section key={file.path} aria-label={file.label} className="flex flex-col gap-1">
      <p>
        <span className="font-medium">{file.label}</span>{' '}
        <span className="text-quiet">{fate(file, done)}</span>
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
  const platform = useMirror((s) => s.app?.app.platform ?? '');
  const quit = plan.client === 'claude-desktop' ? `${quitWords(platform)} ` : '';
  return (
    <>
      {done ? (
        <Note tone="live" title={DONE[plan.action]} testId="plan-done">
          {plan.action === 'install' ? `${quit}${NEXT[plan.client]}` : undefined}
        </Note>
      ) : null}
      {plan.warnings.map((warning) => (
        <Note key={warning} tone={plan.movedOn ? 'danger' : 'attention'} title={warning} />
      ))}
      <Files plan={plan} done={done} />
      {plan.runs.length === 0 ? null : (
        <section aria-label="How" className="flex flex-col gap-1">
          <p className="text-quiet">{BY_PROGRAM}</p>
          {plan.runs.map((run) => (
            <CopyField key={run} text={run} label="command" />
          ))}
        </section>
      )}
      {plan.commandLine === null ? null : (
        <section aria-label="Command" className="flex flex-col gap-1">
          <p className="text-quiet">The client will start exactly this:</p>
          <CopyField text={plan.commandLine} label="command line" />
        </section>
      )}
    </>
  );
}

/** Reads what would change, again whenever what is asked for does, and in every new round. */
function usePlan(
  profile: string,
  asked: PlanAsked,
  action: PlanAsked['action'],
  despiteChanges: boolean,
  round: number,
): [Phase, (next: Phase) => void] {
  const call = useCall();
  const [phase, setPhase] = useState<Phase>({ name: 'reading' });
  useEffect(() => {
    let current = true;
    setPhase({ name: 'reading' });
    const { client } = asked;
    void call((c) => c.clients.preview({ client, profile, action, despiteChanges })).then((read) => {
      if (current)
        setPhase(read.ok ? { name: 'shown', plan: read.value } : { name: 'failed', error: read.error });
    });
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [asked.client, profile, action, despiteChanges, round]);
  return [phase, setPhase];
}

/** What is lost by it has been seen: without this tick nothing is restored over the changes of others. */
function Agree({ agreed, onChange }: { agreed: boolean; onChange: (agreed: boolean) => void }) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        data-testid="plan-agree"
        checked={agreed}
        onChange={(event) => onChange(event.target.checked)}
      />
      Restore it all the same, and take away what was changed since
    </label>
  );
}

function Buttons(props: {
  phase: Phase;
  action: PlanAsked['action'];
  agreed: boolean;
  despiteChanges: boolean;
  onClose: () => void;
  onUndo: () => void;
  onDespite: () => void;
  onAgain: () => void;
  onApply: (plan: ClientPlan) => void;
}) {
  const { phase, action } = props;
  const done = phase.name === 'done';
  const movedOn =
    phase.name === 'failed' && action === 'undo' && phase.error.code === 'CLIENT_CONFIG_CHANGED';
  return (
    <div className="flex justify-end gap-2">
      {movedOn && !props.despiteChanges ? (
        <Button onClick={props.onDespite}>Show what would go…</Button>
      ) : null}
      {done && action !== 'undo' ? <Button onClick={props.onUndo}>Undo…</Button> : null}
      <Button onClick={props.onClose}>{done ? 'Close' : 'Cancel'}</Button>
      {phase.name === 'failed' && !movedOn ? (
        <Button look="primary" data-testid="plan-again" onClick={props.onAgain}>
          Look again
        </Button>
      ) : null}
      {phase.name === 'shown' ? (
        <Button
          look={phase.plan.movedOn ? 'danger-fill' : 'primary'}
          data-testid="plan-apply"
          disabled={
            phase.plan.files.every((file) => file.diff === '') || (phase.plan.movedOn && !props.agreed)
          }
          onClick={() => props.onApply(phase.plan)}
        >
          {APPLY[action]}
        </Button>
      ) : null}
    </div>
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
  const [action, setAction] = useState(asked.action);
  const [despiteChanges, setDespiteChanges] = useState(false);
  const [agreed, setAgreed] = useState(false);
  const [round, setRound] = useState(0);
  const [phase, setPhase] = usePlan(profile, asked, action, despiteChanges, round);

  const apply = async (plan: ClientPlan) => {
    const { client, token } = plan;
    const outcome = await call((c) =>
      c.clients.apply({ client, profile, action: plan.action, token, despiteChanges }),
    );
    if (!outcome.ok) {
      setPhase({ name: 'failed', error: outcome.error });
      return;
    }
    setPhase({ name: 'done', plan: outcome.value });
    onDone(outcome.value);
  };
  return (
    <Overlay
      open
      onClose={onClose}
      title={`${TITLE[action]} ${asked.label}`}
      width="max-w-3xl"
      contained
      testId="client-plan"
    >
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-3" aria-live="polite">
        {phase.name === 'reading' ? <Waiting label="Reading the file…" /> : null}
        {phase.name === 'failed' ? <Problem error={phase.error} /> : null}
        {phase.name === 'shown' || phase.name === 'done' ? (
          <Shown plan={phase.plan} done={phase.name === 'done'} />
        ) : null}
        {phase.name === 'shown' && phase.plan.movedOn ? <Agree agreed={agreed} onChange={setAgreed} /> : null}
      </div>
      <footer className="border-t border-line px-5 py-3">
        <Buttons
          phase={phase}
          action={action}
          agreed={agreed}
          despiteChanges={despiteChanges}
          onClose={onClose}
          onUndo={() => setAction('undo')}
          onDespite={() => setDespiteChanges(true)}
          onAgain={() => setRound(round + 1)}
          onApply={(plan) => void apply(plan)}
        />
      </footer>
    </Overlay>
  );
}
