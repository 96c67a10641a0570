import { useEffect, useState } from 'react';
import type { BridgeClient, ClientId, ClientPlan, ClientTarget } from '../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { Outcome } from '../api/app-context.tsx';
import { useCall, useMirror, useProfileName } from '../api/app-context.tsx';
import { Age } from '../parts/age.tsx';
import { Button } from '../parts/button.tsx';
import { Empty, Panel, Problem, Waiting } from '../parts/panel.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import type { PlanAsked } from './clients/client-plan.tsx';
import { PlanView } from './clients/client-plan.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { NoProfile } from './no-profile.tsx';

const NO_CLIENTS: Record<string, BridgeClient> = {};

function Connected({ profile }: { profile: string }) {
  const all = useMirror((s) => s.app?.clients ?? NO_CLIENTS);
  const clients = Object.values(all).filter((client) => client.profile === profile);
  return (
    <Panel title="Connected now" aside={clients.length === 0 ? undefined : `${clients.length}`}>
      {clients.length === 0 ? (
        <p className="py-1 text-quiet">
          No client is connected. Claude Desktop connects when it starts, once it is set up.
        </p>
      ) : (
        <ul>
          {clients.map((client) => (
            <li
              key={client.id}
              data-testid="client-row"
              className="flex h-8 items-center gap-3 border-line not-first:border-t"
            >
              <StateMark tone="live" />
              <span className="font-medium">
                <PlainText text={client.name} />
              </span>
              <span className="min-w-0 flex-1 truncate text-quiet">
                <PlainText text={client.version} /> over {client.transport}
                {client.pid === null ? '' : `, pid ${client.pid}`}
              </span>
              <span className="text-quiet">
                {client.calls} calls · active <Age at={client.lastAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function standing(
  target: ClientTarget,
  profile: string,
): { text: string; ours: boolean; tone: 'live' | 'attention' | 'off' } {
  const own = target.entries.filter((entry) => entry.profile === profile);
  if (own.some((entry) => entry.state === 'changed'))
    return { text: 'set up, but changed by somebody since', ours: true, tone: 'attention' };
  if (own.length > 0) return { text: `set up as “${own[0]?.key}”`, ours: true, tone: 'live' };
  return { text: target.found ? 'not set up' : 'not found on this computer', ours: false, tone: 'off' };
}

function TargetRow(props: { target: ClientTarget; profile: string; onPlan: (asked: PlanAsked) => void }) {
  const { target, profile, onPlan } = props;
  const { text, ours, tone } = standing(target, profile);
  const ask = (action: PlanAsked['action']) => onPlan({ client: target.client, label: target.label, action });
  return (
    <li className="border-line py-2 not-first:border-t" data-testid={`target-${target.client}`}>
      <div className="flex items-center gap-3">
        <StateMark tone={tone} />
        <span className="min-w-0 flex-1">
          <span className="font-medium">{target.label}</span> <span className="text-quiet">{text}</span>
          <code className="block truncate text-xs text-quiet" title={target.path}>
            {target.path}
          </code>
        </span>
        {ours ? (
          <>
            <Button small look="ghost" onClick={() => ask('undo')}>
              Undo…
            </Button>
            <Button small onClick={() => ask('remove')}>
              Remove…
            </Button>
          </>
        ) : null}
        <Button small look={ours || !target.found ? 'plain' : 'primary'} onClick={() => ask('install')}>
          {ours ? 'Set up again…' : 'Set up…'}
        </Button>
      </div>
      {target.problem === null ? null : (
        <div className="pt-2">
          <Problem error={target.problem} />
        </div>
      )}
      {target.others.length === 0 ? null : (
        <p className="pt-1 pl-6 text-sm text-quiet">Also there, not ours: {target.others.join(', ')}</p>
      )}
    </li>
  );
}

/** The targets as read from disk; read again when `version` changes. */
function useTargets(version: number): ClientTarget[] | ErrorShape | null {
  const call = useCall();
  const open = useMirror((s) => s.connection === 'open');
  const [read, setRead] = useState<Outcome<ClientTarget[]> | null>(null);
  useEffect(() => {
    let current = true;
    if (open) void call((c) => c.clients.list()).then((outcome) => (current ? setRead(outcome) : undefined));
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [open, version]);
  if (read === null) return null;
  return read.ok ? read.value : read.error;
}

const FIRST: readonly ClientId[] = ['claude-desktop', 'claude-code', 'cursor', 'vscode'];

/** Which programs use the bridge, and setting them up: preview, apply, undo. */
export function Clients() {
  const profile = useProfileName();
  const [version, setVersion] = useState(0);
  const [asked, setAsked] = useState<PlanAsked | null>(null);
  const targets = useTargets(version);
  if (profile === null) return <NoProfile />;
  const finish = (_plan: ClientPlan) => setVersion((old) => old + 1);
  return (
    <div className="flex min-h-full flex-col gap-3 p-4">
      <Connected profile={profile} />
      <Panel title={`Set up clients for ${profile}`}>
        {targets === null ? <Waiting label="Looking for clients on this computer…" lines={3} /> : null}
        {targets !== null && !Array.isArray(targets) ? <Problem error={targets} /> : null}
        {Array.isArray(targets) && targets.length === 0 ? (
          <Empty title="No client found on this computer" />
        ) : null}
        {Array.isArray(targets) ? (
          <ul>
            {targets
              .toSorted((a, b) => FIRST.indexOf(a.client) - FIRST.indexOf(b.client))
              .map((target) => (
                <TargetRow key={target.path} target={target} profile={profile} onPlan={setAsked} />
              ))}
          </ul>
        ) : null}
      </Panel>
      {asked === null ? null : (
        <PlanView
          key={`${asked.client}/${asked.action}`}
          profile={profile}
          asked={asked}
          onDone={finish}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
