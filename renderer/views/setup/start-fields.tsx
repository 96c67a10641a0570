import type { SecretKind, SshLink } from '../../../electron/contract/profile.ts';
import { Choice, Field } from '../../parts/field.tsx';
import { EnvironmentChoice, McpUrlField, NameField, PresetChoice } from '../connections/profile-fields.tsx';
import type { FormErrors } from '../connections/profile-form.ts';
import type { Draft } from './draft.ts';
import { freeName } from './draft.ts';
import { understand } from './understand.ts';

export type Secrets = Partial<Record<SecretKind, string>>;

/** What the fields of the first step share. */
export interface PartProps {
  draft: Draft;
  kind: 'ssh' | 'https' | 'direct';
  imported: SshLink | null;
  secrets: Secrets;
  errors: FormErrors;
  taken: readonly string[];
  change: (part: Partial<Draft>) => void;
  onSecret: (kind: SecretKind, value: string) => void;
}

const SECRET = 'Kept encrypted, never shown again.';

/** How to sign in over SSH. */
export function SignIn({ draft, imported, secrets, errors, change, onSecret }: PartProps) {
  if (imported !== null) return null;
  const identity = understand(draft.text);
  const named = identity.kind === 'ssh' ? identity.identity : undefined;
  const secret = (kind: SecretKind, label: string, hint: string) => (
    <Field
      label={label}
      type="password"
      autoComplete="new-password"
      hint={hint}
      value={secrets[kind] ?? ''}
      onChange={(event) => onSecret(kind, event.target.value)}
    />
  );
  return (
    <>
      <Choice
        label="Sign in with"
        value={draft.sign}
        onChange={(event) => change({ sign: event.target.value as Draft['sign'] })}
      >
        <option value="new-key">A new key, made now</option>
        <option value="key">A key file that I have</option>
        <option value="agent">The SSH agent</option>
        <option value="password">A password</option>
      </Choice>
      {draft.sign === 'key' ? (
        <Field
          label="Private key"
          value={named ?? draft.identity}
          readOnly={named !== undefined}
          error={errors.links[0]?.identity}
          hint={named === undefined ? 'The file on this computer.' : 'As in the command above.'}
          onChange={(event) => change({ identity: event.target.value })}
        />
      ) : null}
      {draft.sign === 'password' ? secret('password', 'Password', SECRET) : null}
      {draft.sign === 'agent' ? <span /> : null}
      {draft.sign === 'new-key' || draft.sign === 'key'
        ? secret('passphrase', 'Passphrase of the key', 'Leave empty for none.')
        : null}
    </>
  );
}

/** What an HTTPS link is let in with. */
export function ApiKey({ draft, secrets, errors, change, onSecret }: PartProps) {
  return (
    <>
      <Field
        label="API key"
        type="password"
        autoComplete="new-password"
        hint={SECRET}
        value={secrets['api-key'] ?? ''}
        onChange={(event) => onSecret('api-key', event.target.value)}
      />
      <Field
        label="Header of the API key"
        value={draft.header}
        error={errors.links[0]?.apiKeyHeader}
        hint="Empty where no key is needed."
        onChange={(event) => change({ header: event.target.value })}
      />
    </>
  );
}

/** What it is, and what it is called. */
export function Naming({ draft, kind, errors, taken, change }: PartProps) {
  const form = (part: Partial<Draft['form']>) => change({ form: { ...draft.form, ...part } });
  return (
    <>
      <PresetChoice value={draft.form.preset} onChange={(preset) => form({ preset })} />
      <EnvironmentChoice value={draft.form.environment} onChange={(environment) => form({ environment })} />
      <NameField
        placeholder={freeName(draft.form.preset, taken)}
        value={draft.name}
        error={errors.name}
        onChange={(name) => change({ name })}
      />
      {kind === 'ssh' ? (
        <McpUrlField
          hint="Change it only if yours differs."
          value={draft.form.mcpUrl}
          error={errors.mcpUrl}
          onChange={(mcpUrl) => form({ mcpUrl })}
        />
      ) : null}
    </>
  );
}
