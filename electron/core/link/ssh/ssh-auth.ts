import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { asAppError, AppError } from '../../../contract/errors.ts';
import type { SshAuth } from '../../../contract/profile.ts';
import type { DialContext } from '../dialling.ts';
import { AgentClient, AgentError } from './agent-client.ts';
import type { AgentIdentity } from './agent-client.ts';
import { MAX_TRIES, planIdentities, publicKeyOf } from './agent-plan.ts';
import { agentSockets } from './agent-socket.ts';
import { expandHome, loadKey } from './keys.ts';
import { withoutSha1 } from './ssh-methods.ts';

/** One way to sign in, ready to use: nothing more has to be read. */
export type Credential =
  | { kind: 'key'; file: string; key: ParsedKey }
  | {
      kind: 'agent';
      agent: AgentClient;
      identities: readonly AgentIdentity[];
      /** Keys of the agent that are not offered, because the server would hang up first. */
      left: number;
      /** Longest wait for one signature, milliseconds: someone may have to touch a key. */
      limitMs: number;
    }
  | { kind: 'password'; password: string };

export interface Credentials {
  readonly ways: readonly Credential[];
  /** Why other ways that the profile names could not be used. Told only where the rest fails too. */
  readonly problems: readonly AppError[];
}

/** An agent that does not list its keys by then is passed over where there are other ways, milliseconds. */
const LISTING_MS = 3_000;

type AgentWay = Extract<SshAuth, { kind: 'agent' }>;
type KeyWay = Extract<SshAuth, { kind: 'key' }>;

interface Wishes {
  way: AgentWay;
  first: readonly Buffer[];
  done: readonly Buffer[];
  tries: number;
  listMs: number;
}

function noAgent(message: string, next: string, cause?: unknown): AppError {
  return new AppError('LINK_AGENT_NOT_READY', message, next, { cause });
}

/** What the first agent holds that answers and has keys; throws the trouble of the first where none has. */
async function askAgents(
  sockets: readonly string[],
  listMs: number,
): Promise<{ agent: AgentClient; held: AgentIdentity[] }> {
  let trouble: unknown;
  let empty: AgentClient | undefined;
  for (const socket of sockets) {
    const agent = new AgentClient(socket);
    try {
      const held = await agent.list(listMs);
      if (held.length > 0) return { agent, held };
      empty ??= agent;
    } catch (error) {
      trouble ??= error;
    }
  }
  if (empty) return { agent: empty, held: [] };
  throw trouble instanceof Error ? trouble : new Error(String(trouble));
}

function agentTrouble(error: unknown): AppError {
  const reason = error instanceof AgentError ? error.message : String(error);
  const next =
    error instanceof AgentError && error.trouble === 'silent'
      ? 'Answer or unlock it (it may show a window of its own); it is asked again by itself.'
      : 'Start it, or sign in to your session; it is asked again by itself. Or give a key file with --identity FILE.';
  return noAgent(`The SSH agent cannot be used (${reason}).`, next, error);
}

/** The agent with the keys that are offered. Throws LINK_AGENT_UNAVAILABLE or LINK_AGENT_NOT_READY. */
async function loadAgent(context: DialContext, wishes: Wishes): Promise<Credential> {
  const { way, listMs } = wishes;
  const sockets = await agentSockets(way.socket, context.agentSocket);
  if (sockets.length === 0) {
    throw new AppError(
      'LINK_AGENT_UNAVAILABLE',
      'No SSH agent is known to this app: SSH_AUTH_SOCK is not set.',
      'Start the app from a session with an agent, or give a key file with --identity FILE.',
    );
  }
  const { agent, held } = await askAgents(sockets, listMs).catch((error: unknown) => {
    throw agentTrouble(error);
  });
  if (held.length === 0) {
    throw noAgent(
      'The SSH agent holds no key, or is locked.',
      'Add one (ssh-add FILE) or unlock it (ssh-add -X); it is asked again by itself.',
    );
  }
  const keys = await Promise.all((way.only ?? []).map(publicKeyOf));
  const only = way.only && keys.filter((key) => key !== undefined);
  const { offered, left } = planIdentities(held, { ...wishes, only });
  if (offered.length > 0)
    return { kind: 'agent', agent, identities: offered, left, limitMs: context.timing.agentMs };
  throw noAgent(
    way.only === undefined
      ? 'The SSH agent holds no key that SSH links can use beside those given as files.'
      : `The SSH agent holds none of the keys that this link may use (${way.only.join(', ') || 'none is named'}).`,
    `Add it: ssh-add ${way.only?.[0]?.replace(/\.pub$/, '') ?? 'FILE'}`,
  );
}

