import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { useApp, useCall, useMirror } from '../../api/app-context.tsx';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import type { Environment, PresetName } from '../../../electron/contract/profile.ts';
import { Button } from '../../parts/button.tsx';
import { CopyField } from '../../parts/copy.tsx';
import { Choice, Field } from '../../parts/field.tsx';
import { Problem } from '../../parts/panel.tsx';
import { StageList } from '../../parts/stages.tsx';
import { HostKey } from './host-key.tsx';
import type { FormErrors, ProfileForm } from './profile-form.ts';
import { commandsOf, emptyForm, formErrors, profileOf, secretKindOf } from './profile-form.ts';

interface PartProps {
  form: ProfileForm;
  errors: FormErrors;
  change: (part: Partial<ProfileForm>) => void;
}

const SECRET_LABEL = {
  'api-key': 'API key',
  password: 'Password',
  passphrase: 'Passphrase of the key',
} as const;

function SecretField({ form, change }: PartProps) {
  const kind = secretKindOf(form);
  if (kind === null) return null;
  return (
    <Field
      label={SECRET_LABEL[kind]}
      type="password"
      autoComplete="new-password"
      hint={
        kind === 'passphrase' ? 'Leave empty where the key has none.' : 'Kept encrypted, never shown again.'
      }
      value={form.secret}
      onChange={(event) => change({ secret: event.target.value })}
    />
  );
}

function SshFields({ form, errors, change }: PartProps) {
  return (
    <>
      <Field
        label="Droplet"
        placeholder="root@203.0.113.10"
        value={form.target}
        error={errors.target}
        onChange={(event) => change({ target: event.target.value })}
      />
      <Choice
        label="Sign in with"
        value={form.auth}
        onChange={(event) => change({ auth: event.target.value as ProfileForm['auth'] })}
      >
        <option value="key">A key file</option>
        <option value="agent">The SSH agent</option>
        <option value="password">A password</option>
      </Choice>
      {form.auth === 'key' ? (
        <Field
          label="Private key"
          value={form.identity}
          error={errors.identity}
          hint="The file on this computer."
          onChange={(event) => change({ identity: event.target.value })}
        />
      ) : null}
      <SecretField form={form} errors={errors} change={change} />
      <Field
        label="MCP address, as seen from the droplet"
        value={form.mcpUrl}
        error={errors.mcpUrl}
        onChange={(event) => change({ mcpUrl: event.target.value })}
      />
    </>
  );
}

function HttpsFields({ form, errors, change }: PartProps) {
  return (
    <>
      <Field
        label="Address"
        placeholder="https://trading.example.com/mcp"
        value={form.url}
        error={errors.url}
        hint="The MCP endpoint behind your web server."
        onChange={(event) => change({ url: event.target.value })}
      />
      <Field
        label="Header of the API key"
        value={form.apiKeyHeader}
        hint="Empty where no key is needed."
        onChange={(event) => change({ apiKeyHeader: event.target.value })}
      />
      <SecretField form={form} errors={errors} change={change} />
      <Field
        label="CA file"
        value={form.caFile}
        placeholder="/path/to/ca.pem"
        hint="Only for a certificate of your own."
        onChange={(event) => change({ caFile: event.target.value })}
      />
    </>
  );
}

function CommonFields({ form, errors, change }: PartProps) {
  return (
    <>
      <Field
        label="Name"
        placeholder="catalyst"
        value={form.name}
        error={errors.name}
        hint="Short; Claude shows it too."
        onChange={(event) => change({ name: event.target.value })}
      />
      <Choice
        label="Environment"
        value={form.environment}
        onChange={(event) => change({ environment: event.target.value as Environment })}
      >
        <option value="live">LIVE: real money</option>
        <option value="paper">PAPER: paper trading</option>
      </Choice>
      <Choice
        label="What runs there"
        value={form.preset}
        onChange={(event) => change({ preset: event.target.value as PresetName })}
      >
        <option value="catalyst">Catalyst</option>
        <option value="stockspark">StockSpark</option>
        <option value="stockpulse">StockPulse</option>
        <option value="generic">Another MCP server</option>
      </Choice>
    </>
  );
}

/** Connecting the new profile, as it happens, with each failure's remedy in place. */
function Progress({ name, kind }: { name: string; kind: ProfileForm['kind'] }) {
  const { ui } = useApp();
  const link = useMirror((s) => s.app?.profiles[name]?.link);
  if (link === undefined) return null;
  const done = link.state === 'live' || link.state === 'degraded';
  const finish = () => {
    ui.store.setState({ adding: null });
    ui.go({ page: 'overview', profile: name });
  };
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      <StageList link={link} kind={kind} />
      <HostKey profile={name} link={link} />
      {link.state === 'reconnecting' ? <Problem error={link.lastError} /> : null}
      <div className="flex gap-2">
        <Button look={done ? 'primary' : 'plain'} onClick={finish}>
          {done ? 'Connected: open the overview' : 'Open the overview'}
        </Button>
        {done ? (
          <Button onClick={() => ui.go({ page: 'connections', section: 'clients', profile: name })}>
            Set up Claude Desktop
          </Button>
        ) : null}
      </div>
    </div>
  );
}

const NONE: readonly string[] = [];

/** Adds a profile, keeps its secret, connects, and shows every step; the commands for the same below. */
export function AddForm({ kind }: { kind: ProfileForm['kind'] }) {
  const call = useCall();
  const taken = useMirror((s) => s.app?.order ?? NONE);
  const [form, setForm] = useState(() => emptyForm(kind));
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<ErrorShape | null>(null);
  const [added, setAdded] = useState<string | null>(null);
  const { ui } = useApp();
  useEffect(() => {
    ui.store.setState({ adding: added });
    return () => ui.store.setState({ adding: null });
  }, [ui, added]);
  const errors = tried && added === null ? formErrors(form, taken) : {};
  const change = (part: Partial<ProfileForm>) => setForm((old) => ({ ...old, ...part }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(formErrors(form, taken)).length > 0) return;
    const made = await call(async (client) => {
      // Before the call: what it changes may arrive before its answer.
      ui.store.setState({ adding: form.name });
      const profile = await client.profiles.add(profileOf(form));
      setAdded(profile.name);
      const secret = secretKindOf(form);
      if (secret !== null && form.secret !== '') {
        await client.profiles.setSecret({ profile: profile.name, kind: secret, value: form.secret });
      }
      change({ secret: '' });
      return client.links.connect({ profile: profile.name, waitMs: 0 });
    });
    setProblem(made.ok ? null : made.error);
    if (!made.ok && added === null) ui.store.setState({ adding: null });
  };

  const Fields = kind === 'ssh' ? SshFields : HttpsFields;
  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      className="flex flex-col gap-3"
      data-testid={`add-${kind}`}
    >
      <fieldset disabled={added !== null} className="grid grid-cols-3 gap-x-4 gap-y-1">
        <CommonFields form={form} errors={errors} change={change} />
        <Fields form={form} errors={errors} change={change} />
      </fieldset>
      {problem === null ? null : <Problem error={problem} />}
      {added === null ? (
        <div>
          <Button type="submit" look="primary">
            Add and connect
          </Button>
        </div>
      ) : (
        <Progress name={added} kind={kind} />
      )}
      <details className="text-sm text-quiet">
        <summary>The same from the command line</summary>
        <div className="pt-2">
          <CopyField text={commandsOf(form)} label="commands" />
        </div>
      </details>
    </form>
  );
}
