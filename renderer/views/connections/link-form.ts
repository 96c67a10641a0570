import { parseSshTarget } from '../../../electron/contract/ssh-target.ts';
import type {
  ExposedPort,
  HttpsLink,
  KubernetesLink,
  LinkConfig,
  SecretKind,
  SshAuth,
  SshLink,
} from '../../../electron/contract/profile.ts';

/** A host of ~/.ssh/config as core understood it, and what of it was left out. */
export interface ImportedHost {
  alias: string;
  link: SshLink;
  notes: readonly { file: string; line: number; text: string }[];
}

/** One link as the form asks for it; all text, as typed. */
export interface LinkForm {
  /** Tells the cards apart while they are moved about. */
  id: number;
  kind: 'ssh' | 'https' | 'direct';
  /** Taken whole in the place of what is typed below, but for the ports. */
  imported: ImportedHost | null;
  /** Kept as it is, in the place of all fields: a kind that the form has no fields for. */
  kept: KubernetesLink | null;
  /** `user@host` or `user@host:port`. */
  target: string;
  auth: 'key' | 'agent' | 'password';
  identity: string;
  /** `user@host`, several with commas, the first one dialled first. */
  jump: string;
  /** Whether ports of this computer are opened at all. */
  exposes: boolean;
  /** `15000:127.0.0.1:5000` as in `ssh -L`, several with commas. */
  expose: string;
  url: string;
  apiKeyHeader: string;
  caFile: string;
  pin: string;
}

export function emptyLink(kind: LinkForm['kind'], id = 0): LinkForm {
  return {
    id,
    kind,
    imported: null,
    kept: null,
    target: '',
    auth: 'key',
    identity: '~/.ssh/id_ed25519',
    jump: '',
    exposes: false,
    expose: '',
    url: '',
    apiKeyHeader: 'X-API-Key',
    caFile: '',
    pin: '',
  };
}

export type LinkErrors = Partial<Record<keyof LinkForm, string>>;

const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;

const targetOf = (text: string) => parseSshTarget(text.trim());

