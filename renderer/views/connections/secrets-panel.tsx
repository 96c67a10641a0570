import { useState } from 'react';
import type { Profile, SecretKind } from '../../../electron/contract/profile.ts';
import { useAction, useMirror, useProfile } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Panel } from '../../parts/panel.tsx';
import { StateMark } from '../../parts/state-mark.tsx';

const LABEL: Record<SecretKind, string> = {
  'api-key': 'API key',
  password: 'Password',
  passphrase: 'Passphrase',
};

/** The secrets that this profile's links could use. */
function kindsOf(profile: Profile): SecretKind[] {
  const kinds = profile.links.flatMap((link): SecretKind[] => {
    if (link.kind === 'https') return link.apiKeyHeader === undefined ? [] : ['api-key'];
    if (link.kind !== 'ssh') return [];
    return link.auth.flatMap((auth) =>
      auth.kind === 'key' ? ['passphrase' as const] : auth.kind === 'password' ? ['password' as const] : [],
    );
  });
  return [...new Set(kinds)];
}

function SecretRow({ profile, kind, set }: { profile: string; kind: SecretKind; set: boolean }) {
  const act = useAction();
  const [value, setValue] = useState<string | null>(null);
  const save = async () => {
    if (value === null || value === '') return;
    const ok = await act((c) => c.profiles.setSecret({ profile, kind, value }), `${LABEL[kind]} saved.`);
    if (ok) setValue(null);
  };
  return (
    <form
      className="flex h-9 items-center gap-3 border-line not-first:border-t"
      data-testid={`secret-${kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <span className="w-24 shrink-0 font-medium">{LABEL[kind]}</span>
      {value === null ? (
        <>
          <span className="flex flex-1 items-center gap-1.5 text-quiet">
            <StateMark tone={set ? 'live' : 'off'} />
            {set ? 'set' : 'not set'}
          </span>
          <Button small onClick={() => setValue('')}>
            {set ? 'Replace' : 'Set'}
          </Button>
        </>
      ) : (
        <>
          <input
            type="password"
            aria-label={LABEL[kind]}
            autoComplete="new-password"
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the field replaces the button that was pressed
            autoFocus
            value={value}
            onChange={(event) => setValue(event.target.value)}
            className="h-6 min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2"
          />
          <Button small type="submit" look="primary" disabled={value === ''}>
            Save
          </Button>
          <Button small onClick={() => setValue(null)}>
            Cancel
          </Button>
        </>
      )}
    </form>
  );
}

const NONE: readonly string[] = [];

/** Which secrets are there, and fields that only write. Values never come back to the page. */
export function SecretsPanel({ profile }: { profile: Profile }) {
  const set = useProfile((p) => p.secrets) ?? NONE;
  const note = useMirror((s) => s.app?.app.secrets.note ?? '');
  const kinds = kindsOf(profile);
  return (
    <Panel title="Secrets">
      {kinds.length === 0 ? (
        <p className="py-1 text-quiet">This link needs none from here.</p>
      ) : (
        kinds.map((kind) => (
          <SecretRow
            key={`${profile.name}/${kind}`}
            profile={profile.name}
            kind={kind}
            set={set.includes(kind)}
          />
        ))
      )}
      <p className="pt-1 text-sm text-quiet">{note}</p>
    </Panel>
  );
}
