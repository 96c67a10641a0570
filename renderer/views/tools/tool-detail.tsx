import { useState } from 'react';
import type { ToolEntry } from '../../../electron/contract/bridge.ts';
import type { Client } from '../../api/session.ts';
import { useAction, useProfile } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Choice, Field } from '../../parts/field.tsx';
import { Note } from '../../parts/panel.tsx';
import { CodeBlock, indented } from '../../parts/plain-text.tsx';

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

function Approve({ tool }: { tool: ToolEntry }) {
  const act = useAction();
  const profile = useProfile((p) => p.profile.name) ?? '';
  const demo = useProfile((p) => p.profile.environment === 'demo') ?? false;
  const [as, setAs] = useState<As>('keep');
  const [confirm, setConfirm] = useState('');
  const softens = as === 'read' || as === 'stop';
  const mustType = softens && !demo;
  return (
    <div className="flex flex-wrap items-end gap-3">
      {tool.status === 'listed' ? null : (
        <>
          <div className="w-64">
            <Choice
              label="Treat as"
              value={as}
              onChange={(event) => setAs(event.target.value as As)}
              className="mb-5"
            >
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
        </>
      )}
      <div className="flex gap-2 pb-5">
        {tool.status === 'listed' ? null : (
          <Button
            look="primary"
            data-testid="tool-approve"
            disabled={mustType && confirm !== profile}
            onClick={() =>
              void act(
                (c) => c.tools.approve(approval(profile, tool, as, mustType ? confirm : '')),
                `Approved ${tool.name}.`,
              )
            }
          >
            Approve this definition
          </Button>
        )}
        {tool.status === 'blocked' ? null : (
          <Button
            data-testid="tool-block"
            onClick={() =>
              void act((c) => c.tools.block({ profile, tools: [tool.name] }), `Blocked ${tool.name}.`)
            }
          >
            Block
          </Button>
        )}
      </div>
    </div>
  );
}

/** A tool's definition as the server sent it, beside the approved one where it changed, and the decision. */
export function ToolDetail({ tool }: { tool: ToolEntry }) {
  return (
    <div className="flex flex-col gap-3 bg-surface px-4 pt-3">
      {tool.status === 'changed' ? (
        <Note tone="attention" title="The server changed this definition after it was approved">
          Clients do not see it until you approve it again. A changed description can carry instructions for
          Claude.
        </Note>
      ) : null}
      <div className={`grid gap-3 ${tool.previous === null ? '' : 'grid-cols-2'}`}>
        {tool.previous === null ? null : (
          <section aria-label="Approved before">
            <h3 className="pb-1 text-sm text-quiet">Approved before</h3>
            <CodeBlock text={indented(tool.previous)} className="max-h-72" />
          </section>
        )}
        <section aria-label="Sent by the server now">
          <h3 className="pb-1 text-sm text-quiet">Sent by the server now</h3>
          <CodeBlock text={indented(tool.definition)} className="max-h-72" />
        </section>
      </div>
      {tool.alias === undefined ? null : (
        <p className="text-xs text-quiet">
          Clients see it as <code className="break-all">{tool.alias}</code>: they would not take its own name.
        </p>
      )}
      <p className="text-xs text-quiet">
        SHA-256 <code className="break-all">{tool.hash}</code>
      </p>
      <Approve tool={tool} />
    </div>
  );
}