function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `LOCAL:PORT` or `LOCAL:HOST:PORT` as in `ssh -L`; an IPv6 host stands in brackets. */
function exposedOf(text: string): ExposedPort | undefined {
  const [, local, bracketed, plain, port] =
    /^(\d{1,5}):(?:(?:\[([0-9A-Fa-f:.]+)\]|([^:\s[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  if (!isPort(Number(local)) || !isPort(Number(port))) return undefined;
  return { localPort: Number(local), host: bracketed ?? plain ?? '127.0.0.1', port: Number(port) };
}

/** The SHA-256 in what people paste: bare, with colons, or the whole line that openssl prints. Undefined for anything else. */
export function pinOf(text: string): string | undefined {
  const hex = text
    .trim()
    .replace(/^sha-?256 fingerprint=/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
}

/** Whether a text is a URL with one of the protocols (`https:`). */
export function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text.trim()) && protocols.includes(new URL(text.trim()).protocol);
}

function typedErrors(form: LinkForm): LinkErrors {
  const errors: LinkErrors = {};
  const hops = listed(form.jump);
  if (targetOf(form.target) === undefined) errors.target = 'Write it as user@host or user@host:port.';
  if (form.auth === 'key' && form.identity.trim() === '') errors.identity = 'Name the private key file.';
  if (hops.length > 8) errors.jump = 'Eight jump hosts at most.';
  const wrongHop = hops.find((hop) => targetOf(hop) === undefined);
  if (wrongHop !== undefined) errors.jump = `“${wrongHop}” is not user@host or user@host:port.`;
  return errors;
}

function sshErrors(form: LinkForm): LinkErrors {
  const errors = form.imported === null ? typedErrors(form) : {};
  if (!form.exposes) return errors;
  const ports = listed(form.expose).map(exposedOf);
  const locals = ports.map((port) => port?.localPort);
  if (ports.length === 0 || ports.includes(undefined)) errors.expose = 'Write it as 15000:127.0.0.1:5000.';
  else if (new Set(locals).size < locals.length) errors.expose = 'Each local port can be used once.';
  else if (ports.length > 16) errors.expose = 'Sixteen ports at most.';
  return errors;
}

/** What is wrong with one link, by field; empty when it can be sent. */
export function linkErrors(form: LinkForm): LinkErrors {
  if (form.kept !== null) return {};
  if (form.kind === 'ssh') return sshErrors(form);
  if (form.kind === 'direct') {
    return isUrl(form.url, ['http:', 'https:']) ? {} : { url: 'Write the whole address, with http://.' };
  }
  const errors: LinkErrors = {};
  if (!isUrl(form.url, ['https:'])) errors.url = 'Write the whole address, beginning with https://.';
  if (!/^[A-Za-z0-9-]{0,64}$/.test(form.apiKeyHeader.trim()))
    errors.apiKeyHeader = 'Use letters, digits and -.';
  if (form.pin.trim() !== '' && pinOf(form.pin) === undefined) errors.pin = 'A SHA-256 has 64 hex digits.';
  return errors;
}

function authOf(form: LinkForm): SshAuth {
  return form.auth === 'key' ? { kind: 'key', file: form.identity.trim() } : { kind: form.auth };
}

function sshOf(form: LinkForm): SshLink {
  const ports = form.exposes ? listed(form.expose).flatMap((text) => exposedOf(text) ?? []) : [];
  const typed = {
    kind: 'ssh' as const,
    ...(targetOf(form.target) ?? { user: '', host: '', port: 22 }),
    auth: [authOf(form)],
    jump: listed(form.jump).flatMap((hop) => targetOf(hop) ?? []),
  };
  return {
    ...(form.imported?.link ?? typed),
    ...(ports.length === 0 ? {} : { expose: ports }),
  };
}

function httpsOf(form: LinkForm): HttpsLink {
  const header = form.apiKeyHeader.trim();
  const caFile = form.caFile.trim();
  const pinSha256 = pinOf(form.pin);
  return {
    kind: 'https',
    url: form.url.trim(),
    ...(header === '' ? {} : { apiKeyHeader: header }),
    ...(caFile === '' ? {} : { caFile }),
    ...(pinSha256 === undefined ? {} : { pinSha256 }),
  };
}

/** The link that the form describes. */
export function linkOf(form: LinkForm): LinkConfig {
  if (form.kept !== null) return form.kept;
  if (form.kind === 'ssh') return sshOf(form);
  return form.kind === 'https' ? httpsOf(form) : { kind: 'direct', url: form.url.trim() };
}

/** The kinds under which this link's secrets are kept; none where its ways of signing in have none. */
export function secretKindsOf(form: LinkForm): SecretKind[] {
  const link = linkOf(form);
  if (link.kind === 'https') return link.apiKeyHeader === undefined ? [] : ['api-key'];
  if (link.kind !== 'ssh') return [];
  const ways = new Set(link.auth.map((auth) => auth.kind));
  return [
    ...(ways.has('key') ? ['passphrase' as const] : []),
    ...(ways.has('password') ? ['password' as const] : []),
  ];
}

/** A word for a POSIX shell: as it is where that is safe, else quoted. */
export function word(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function exposeOptions(form: LinkForm): string[] {
  const link = linkOf(form);
  const ports = link.kind === 'ssh' ? (link.expose ?? []) : [];
  return ports.flatMap(({ localPort, host, port }) => [
    '--expose',
    `${localPort}:${host === '127.0.0.1' ? '' : `${host}:`}${port}`,
  ]);
}

/** The options of `profile add` that describe this link; refining ones follow the one that opens it. */
export function linkOptions(form: LinkForm): string[] {
  if (form.kind === 'direct') return ['--direct', word(form.url.trim() || 'http://127.0.0.1:PORT/mcp')];
  if (form.kind === 'https') {
    const { apiKeyHeader, caFile, pinSha256 } = httpsOf(form);
    return [
      '--https',
      word(form.url.trim() || 'https://HOST/mcp'),
      ...(apiKeyHeader === undefined ? [] : ['--api-key-header', word(apiKeyHeader)]),
      ...(caFile === undefined ? [] : ['--ca', word(caFile)]),
      ...(pinSha256 === undefined ? [] : ['--pin', pinSha256]),
    ];
  }
  if (form.imported !== null) return ['--ssh', word(form.imported.alias), ...exposeOptions(form)];
  const jump = listed(form.jump).join(',');
  return [
    '--ssh',
    word(form.target.trim() || 'USER@HOST'),
    ...(form.auth === 'key' ? ['--identity', word(form.identity.trim())] : []),
    ...(form.auth === 'agent' ? ['--agent'] : []),
    ...(jump === '' ? [] : ['--jump', word(jump)]),
    ...exposeOptions(form),
  ];
}
