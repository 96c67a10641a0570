/**
 * What stub and app agree on: where the socket is, how both prove that they know the key, and the frames.
 * Shared with core/bridge, which imports it from here because the stub imports nothing outside node:*.
 */
import os from 'node:os';
import path from 'node:path';

/** Version of handshake and frames; an app answers older stubs in their own version. */
export const WIRE_VERSION = 1;
/** No line of either side may be longer. */
export const MAX_LINE = 10 * 1024 * 1024;
/** Longer JSON-RPC ids are refused, so that a frame head stays small. */
export const MAX_ID = 1024;

/** The state folder: CATALYST_COMPANION_HOME or `~/.catalyst-companion`. */
export function homeDir(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['CATALYST_COMPANION_HOME'];
  return given ? path.resolve(given) : path.join(os.homedir(), '.catalyst-companion');
}

// loaded at first use: it costs 5 ms of the stub's start, and initialize is answered before it is needed
const crypto = () => process.getBuiltinModule('node:crypto');

export const newNonce = () => crypto().randomBytes(32).toString('hex');

const short = (text: string) => crypto().createHash('sha256').update(text).digest('hex').slice(0, 24);

/**
 * The app's local socket. Windows: a named pipe. Elsewhere `run/bridge.sock`; where that path is too long for a
 * socket address (104 bytes on macOS), a folder of our own under /tmp.
 */
export function socketPath(home: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\catalyst-companion-${short(home.toLowerCase())}`;
  const file = path.join(home, 'run', 'bridge.sock');
  if (Buffer.byteLength(file) <= 100) return file;
  return path.join('/tmp', `catalyst-companion-${process.getuid?.() ?? 0}-${short(home)}`, 'bridge.sock');
}

export const keyPath = (home: string) => path.join(home, 'run', 'bridge.key');

/** What a client says first. `state` lets a session continue that began while the app was away. */
export interface Hello {
  v: number;
  kind: 'bridge' | 'control';
  profile: string;
  pid: number;
  /** 32 random bytes, hex. */
  nonce: string;
  state?: ClientState;
}

/** What the stub remembers of the client's session, replayed to an app that was not there at the time. */
export interface ClientState {
  /** The client's `initialize` line as received; empty for a client of the modern era, which sends none. */
  initialize: string;
  initialized: boolean;
  /** Open `subscriptions/listen` requests of a client of the modern era, as received. A stub of an earlier version has none. */
  listens?: string[];
  /** Revision of the catalogue that answered the lists; null: no list was asked for. */
  served: string | null;
  subscriptions: string[];
  logLevel: string | null;
}

export type Welcome = { v: number; nonce: string; proof: string };
export type Verdict = { ok: true } | { ok: false; error: { code: string; message: string; next: string } };

/** HMAC over role, both nonces and the hello line, so that neither side's proof can be used for the other's. */
export function proofOf(key: string, role: 'server' | 'client', hello: string, serverNonce: string): string {
  return crypto()
    .createHmac('sha256', key)
    .update(`catalyst-companion ${role}\n${serverNonce}\n${hello}`)
    .digest('hex');
}

export function sameProof(a: unknown, b: string): boolean {
  if (typeof a !== 'string' || a.length !== b.length) return false;
  return crypto().timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Frame from app to stub: u32 payload length, u16 id length, id text, payload (one line with its newline). */
export const FRAME_HEAD = 6;

/** Writes a frame's head and id; an empty id marks a line that answers nothing. */
export function frameHead(id: string, payloadLength: number): Buffer {
  const idLength = Buffer.byteLength(id);
  const head = Buffer.allocUnsafe(FRAME_HEAD + idLength);
  head.writeUInt32BE(payloadLength, 0);
  head.writeUInt16BE(idLength, 4);
  head.write(id, FRAME_HEAD);
  return head;
}

const VERSIONS = ['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/** Newest revision with `initialize` that the product speaks. */
export const LATEST = '2025-11-25';

/** The lists that are answered from the catalogue. */
export const LISTS: readonly string[] = [
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
];

/** The revision to answer `initialize` with: the client's, unless the back end is known to be older or we are. */
export function agreedVersion(asked: unknown, known: string | undefined): string {
  const upper = known !== undefined && VERSIONS.includes(known) ? known : LATEST;
  return typeof asked === 'string' && VERSIONS.includes(asked) && asked <= upper ? asked : upper;
}

/** The `initialize` result: what the back end said when it was last asked, else a form that promises little. */
export function initializeResult(saved: string | undefined, askedVersion: unknown): string {
  const known = saved === undefined ? undefined : (JSON.parse(saved) as Record<string, unknown>);
  const capabilities = (known?.['capabilities'] ?? { prompts: {}, logging: {}, completions: {} }) as Record<
    string,
    object
  >;
  return JSON.stringify({
    serverInfo: { name: 'catalyst-companion', version: '1' },
    ...known,
    protocolVersion: agreedVersion(askedVersion, known?.['protocolVersion'] as string | undefined),
    capabilities: {
      ...capabilities,
      tools: { ...capabilities['tools'], listChanged: true },
      resources: { ...(known ? capabilities['resources'] : { subscribe: true }), listChanged: true },
      ...(capabilities['prompts'] ? { prompts: { ...capabilities['prompts'], listChanged: true } } : {}),
    },
  });
}
