import { useState } from 'react';
import type { ClientTarget } from '../../../electron/contract/bridge.ts';
import { quitWords } from '../../../electron/contract/present-clients.ts';
import { useApp, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/panel.tsx';
import { PlanView } from '../clients/client-plan.tsx';
import { useTargets } from '../clients/use-targets.ts';
import { claudeOf } from './checks.ts';

/** Claude Desktop as it is on disk, read again when `version` changes; null while it is read. */
export function useClaude(version: number): ClientTarget | null | undefined {
  const targets = useTargets(version);
  return claudeOf(Array.isArray(targets) ? targets : null);
}

/** The last step: the change to Claude's file, shown whole before it is written. */
export function ClaudeStep(props: {
  profile: string;
  target: ClientTarget | null | undefined;
  done: boolean;
  connected: boolean;
  onChanged: () => void;
}) {
  const { profile, target, done, connected, onChanged } = props;
  const { ui } = useApp();
  const platform = useMirror((s) => s.app?.app.platform ?? '');
  const [asked, setAsked] = useState(false);
  if (connected) return null;
  if (target === null) return null;
  const label = target?.label ?? 'Claude Desktop';
  return (
    <div className="flex flex-col gap-2">
      <p className="text-quiet">
        {done
          ? `${quitWords(platform)} Then start it again; this line says when it has connected.`
          : 'One entry goes into its configuration. You see the exact change before it is written, and can undo it.'}
      </p>
      {target?.problem ? <Problem error={target.problem} tone="attention" /> : null}
      <div className="flex gap-2">
        {done ? null : (
          <Button look="primary" data-testid="setup-claude" onClick={() => setAsked(true)}>
            Set up {label}…
          </Button>
        )}
        <Button
          look="ghost"
          className={done ? '-ml-3' : ''}
          onClick={() => ui.go({ page: 'clients', profile })}
        >
          Other programs…
        </Button>
      </div>
      {asked ? (
        <PlanView
          profile={profile}
          asked={{ client: 'claude-desktop', label, action: 'install' }}
          onDone={onChanged}
          onClose={() => setAsked(false)}
        />
      ) : null}
    </div>
  );
}