async function loadPassword(context: DialContext): Promise<Credential> {
  const { name } = context.profile;
  const password = await context.secrets.get(name, 'password');
  if (password !== undefined && password !== '') return { kind: 'password', password };
  throw new AppError(
    'LINK_PASSWORD_MISSING',
    `No password is stored for ${name}, and its SSH link signs in with one.`,
    `Store it: catalyst-companion secret set ${name} password`,
  );
}

async function loadKeyFile(file: string, context: DialContext): Promise<Credential> {
  const { secrets, profile } = context;
  const text = await loadKey(file, profile.name, () => secrets.get(profile.name, 'passphrase'));
  const key = ssh2.utils.parseKey(text);
  const path = expandHome(file);
  if (!(key instanceof Error)) return { kind: 'key', file: path, key: withoutSha1(key) };
  throw new AppError(
    'LINK_KEY_FORMAT',
    `The SSH key ${path} cannot be used (${key.message}).`,
    `Check it with: ssh-keygen -y -f "${path}"`,
    { cause: key },
  );
}

async function loadKeys(ways: readonly KeyWay[], context: DialContext) {
  const found: Credential[] = [];
  const failed: { error: AppError; key: Buffer | undefined }[] = [];
  const done: Buffer[] = [];
  for (const { file } of ways) {
    try {
      const credential = await loadKeyFile(file, context);
      found.push(credential);
      if (credential.kind === 'key') done.push(credential.key.getPublicSSH());
    } catch (error) {
      failed.push({ error: asAppError(error), key: await publicKeyOf(file) });
    }
  }
  return { found, failed, done };
}

/**
 * The ways to sign in, read and decrypted before anything is connected: keys by name first, then the agent (whose many
 * keys could use up the server's MaxAuthTries), then the password, and each only where `auth` names it.
 * A way that cannot be used does not stop the others: a missing key file, or an agent that starts later than this app.
 * Where none can, throws the first one's trouble: a LINK_KEY_… error, LINK_AGENT_UNAVAILABLE (none is known),
 * LINK_AGENT_NOT_READY (absent, silent, empty or locked; nothing was sent to the server, so trying again is harmless),
 * LINK_PASSWORD_MISSING or SECRET_UNREADABLE.
 */
export async function loadCredentials(
  config: { readonly auth: readonly SshAuth[] },
  context: DialContext,
): Promise<Credentials> {
  const of = <K extends SshAuth['kind']>(kind: K) =>
    config.auth.filter((way): way is Extract<SshAuth, { kind: K }> => way.kind === kind);
  const { found: keys, failed, done } = await loadKeys(of('key'), context);
  const problems: AppError[] = [];
  const passwords: Credential[] = [];
  if (of('password').length > 0) {
    await loadPassword(context).then(
      (password) => passwords.push(password),
      (error: unknown) => problems.push(asAppError(error)),
    );
  }
  const others = keys.length + passwords.length;
  const first = failed.flatMap(({ key }) => key ?? []);
  const agents: Credential[] = [];
  for (const way of of('agent').slice(0, 1)) {
    const tries = Math.max(MAX_TRIES - others, 1);
    const listMs = others > 0 ? Math.min(LISTING_MS, context.timing.agentMs) : context.timing.agentMs;
    await loadAgent(context, { way, first, done, tries, listMs }).then(
      (agent) => agents.push(agent),
      (error: unknown) => problems.unshift(asAppError(error)),
    );
  }
  // an encrypted or hardware key file is no trouble where the agent holds that very key
  const held = (key: Buffer | undefined) =>
    agents.some((way) => way.kind === 'agent' && way.identities.some(({ blob }) => key?.equals(blob)));
  problems.unshift(...failed.filter(({ key }) => !held(key)).map(({ error }) => error));
  const ways = [...keys, ...agents, ...passwords];
  const [trouble] = problems;
  if (ways.length === 0 && trouble) throw trouble;
  return { ways, problems };
}

/** The ways in words, for an error message. */
export function describeCredentials(credentials: Credentials): string {
  const words = credentials.ways.map((credential) => {
    if (credential.kind === 'key') return `the key ${credential.file}`;
    return credential.kind === 'agent' ? 'the SSH agent' : 'the stored password';
  });
  return words.join(' or ');
}
