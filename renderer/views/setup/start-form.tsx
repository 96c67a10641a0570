import type { FormEvent } from 'react';
import { useEffect, useState } from 'react';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { SshLink } from '../../../electron/contract/profile.ts';
import { useApp, useCall, useMirror } from '../../api/app-context.tsx';
import type { Client } from '../../api/session.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Problem } from '../../parts/panel.tsx';
import type { ProfileForm } from '../connections/profile-form.ts';
import { formErrors, isClean, profileOf, typedSecrets } from '../connections/profile-form.ts';
import type { FormErrors } from '../connections/profile-form.ts';
import { HostPicker, useSshHosts } from '../connections/ssh-hosts.tsx';
import type { Draft, Way } from './draft.ts';
import { dropDraft, formOf } from './draft.ts';
import type { Understood } from './understand.ts';
import type { PartProps, Secrets } from './start-fields.tsx';
import { ApiKey, Naming, SignIn } from './start-fields.tsx';
import { understand, understoodText } from './understand.ts';

/** Makes the profile that the form describes, with a key where one is wanted, and begins its setup. */
async function begin(client: Client, form: ProfileForm, newKey: boolean): Promise<void> {
  const { name, preset, secrets } = form;
  const passphrase = secrets.passphrase ?? '';
  const profile = profileOf(form);
  if (newKey) {
    // one that an earlier attempt made is used again
    const key =
      (await client.droplet.key({ name, preset })) ??
      (await client.droplet.makeKey({ name, preset, ...(passphrase === '' ? {} : { passphrase }) }));
    profile.links = profile.links.map((link) =>
      link.kind === 'ssh' ? { ...link, auth: [{ kind: 'key', file: key.file }] } : link,
    );
  }
  await client.profiles.add(profile);
  await client.droplet.setup({ profile: name });
  for (const secret of typedSecrets(form)) await client.profiles.setSecret({ profile: name, ...secret });
  await client.links.connect({ profile: name, waitMs: 0 });
}

const NONE: readonly string[] = [];
const CLEAN: FormErrors = { links: {} };

function useBegin(draft: Draft, imported: SshLink | null, secrets: Secrets, taken: readonly string[]) {
  const call = useCall();
  const { ui, mirror } = useApp();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorShape | null>(null);
  const made = formOf(draft, imported, secrets, taken);
  const wrong = 'wrong' in made ? made.wrong : undefined;
  const errors = 'form' in made && tried && !busy ? formErrors(made.form, taken) : CLEAN;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    setProblem(null);
    if (!('form' in made) || !isClean(formErrors(made.form, taken))) {
      const { currentTarget } = event;
      requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
      return;
    }
    const { form } = made;
    setBusy(true);
    // before the call: what it changes arrives before its answer, and would take this form away
    ui.store.setState({ adding: form.name });
    const done = await call((client) => begin(client, form, imported === null && draft.sign === 'new-key'));
    setBusy(false);
    if (done.ok) {
      dropDraft();
      ui.go({ profile: form.name });
    } else if (mirror.store.getState().app?.profiles[form.name])
      // this form has given way to the setup of what was added
      ui.notify('problem', done.error.message, done.error.next);
    else setProblem(done.error);
    ui.store.setState({ adding: null });
  };
  return { submit, busy, problem, errors, wrong: tried ? wrong : undefined };
}

