import { useState } from 'react';
import type { ToolEntry } from '../../../electron/contract/bridge.ts';
import { useAction, useProfile } from '../../api/app-context.tsx';
import type { Client } from '../../api/session.ts';
import { Button } from '../../parts/button.tsx';
import { Choice, Field } from '../../parts/field.tsx';
import { CLASS, decisionOf, WHY } from './decisions.ts';

type As = 'keep' | 'read' | 'stop' | 'start';
type Approval = Parameters<Client['tools']['approve']>[0];

/** The call that approves exactly the shown definition. */
function approval(profile: string, tool: ToolEntry, as: As, confirm: string): Approval {
  return {
    profile,
    tools: [{ name: tool.name, hash: tool.hash }],
    ...(as === 'keep' ? {} : { as }),
    ...(confirm === '' ? {} : { confirm }),
  };
}

function useDecide(tool: ToolEntry) {
  const act = useAction();
  const profile = useProfile((p) => p.profile.name) ?? '';
  return {
    profile,
    approve: (as: As, confirm: string, done: string) =>
      act((c) => c.tools.approve(approval(profile, tool, as, confirm)), done),
    block: () => act((c) => c.tools.block({ profile, tools: [tool.name] }), `Blocked ${tool.name}.`),
  };
}

/** For a definition that waits: what it shall count as, and the approval of exactly what is shown. */
function Approve({ tool }: { tool: ToolEntry }) {
  const { profile, approve, block } = useDecide(tool);
  const demo = useProfile((p) => p.profile.environment === 'demo') ?? false;
  const [as, setAs] = useState<As>('keep');
  const [confirm, setConfirm] = useState('');
  const mustType = (as === 'read' || as === 'stop') && !demo;
  return (
    <div className="flex flex-wrap items-start gap-3">
      <div className="w-64">
        <Choice label="Treat as" value={as} onChange={(event) => setAs(event.target.value as As)}>
          <option value="keep">What the app knows of it</option>
          <option value="start">Adds risk: ask each time</option>
          <option value="read">Only reads: never ask</option>
          <option value="stop">Reduces risk: never ask</option>
        </Choice>
      </div>
      {mustType ? (
        <div className="w-64">
          <Field
            label={`Type ${profile} to let it run without asking`}
            value={confirm}
            onChange={(event) => setConfirm(event.target.value)}
          />
        </div>
      ) : null}
      <div className="mt-5 flex gap-2">
        <Button
          look="primary"
          data-testid="tool-approve"
          disabled={mustType && confirm !== profile}
          onClick={() => void approve(as, mustType ? confirm : '', `Approved ${tool.name}.`)}
        >
          Approve this definition
        </Button>
        {tool.status === 'blocked' ? null : (
          <Button data-testid="tool-block" onClick={() => void block()}>
            Block
          </Button>
        )}
      </div>
    </div>
  );
}

/** One way to treat calls; the one that holds stands out, and pressing it changes nothing. */
function Way(props: { label: string; on: boolean; never?: string | undefined; onChoose: () => void }) {
  return (
    <Button
      small
      aria-pressed={props.on}
      className="aria-pressed:border-accent aria-pressed:bg-selected"
      disabled={props.never !== undefined}
      title={props.never}
      onClick={() => (props.on ? undefined : props.onChoose())}
    >
      {props.label}
    </Button>
  );
}

/** For a listed tool: never asks, asks, or is blocked. What makes it looser is typed. */
function Treatment({ tool }: { tool: ToolEntry }) {
  const { profile, approve, block } = useDecide(tool);
  const demo = useProfile((p) => p.profile.environment === 'demo') ?? false;
  const [confirm, setConfirm] = useState<string | null>(null);
  const now = decisionOf(tool);
  const loosen = () => void approve('read', demo ? '' : profile, `${tool.name} runs without asking.`);
  return (
    <div className="flex flex-col gap-2">
      <div role="group" aria-label={`Calls of ${tool.name}`} className="flex flex-wrap gap-2">
        <Way
          label="Allow"
          on={now === 'allow'}
          never={
            tool.why === 'table' && now !== 'allow'
              ? "The app's own table says that it adds risk; that is not loosened."
              : undefined
          }
          onChoose={() => (demo ? loosen() : setConfirm(''))}
        />
        <Way
          label="Ask each time"
          on={now === 'ask'}
          onChoose={() => void approve('start', '', `${tool.name} asks each time.`)}
        />
        <Button small data-testid="tool-block" onClick={() => void block()}>
          Block
        </Button>
      </div>
      {confirm === null ? null : (
        <form
          className="flex items-start gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (confirm !== profile) return;
            loosen();
            setConfirm(null);
          }}
        >
          <div className="w-72">
            <Field
              label={`Type ${profile} to let it run without asking`}
              value={confirm}
              onChange={(event) => setConfirm(event.target.value)}
            />
          </div>
          <Button type="submit" className="mt-5" disabled={confirm !== profile}>
            Allow
          </Button>
          <Button look="ghost" className="mt-5" onClick={() => setConfirm(null)}>
            Cancel
          </Button>
        </form>
      )}
    </div>
  );
}

/** What a call of the tool means here and why, and how to change that. */
export function DecisionPanel({ tool }: { tool: ToolEntry }) {
  return (
    <section aria-label="Treatment" className="flex flex-col gap-2">
      <p>
        {tool.status === 'listed' ? CLASS[tool.class] : `${CLASS[tool.class]}, once approved`}
        {tool.why === undefined ? null : <span className="text-quiet">, {WHY[tool.why]}</span>}
      </p>
      {tool.status === 'listed' ? <Treatment tool={tool} /> : <Approve tool={tool} />}
    </section>
  );
}
