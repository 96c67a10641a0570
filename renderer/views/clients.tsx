import { useState } from 'react';
import type { ClientId, ClientTarget } from '../../electron/contract/bridge.ts';
import { useProfileName } from '../api/app-context.tsx';
import { FormPage } from '../parts/form-page.tsx';
import { useAsked } from '../api/asked.ts';
import { Panel, Problem, Waiting } from '../parts/panel.tsx';
import { BundlePanel } from './clients/bundle-panel.tsx';
import type { PlanAsked } from './clients/client-plan.tsx';
import { PlanView } from './clients/client-plan.tsx';
import { Connected } from './clients/connected.tsx';
import { AbsentCard, TargetCard } from './clients/target-card.tsx';
import { useTargets } from './clients/use-targets.ts';
import { NoProfile } from './no-profile.tsx';

const FIRST: readonly ClientId[] = ['claude-desktop', 'claude-code', 'cursor', 'vscode'];

/** Claude Desktop is worth preparing before it is installed; of the others an absent one is only named. */
const isShown = (target: ClientTarget) =>
  target.found || target.client === 'claude-desktop' || target.problem !== null || target.entries.length > 0;

function Targets(props: { targets: ClientTarget[]; profile: string; onPlan: (asked: PlanAsked) => void }) {
  const { targets, profile, onPlan } = props;
  const sorted = targets.toSorted((a, b) => FIRST.indexOf(a.client) - FIRST.indexOf(b.client));
  return (
    <ul>
      {sorted.filter(isShown).map((target) => (
        <TargetCard key={target.path} target={target} profile={profile} onPlan={onPlan} />
      ))}
      {sorted
        .filter((target) => !isShown(target))
        .map((target) => (
          <AbsentCard key={target.path} target={target} />
        ))}
    </ul>
  );
}

/** Which programs use the bridge, and setting them up: preview, apply, repair, undo. */
export function Clients() {
  const profile = useProfileName();
  const [version, setVersion] = useState(0);
  const [asked, setAsked] = useState<PlanAsked | null>(null);
  const targets = useTargets(version);
  useAsked('client-plan', ({ client, label, action }) => setAsked({ client, label, action }));
  if (profile === null) return <NoProfile />;
  return (
    <FormPage>
      <Connected profile={profile} />
      <Panel title={`Set up for ${profile}`} flush>
        {targets === null ? (
          <div className="px-4 pb-3">
            <Waiting label="Looking for clients on this computer…" lines={3} />
          </div>
        ) : null}
        {targets !== null && !Array.isArray(targets) ? (
          <div className="px-4 pb-3">
            <Problem error={targets} />
          </div>
        ) : null}
        {Array.isArray(targets) ? <Targets targets={targets} profile={profile} onPlan={setAsked} /> : null}
      </Panel>
      <BundlePanel key={profile} profile={profile} />
      {asked === null ? null : (
        <PlanView
          key={`${asked.client}/${asked.action}/${asked.profile ?? ''}`}
          profile={asked.profile ?? profile}
          asked={asked}
          onDone={() => setVersion((old) => old + 1)}
          onClose={() => setAsked(null)}
        />
      )}
    </FormPage>
  );
}
