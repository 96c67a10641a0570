import { ArrowDown, ArrowUp, X } from 'lucide-react';
import type { SecretKind } from '../../../electron/contract/profile.ts';
import { IconButton } from '../../parts/button.tsx';
import { linkWords } from '../../../electron/contract/profile-change.ts';
import { Choice, Field, textOf } from '../../parts/field.tsx';
import { KIND_ICON } from './chain-list.tsx';
import type { ImportedHost, LinkErrors, LinkForm } from './link-form.ts';
import { secretKindsOf } from './link-form.ts';
import type { SshHosts } from './ssh-hosts.tsx';
import { HostPicker, ImportedFacts } from './ssh-hosts.tsx';

export interface LinkCardProps {
  form: LinkForm;
  errors: LinkErrors;
  /** Place in the order, from 0, and how many there are. */
  at: number;
  of: number;
  secrets: Partial<Record<SecretKind, string>>;
  /** The kinds of secret that another card asks for already. */
  shared: readonly SecretKind[];
  /** Secrets are not asked for: those that are stored stay. */
  keepSecrets?: boolean | undefined;
  hosts: SshHosts;
  onImport: (host: ImportedHost) => void;
  change: (part: Partial<LinkForm>) => void;
  onSecret: (kind: SecretKind, value: string) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

const SECRETS: Readonly<Record<SecretKind, { label: string; hint: string }>> = {
  'api-key': { label: 'API key', hint: 'Kept encrypted, never shown again.' },
  password: { label: 'Password', hint: 'Kept encrypted, never shown again.' },
  passphrase: { label: 'Passphrase of the key', hint: 'Leave empty where the key has none.' },
};
const KINDS = [
  ['ssh', 'SSH'],
  ['https', 'HTTPS'],
  ['direct', 'Direct'],
] as const;

function SecretFields({ form, secrets, shared, keepSecrets, onSecret }: LinkCardProps) {
  return secretKindsOf(form).map((kind) => {
    const { label, hint } = SECRETS[kind];
    if (keepSecrets === true)
      return (
        <Field
          key={kind}
          label={label}
          disabled
          placeholder="the one that is stored"
          hint="Set or replace it under Secrets, once saved."
        />
      );
    return shared.includes(kind) ? (
      <Field
        key={kind}
        label={label}
        disabled
        placeholder="the one entered above"
        hint="A profile keeps one of each kind."
      />
    ) : (
      <Field
        key={kind}
        label={label}
        type="password"
        autoComplete="new-password"
        hint={hint}
        value={secrets[kind] ?? ''}
        onChange={(event) => onSecret(kind, event.target.value)}
      />
    );
  });
}

function Expose(props: LinkCardProps) {
  const { form, change } = props;
  return (
    <>
      <div className="flex min-w-0 flex-col gap-1">
        <span className="text-sm font-medium">Port on this computer</span>
        <label className="flex h-7 items-center gap-2">
          <input
            type="checkbox"
            className="size-3.5 accent-accent-fill"
            checked={form.exposes}
            onChange={(event) => change({ exposes: event.target.checked })}
          />
          <span>
            Open one, as <code>ssh -L</code> does
          </span>
        </label>
        <p className="min-h-4 text-xs text-quiet">Off unless you need it; Claude does not.</p>
      </div>
      {form.exposes ? (
        <div className="col-span-3 grid grid-cols-3 gap-x-4">
          <Field
            label="Port here : host and port there"
            placeholder="15000:127.0.0.1:5000"
            {...textOf('expose', props)}
            hint="Several with commas."
          />
          <p className="col-span-2 pt-5 text-sm text-quiet">
            For a database tool or a browser. Every program on this computer can use it, and what goes through
            it is neither asked about nor logged. It listens on 127.0.0.1 only, while this link is in use.
          </p>
        </div>
      ) : null}
    </>
  );
}

function SshFields(props: LinkCardProps) {
  const { form, change } = props;
  if (form.imported !== null) {
    return (
      <>
        <ImportedFacts host={form.imported} onClear={() => change({ imported: null })} />
        <SecretFields {...props} />
        <Expose {...props} />
      </>
    );
  }
  return (
    <>
      <Field label="Droplet" placeholder="root@203.0.113.10" {...textOf('target', props)} />
      <Choice
        label="Sign in with"
        value={form.auth}
        onChange={(event) => change({ auth: event.target.value as LinkForm['auth'] })}
      >
        <option value="key">A key file</option>
        <option value="agent">The SSH agent</option>
        <option value="password">A password</option>
      </Choice>
      {form.auth === 'key' ? (
        <Field label="Private key" {...textOf('identity', props)} hint="The file on this computer." />
      ) : null}
      <SecretFields {...props} />
      <Field
        label="Jump hosts"
        placeholder="ops@bastion.example.com"
        {...textOf('jump', props)}
        hint="Only if needed; several with commas."
      />
      <Expose {...props} />
    </>
  );
}

function HttpsFields(props: LinkCardProps) {
  return (
    <>
      <Field
        label="Address"
        placeholder="https://trading.example.com/mcp"
        {...textOf('url', props)}
        hint="The MCP endpoint behind your web server."
      />
      <Field
        label="Header of the API key"
        {...textOf('apiKeyHeader', props)}
        hint="Empty where no key is needed."
      />
      <SecretFields {...props} />
      <Field
        label="CA file"
        {...textOf('caFile', props)}
        placeholder="/path/to/ca.pem"
        hint="Only for a certificate of your own."
      />
      <div className="col-span-2">
        <Field
          label="Pinned certificate"
          {...textOf('pin', props)}
          placeholder="SHA-256 fingerprint"
          hint="Then only this very certificate is accepted; renewing it means a new pin."
        />
      </div>
    </>
  );
}

function DirectFields(props: LinkCardProps) {
  return (
    <div className="col-span-2">
      <Field
        label="Local address"
        placeholder="http://127.0.0.1:5000/mcp"
        {...textOf('url', props)}
        hint="A tunnel that you keep open yourself: kubectl port-forward, ssh -L, or a server in your network."
      />
    </div>
  );
}

const FIELDS = { ssh: SshFields, https: HttpsFields, direct: DirectFields } as const;

function KindPicker({ form, change }: LinkCardProps) {
  return (
    <div
      role="group"
      aria-label="Kind of link"
      className="flex rounded-md border border-line bg-sunken p-0.5"
    >
      {KINDS.map(([kind, label]) => {
        const Icon = KIND_ICON[kind];
        return (
          <button
            key={kind}
            type="button"
            aria-pressed={form.kind === kind}
            onClick={() => change({ kind })}
            className="transition-quick flex h-6 items-center gap-1.5 rounded-sm px-2 text-sm text-quiet hover:text-text aria-pressed:bg-raised aria-pressed:font-medium aria-pressed:text-text"
          >
            <Icon size={13} aria-hidden />
            {label}
          </button>
        );
      })}
    </div>
  );
}

/** One link of a profile: its kind, its fields, its place in the order. */
export function LinkCard(props: LinkCardProps) {
  const { form, at, of, onMove, onRemove } = props;
  const Fields = FIELDS[form.kind];
  const place = at === 0 ? (of === 1 ? '' : 'First choice') : at === 1 ? 'Fallback' : `Fallback ${at}`;
  return (
    <li className="rounded-md border border-line" data-testid={`link-card-${at}`}>
      <div className="flex h-10 items-center gap-3 border-b border-line pr-1.5 pl-3">
        {of === 1 ? null : <span className="w-3 text-quiet">{at + 1}</span>}
        {form.kept === null ? <KindPicker {...props} /> : <span>{linkWords(form.kept)}</span>}
        <span className="flex-1 text-sm text-quiet">{place}</span>
        {form.kind === 'ssh' && form.kept === null ? (
          <HostPicker hosts={props.hosts} alias={form.imported?.alias ?? ''} onImport={props.onImport} />
        ) : null}
        {of === 1 ? null : (
          <span className="flex">
            <IconButton label="Move up" disabled={at === 0} onClick={() => onMove(-1)}>
              <ArrowUp size={14} />
            </IconButton>
            <IconButton label="Move down" disabled={at === of - 1} onClick={() => onMove(1)}>
              <ArrowDown size={14} />
            </IconButton>
            <IconButton label="Remove this link" onClick={onRemove}>
              <X size={14} />
            </IconButton>
          </span>
        )}
      </div>
      {form.kept === null ? (
        <div className="grid grid-cols-3 gap-x-4 gap-y-2 px-3 pt-2.5 pb-2">
          <Fields {...props} />
        </div>
      ) : (
        <p className="px-3 py-2 text-sm text-quiet">It is kept as it is; the command line changes it.</p>
      )}
    </li>
  );
}
