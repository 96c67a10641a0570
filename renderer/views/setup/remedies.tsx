import { useEffect, useState } from 'react';
import type { DropletKey } from '../../../electron/contract/droplet.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { LinkState } from '../../../electron/contract/link.ts';
import type { SecretKind } from '../../../electron/contract/profile.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { useAction, useCall, useMirror } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Field } from '../../parts/field.tsx';
import { Problem } from '../../parts/panel.tsx';
import { NginxView } from '../connections/nginx-view.tsx';

/** What the link says is wrong; undefined while nothing is, and where a host key waits (that has words of its own). */
export function errorOf(link: LinkState): ErrorShape | undefined {
  if (link.state === 'reconnecting') return link.lastError;
  if (link.state === 'blocked') return link.hostKey === undefined ? link.error : undefined;
  return link.state === 'degraded' ? link.error : undefined;
}

/** Whether the profile signs in with a key of the state folder. */
export function useMadeHere({ profile }: ProfileState): boolean {
  const home = useMirror((s) => s.app?.app.home ?? '');
  const file = profile.links.flatMap((link) =>
    link.kind === 'ssh' ? link.auth.flatMap((auth) => (auth.kind === 'key' ? [auth.file] : [])) : [],
  )[0];
  return home !== '' && file?.startsWith(home) === true;
}

function useKey(name: string, wanted: boolean): DropletKey | null {
  const call = useCall();
  const open = useMirror((s) => s.connection === 'open');
  const [key, setKey] = useState<DropletKey | null>(null);
  useEffect(() => {
    if (!wanted || !open) return undefined;
    let current = true;
    void call((c) => c.droplet.key({ name })).then((read) => {
      if (current) setKey(read.ok ? read.value : null);
    });
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [name, wanted, open]);
  return key;
}

/** The one line that the droplet needs, while it does not let the new key in. */
export function KeyLine({ state, refused }: { state: ProfileState; refused: boolean }) {
  const act = useAction();
  const { name } = state.profile;
  const key = useKey(name, useMadeHere(state));
  const [tries, setTries] = useState(0);
  const [waiting, setWaiting] = useState(false);
  if (key === null) return null;
  const again = async () => {
    setWaiting(true);
    const wait = { profile: name, waitMs: 20_000 };
    await act(async (c) => {
      await c.links.retry({ profile: name });
      return await c.links.connect(wait);
    });
    setTries((old) => old + 1);
    setWaiting(false);
  };
  const [config] = state.profile.links;
  const user = config?.kind === 'ssh' ? config.user : 'the user';
  return (
    <div className="flex flex-col gap-2" data-testid="key-line">
      <p className="text-quiet">
        Add this one line to <code>~/.ssh/authorized_keys</code> on the droplet. The key is new and this
        computer's own; it may open connections to {key.permits.length}{' '}
        {key.permits.length === 1 ? 'port' : 'ports'} there and run commands, for the logs; it gets no
        terminal.
      </p>
      <CopyField text={key.line} label="line" />
      <details>
        <summary className="text-sm text-quiet">As a command for the droplet's console</summary>
        <div className="pt-2">
          <CopyField text={key.command} label="command" />
        </div>
      </details>
      {refused || waiting ? (
        <div className="flex items-center gap-3">
          <Button look="primary" disabled={waiting} onClick={() => void again()}>
            {waiting ? 'Signing in…' : 'I added it: sign in'}
          </Button>
          <span className="text-sm text-quiet" aria-live="polite">
            {waiting || tries === 0
              ? 'The droplet does not know the key yet.'
              : `It still refuses the key. Is the line whole, and in the home folder of ${user}?`}
          </span>
        </div>
      ) : null}
    </div>
  );
}

const SECRET_OF: readonly (readonly [RegExp, SecretKind, string])[] = [
  [/API_KEY/, 'api-key', 'API key'],
  [/PASSWORD/, 'password', 'Password'],
  [/ENCRYPTED|PASSPHRASE/, 'passphrase', 'Passphrase of the key'],
];

/** The secret that would mend this error, where one would. */
function secretFor(error: ErrorShape, state: ProfileState): (typeof SECRET_OF)[number] | undefined {
  const found = SECRET_OF.find(([code]) => code.test(error.code));
  if (found || error.code !== 'LINK_AUTH_REFUSED') return found;
  const password = state.profile.links.some(
    (link) => link.kind === 'ssh' && link.auth.some(({ kind }) => kind === 'password'),
  );
  return password ? SECRET_OF[1] : undefined;
}

function GiveSecret({ profile, kind, label }: { profile: string; kind: SecretKind; label: string }) {
  const act = useAction();
  const [value, setValue] = useState('');
  return (
    <form
      className="grid grid-cols-[minmax(0,320px)_max-content] items-start gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== '')
          void act((c) => c.profiles.setSecret({ profile, kind, value })).then((ok) =>
            ok ? setValue('') : undefined,
          );
      }}
    >
      <Field
        label={label}
        type="password"
        autoComplete="new-password"
        hint="Kept encrypted, never shown again."
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" look="primary" className="mt-5" disabled={value === ''}>
        Use it
      </Button>
    </form>
  );
}

/** Where an HTTPS link leads, when a web server could be written for it. */
function domainOf({ profile }: ProfileState): string | undefined {
  const link = profile.links.find(({ kind }) => kind === 'https');
  return link?.kind === 'https' ? new URL(link.url).hostname : undefined;
}

/** The web server that an HTTPS link needs, for whoever has none yet. */
export function NginxHelp({ state }: { state: ProfileState }) {
  const domain = domainOf(state);
  if (domain === undefined) return null;
  return (
    <details data-testid="nginx-help">
      <summary className="text-sm text-quiet">No web server there yet, or not for this? Write one</summary>
      <div className="pt-2">
        <NginxView profile={state.profile.name} domain={domain} />
      </div>
    </details>
  );
}

/** The error of now, or while it is tried again the one before: what is read must not blink. */
function useLastError(link: LinkState): ErrorShape | undefined {
  const error = errorOf(link);
  const [last, setLast] = useState(error);
  if (error !== undefined && error !== last) setLast(error);
  return error ?? (link.state === 'connecting' && link.attempt > 1 ? last : undefined);
}

/** What went wrong at a line, and what mends it in place. */
export function Remedy({ state, auth }: { state: ProfileState; auth: boolean }) {
  const act = useAction();
  const made = useMadeHere(state);
  const error = useLastError(state.link);
  if (error === undefined) return null;
  const secret = secretFor(error, state);
  // the line of a new key says what is missing
  const told = auth && made && error.code === 'LINK_AUTH_REFUSED';
  const at = state.link.state;
  const again = at === 'blocked' ? secret === undefined : at !== 'degraded';
  return (
    <div className="flex flex-col gap-2">
      {told ? null : <Problem error={error} tone={state.link.state === 'blocked' ? 'danger' : 'attention'} />}
      {secret === undefined ? null : (
        <GiveSecret profile={state.profile.name} kind={secret[1]} label={secret[2]} />
      )}
      {again && !told ? (
        <div>
          <Button onClick={() => void act((c) => c.links.retry({ profile: state.profile.name }))}>
            Try again now
          </Button>
        </div>
      ) : null}
    </div>
  );
}
