import type {
  Environment,
  LinkConfig,
  PresetName,
  Profile,
  SecretKind,
  SshAuth,
} from '../../../electron/contract/profile.ts';

/** What the short form asks; all text, as typed. */
export interface ProfileForm {
  kind: 'ssh' | 'https';
  name: string;
  environment: Environment;
  preset: PresetName;
  /** `user@host` or `user@host:port`. */
  target: string;
  auth: 'key' | 'agent' | 'password';
  identity: string;
  url: string;
  apiKeyHeader: string;
  caFile: string;
  mcpUrl: string;
  /** Passphrase, password or API key; sent to the vault, never kept with the profile. */
  secret: string;
}

export function emptyForm(kind: ProfileForm['kind']): ProfileForm {
  return {
    kind,
    name: '',
    environment: 'live',
    preset: 'catalyst',
    target: '',
    auth: 'key',
    identity: '~/.ssh/id_ed25519',
    url: '',
    apiKeyHeader: 'X-API-Key',
    caFile: '',
    mcpUrl: 'http://127.0.0.1:5000/mcp',
    secret: '',
  };
}

export type FormErrors = Partial<Record<keyof ProfileForm, string>>;

const TARGET = /^([A-Za-z0-9._-]{1,64})@(\[[^\]\s]+\]|[^:@\s]+)(?::(\d{1,5}))?$/;

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

/** What is wrong with the form, by field; empty when it can be sent. */
export function formErrors(form: ProfileForm, taken: readonly string[]): FormErrors {
  const errors: FormErrors = {};
  if (!/^[a-z0-9][a-z0-9-]{0,15}$/.test(form.name)) errors.name = 'Use 1 to 16 of a-z, 0-9 and -.';
  else if (taken.includes(form.name)) errors.name = 'This name is taken.';
  if (form.kind === 'ssh') {
    if (!TARGET.test(form.target)) errors.target = 'Write it as user@host or user@host:port.';
    if (form.auth === 'key' && form.identity.trim() === '') errors.identity = 'Name the private key file.';
    if (!isUrl(form.mcpUrl, ['http:', 'https:'])) errors.mcpUrl = 'This is not an http or https address.';
  } else if (!isUrl(form.url, ['https:'])) errors.url = 'Write the whole address, beginning with https://.';
  return errors;
}

function authOf(form: ProfileForm): SshAuth {
  return form.auth === 'key' ? { kind: 'key', file: form.identity.trim() } : { kind: form.auth };
}

function linkOf(form: ProfileForm): LinkConfig {
  if (form.kind === 'https') {
    return {
      kind: 'https',
      url: form.url.trim(),
      ...(form.apiKeyHeader.trim() === '' ? {} : { apiKeyHeader: form.apiKeyHeader.trim() }),
      ...(form.caFile.trim() === '' ? {} : { caFile: form.caFile.trim() }),
    };
  }
  const [, user = '', host = '', port] = TARGET.exec(form.target.trim()) ?? [];
  return {
    kind: 'ssh',
    user,
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? 22),
    auth: [authOf(form)],
    jump: [],
  };
}

/** The profile that the form describes. */
export function profileOf(form: ProfileForm): Omit<Profile, 'wanted'> {
  return {
    name: form.name,
    preset: form.preset,
    environment: form.environment,
    links: [linkOf(form)],
    mcpUrl: form.mcpUrl.trim(),
    // core fills in the preset's
    services: [],
    dir: '~/catalyst-trading-mcp',
    assumedZone: 'UTC',
    currency: 'USD',
  };
}

/** The kind under which the typed secret is kept; null where this way of signing in has none. */
export function secretKindOf(form: ProfileForm): SecretKind | null {
  if (form.kind === 'https') return form.apiKeyHeader.trim() === '' ? null : 'api-key';
  return form.auth === 'key' ? 'passphrase' : form.auth === 'password' ? 'password' : null;
}

/** A word for a POSIX shell: as it is where that is safe, else quoted. */
function word(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same by command line, to copy. Secrets are read from standard input there, so none is in it. */
export function commandsOf(form: ProfileForm): string {
  const name = form.name === '' ? 'NAME' : form.name;
  const parts = ['catalyst-companion profile add', name, '--preset', form.preset];
  if (form.kind === 'https') {
    parts.push('--https', word(form.url === '' ? 'https://HOST/mcp' : form.url));
    if (form.apiKeyHeader !== '') parts.push('--api-key-header', word(form.apiKeyHeader));
    if (form.caFile !== '') parts.push('--ca', word(form.caFile));
  } else {
    parts.push('--ssh', word(form.target === '' ? 'USER@HOST' : form.target));
    if (form.auth === 'key') parts.push('--identity', word(form.identity));
    if (form.auth === 'agent') parts.push('--agent');
    if (form.mcpUrl !== emptyForm('ssh').mcpUrl) parts.push('--mcp-url', word(form.mcpUrl));
  }
  if (form.environment !== 'live') parts.push('--env', form.environment);
  const kind = form.secret === '' ? null : secretKindOf(form);
  const secret = kind === null ? [] : [`catalyst-companion secret set ${name} ${kind}`];
  return [parts.join(' '), ...secret, `catalyst-companion connect ${name}`].join('\n');
}
