import { useState } from 'react';
import type { Profile } from '../../../electron/contract/profile.ts';
import { useAction } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';

/** Removing a profile asks for its name, since its secrets go with it. */
export function RemoveProfile({ profile }: { profile: Profile }) {
  const act = useAction();
  const [asked, setAsked] = useState(false);
  const [typed, setTyped] = useState('');
  if (!asked) {
    return (
      <div>
        <Button look="ghost" onClick={() => setAsked(true)}>
          Remove this profile…
        </Button>
      </div>
    );
  }
  return (
    <form
      className="flex items-end gap-3 rounded-md border border-line bg-raised px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        void act((c) => c.profiles.remove({ profile: profile.name }), `Removed ${profile.name}.`);
      }}
    >
      <div className="w-72">
        <Field
          label={`Type ${profile.name} to remove it`}
          hint="Its secrets go too; the droplet is not touched."
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <div className="flex gap-2 pb-5">
        <Button type="submit" look="danger" disabled={typed !== profile.name}>
          Remove
        </Button>
        <Button onClick={() => setAsked(false)}>Keep</Button>
      </div>
    </form>
  );
}
