import type { ClientTarget } from '../../../electron/contract/bridge.ts';
import type { ClientCheck } from '../../../electron/contract/clients.ts';
import { presentCheck } from '../../../electron/contract/present-clients.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { useMirror } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/panel.tsx';
import { StateMark, StateWord } from '../../parts/state-mark.tsx';
import { CheckNote } from './check-note.tsx';
import type { PlanAsked } from './client-plan.tsx';
import { EntryList } from './entry-list.tsx';

const NO_CHECKS: Record<string, ClientCheck> = {};

/** Where the profile stands with one file of a client, in a word. */
function standing(
  target: ClientTarget,
  profile: string,
  check: ClientCheck | undefined,
  platform: string,
): { label: string; tone: Tone } {
  if (check !== undefined) return presentCheck(check, platform);
  const own = target.entries.find((entry) => entry.profile === profile);
  if (own === undefined) return { label: target.found ? 'Not set up' : 'Not found', tone: 'off' };
  return own.state === 'ours'
    ? { label: 'Set up', tone: 'live' }
    : { label: 'Not as it was written', tone: 'attention' };
}

function Actions(props: {
  target: ClientTarget;
  profile: string;
  ours: boolean;
  /** A repair is offered, which is then the one thing to press. */
  repair: boolean;
  ask: (action: PlanAsked['action']) => void;
}) {
  const { target, profile, ours, repair, ask } = props;
  const last = target.lastChange;
  return (
    <div className="flex shrink-0 gap-2">
      {last === null ? null : (
        <Button small look="ghost" onClick={() => ask('undo')}>
          {last.profile === profile ? 'Undo…' : `Undo ${last.profile}…`}
        </Button>
      )}
      {ours ? (
        <Button small onClick={() => ask('remove')}>
          Remove…
        </Button>
      ) : null}
      <Button
        small
        look={ours || repair || !target.found ? 'plain' : 'primary'}
        disabled={target.problem !== null}
        onClick={() => ask('install')}
      >
        {ours ? 'Set up again…' : 'Set up…'}
      </Button>
    </div>
  );
}

/** One file of a client: whether it is there, what stands in it, how our entry fares, and what can be done. */
export function TargetCard(props: {
  target: ClientTarget;
  profile: string;
  onPlan: (asked: PlanAsked) => void;
}) {
  const { target, profile, onPlan } = props;
  const checks = useMirror((s) => s.app?.clientChecks ?? NO_CHECKS);
  const platform = useMirror((s) => s.app?.app.platform ?? '');
  const check = Object.values(checks).find(
    (each) => each.client === target.client && each.path === target.path && each.profile === profile,
  );
  const { tone, label } = standing(target, profile, check, platform);
  const ours = target.entries.some((entry) => entry.profile === profile && entry.state !== 'replaced');
  const ask = (action: PlanAsked['action']) => onPlan({ client: target.client, label: target.label, action });
  return (
    <li
      className="flex flex-col gap-2 border-line px-4 py-3 not-first:border-t"
      data-testid={`target-${target.client}`}
    >
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h3 className="flex flex-wrap items-center gap-x-3 text-base font-medium">
            {target.label} <StateWord tone={tone} label={label} data-testid="target-state" />
            {check === undefined || check.state === 'ok' ? null : (
              <span className="text-sm font-normal text-quiet">
                <Age at={check.since} before="for " after="" />
              </span>
            )}
            {target.running === true ? (
              <span className="inline-flex items-center gap-1.5 text-sm font-normal text-quiet">
                <StateMark tone="unknown" size={10} />
                running
              </span>
            ) : null}
          </h3>
          <code className="block text-xs break-all text-quiet">{target.path}</code>
          {target.program === null ? null : (
            <p className="text-xs text-quiet">
              Changed through its own program, <code className="break-all">{target.program}</code>
            </p>
          )}
        </div>
        <Actions
          target={target}
          profile={profile}
          ours={ours}
          repair={check !== undefined && check.state !== 'ok'}
          ask={ask}
        />
      </div>
      {check === undefined ? null : <CheckNote check={check} onLook={() => ask('install')} />}
      {target.problem === null ? null : <Problem error={target.problem} />}
      <EntryList
        target={target}
        profile={profile}
        onRemove={(of) =>
          onPlan({ client: target.client, label: target.label, action: 'remove', profile: of })
        }
      />
    </li>
  );
}

/** Clients that are not on this computer, in one line each. */
export function AbsentCard({ target }: { target: ClientTarget }) {
  return (
    <li
      className="flex min-h-8 items-center gap-3 border-line px-4 py-1 not-first:border-t"
      data-testid={`target-${target.client}`}
    >
      <span className="shrink-0 text-quiet">{target.label}</span>
      <StateWord tone="off" label="Not found" />
      <span className="min-w-0 flex-1 truncate text-sm text-quiet">
        it would keep its servers in <code className="text-xs">{target.path}</code>
      </span>
    </li>
  );
}
