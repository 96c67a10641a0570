import { useEffect, useRef, useState } from 'react';
import type { ClientTarget } from '../../../electron/contract/bridge.ts';
import { clientsWith, removeEntryCommand } from '../../../electron/contract/present-clients.ts';
import type { Profile } from '../../../electron/contract/profile.ts';
import { useAction } from '../../api/app-context.tsx';
import { useAsked } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import type { PlanAsked } from '../clients/client-plan.tsx';
import { PlanView } from '../clients/client-plan.tsx';
import { useTargets } from '../clients/use-targets.ts';

function Left(props: { profile: string; left: readonly ClientTarget[]; onPlan: (asked: PlanAsked) => void }) {
  const { profile, left, onPlan } = props;
  if (left.length === 0) return null;
  return (
    <section aria-label="Entries in clients" data-testid="left-entries" className="flex flex-col gap-1">
      <p>
        Clients that still start the bridge for {profile}; removing the profile does not change their files.
      </p>
      <ul>
        {left.map(({ client, label }) => (
          <li key={client} className="flex items-center gap-3 border-line py-1.5 not-first:border-t">
            <span className="w-36 shrink-0 font-medium">{label}</span>
            <div className="min-w-0 flex-1">
              <CopyField text={removeEntryCommand(client, profile)} label="command" />
            </div>
            <Button small onClick={() => onPlan({ client, label, action: 'remove' })}>
              Remove entry…
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What was done, and what of it still stands in other programs' files. */
function doneText(profile: string, left: readonly ClientTarget[]): string {
  if (left.length === 0) return `Removed ${profile}.`;
  const commands = left.map(({ client }) => removeEntryCommand(client, profile)).join(' · ');
  return `Removed ${profile}. Its entry still stands in ${left.map(({ label }) => label).join(', ')}: ${commands}`;
}

/** Asks for the name; what stays behind in clients is told first, with the way to take it out. */
function Question({ profile, onKeep }: { profile: string; onKeep: () => void }) {
  const act = useAction();
  const [typed, setTyped] = useState('');
  const [version, setVersion] = useState(0);
  const [asked, setAsked] = useState<PlanAsked | null>(null);
  const targets = useTargets(version);
  const left = Array.isArray(targets) ? clientsWith(profile, targets) : [];
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // newer browsers answer with a promise, which is nothing to clean up with
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div ref={box} className="flex flex-col gap-3 rounded-md border border-line bg-raised px-4 py-3">
      <Left profile={profile} left={left} onPlan={setAsked} />
      <form
        className="flex items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void act((c) => c.profiles.remove({ profile }), doneText(profile, left));
        }}
      >
        <div className="w-72">
          <Field
            label={`Type ${profile} to remove it`}
            hint="Its secrets go too; the droplet is not touched."
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <div className="flex gap-2 pb-5">
          <Button type="submit" look="danger" disabled={typed !== profile}>
            Remove
          </Button>
          <Button onClick={onKeep}>Keep</Button>
        </div>
      </form>
      {asked === null ? null : (
        <PlanView
          key={asked.client}
          profile={profile}
          asked={asked}
          onDone={() => setVersion((old) => old + 1)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

/** Removing a profile asks for its name, since its secrets go with it. */
export function RemoveProfile({ profile }: { profile: Profile }) {
  const [open, setOpen] = useState(false);
  useAsked('profile-remove', () => setOpen(true));
  if (open) return <Question profile={profile.name} onKeep={() => setOpen(false)} />;
  return (
    <div>
      <Button look="ghost" onClick={() => setOpen(true)}>
        Remove this profile…
      </Button>
    </div>
  );
}