/** What a host of ~/.ssh/config stands for; null while it is asked for, and for none. */
function useAlias(alias: string): SshLink | null {
  const call = useCall();
  const open = useMirror((s) => s.connection === 'open');
  const [read, setRead] = useState<{ alias: string; link: SshLink } | null>(null);
  useEffect(() => {
    if (alias === '' || !open) return undefined;
    let current = true;
    void call((c) => c.profiles.resolveSsh({ alias })).then((found) => {
      if (current && found.ok) setRead({ alias, link: found.value.link });
    });
    return () => {
      current = false;
    };
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [alias, open]);
  return read?.alias === alias ? read.link : null;
}

const WAY_TO: Record<Exclude<Way, 'demo'>, { placeholder: string; hint: string }> = {
  ssh: {
    placeholder: 'ssh root@203.0.113.10',
    hint: 'Paste the ssh command that you use, or user@host.',
  },
  https: {
    placeholder: 'https://trading.example.com/mcp',
    hint: 'The address of its web server, as a browser would open it.',
  },
};

function WhereField(props: {
  way: Way;
  text: string;
  imported: SshLink | null;
  wrong: string | undefined;
  found: Understood;
  onText: (text: string) => void;
}) {
  const { way, text, imported, found, wrong } = props;
  const { placeholder, hint } = WAY_TO[way === 'https' ? 'https' : 'ssh'];
  const said = understoodText(found);
  const bad = found.kind === 'problem' ? said : wrong;
  const as = imported && `As in ~/.ssh/config: ${imported.user} at ${imported.host}, port ${imported.port}.`;
  return (
    <Field
      label="Where is your droplet?"
      placeholder={placeholder}
      value={text}
      error={imported === null ? bad : undefined}
      hint={as ?? (said || hint)}
      onChange={(event) => props.onText(event.target.value)}
    />
  );
}

/** The kind of link whose fields are shown: of what was pasted, or of the card that was pressed. */
function kindOf(found: Understood, way: Way): PartProps['kind'] {
  if (found.kind === 'ssh' || found.kind === 'https' || found.kind === 'direct') return found.kind;
  return way === 'https' && found.kind !== 'alias' ? 'https' : 'ssh';
}

/** The first step with a droplet of one's own: where it is, how to sign in, what it is called. */
export function StartForm({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  const { ui } = useApp();
  const taken = useMirror((s) => s.app?.order ?? NONE);
  const hosts = useSshHosts();
  const imported = useAlias(draft.alias);
  const [secrets, setSecrets] = useState<Secrets>({});
  const { submit, busy, problem, errors, wrong } = useBegin(draft, imported, secrets, taken);
  const found = imported === null ? understand(draft.text) : ({ kind: 'nothing' } as const);
  const change = (part: Partial<Draft>) => onDraft({ ...draft, ...part });
  const onText = (text: string) => {
    const read = understand(text);
    const named = read.kind === 'ssh' && read.identity !== undefined;
    const known =
      read.kind === 'alias' && Array.isArray(hosts) && hosts.some(({ alias }) => alias === read.alias);
    change({
      text,
      alias: known ? read.alias : '',
      // what was pasted decides, whichever card was pressed before
      ...(read.kind === 'ssh' || read.kind === 'https' ? { way: read.kind } : {}),
      ...(named ? { sign: 'key' as const } : {}),
    });
  };
  const part: PartProps = {
    draft,
    kind: kindOf(found, draft.way),
    imported,
    secrets,
    errors,
    taken,
    change,
    onSecret: (kind, value) => setSecrets((old) => ({ ...old, [kind]: value })),
  };
  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      className="flex flex-col gap-1"
      data-testid="setup-start"
    >
      <fieldset disabled={busy} className="flex min-w-0 flex-col gap-3">
        <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4">
          <WhereField
            way={draft.way}
            text={draft.text}
            imported={imported}
            found={found}
            wrong={wrong}
            onText={onText}
          />
          {draft.way === 'https' ? null : (
            <div className="pt-5">
              <HostPicker
                hosts={hosts}
                alias={imported === null ? '' : draft.alias}
                onImport={({ alias }) => change({ alias, text: `ssh ${alias}` })}
              />
            </div>
          )}
        </div>
        <div className="grid grid-cols-4 gap-x-4 gap-y-3 max-lg-nav:grid-cols-2">
          {part.kind === 'https' ? <ApiKey {...part} /> : null}
          {part.kind === 'ssh' ? <SignIn {...part} /> : null}
          <Naming {...part} />
        </div>
      </fieldset>
      {problem === null ? null : <Problem error={problem} />}
      <div className="flex flex-wrap items-center gap-3 pt-1">
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? 'Connecting…' : 'Connect'}
        </Button>
        <Button look="ghost" onClick={() => ui.go({ page: 'connections', section: 'add' })}>
          All options: fallback links, certificates, ports…
        </Button>
      </div>
    </form>
  );
}
