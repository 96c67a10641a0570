import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { WrittenEntry } from '../clients/inspect.ts';

/** What a client's SDK hands on of its own environment; everything else the program must do without. */
const INHERITED: Readonly<Record<'win32' | 'posix', readonly string[]>> = {
  win32: [
    'APPDATA',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'PATH',
    'PROCESSOR_ARCHITECTURE',
    'SYSTEMDRIVE',
    'SYSTEMROOT',
    'TEMP',
    'USERNAME',
    'USERPROFILE',
    'PROGRAMFILES',
  ],
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
};

/** The environment in which a client starts the program of an entry. */
export function clientEnv(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  entry: Pick<WrittenEntry, 'env'>,
): Record<string, string> {
  const names = INHERITED[platform === 'win32' ? 'win32' : 'posix'];
  const base = names.flatMap((name) => {
    const value = env[name];
    // shells export functions so; the SDK leaves them out
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(base), ...entry.env };
}

/** How a program behaved when it was started as a client starts it. Times are milliseconds since the start; null: never. */
export interface StubRun {
  /** Why it could not be started at all. */
  readonly spawnError: string | null;
  readonly discoverMs: number | null;
  readonly initializeMs: number | null;
  /** What initialize was answered with: the server's name, or the message of an error. */
  readonly said: { readonly name: string } | { readonly error: string } | null;
  /** The first line on standard output that is no JSON-RPC message. */
  readonly noise: string | null;
  /** Whether it ended by itself when its input ended. */
  readonly endedByItself: boolean;
  readonly exitCode: number | null;
  /** The end of its standard error. */
  readonly stderr: string;
}

export interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly probeMs: number;
  readonly initializeMs: number;
  readonly endMs: number;
}

const KEPT = 2_000;
const MAX_LINE = 1 << 20;

const DISCOVER = { jsonrpc: '2.0', id: 'doctor-discover', method: 'server/discover' };
const META = 'io.modelcontextprotocol/';

function messages(version: string) {
  const clientInfo = { name: 'catalyst-companion-doctor', version };
  const discover = {
    ...DISCOVER,
    params: {
      _meta: {
        [`${META}protocolVersion`]: '2026-07-28',
        [`${META}clientInfo`]: clientInfo,
        [`${META}clientCapabilities`]: {},
      },
    },
  };
  const initialize = {
    jsonrpc: '2.0',
    id: 'doctor-initialize',
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  };
  return { discover: `${JSON.stringify(discover)}\n`, initialize: `${JSON.stringify(initialize)}\n` };
}

interface Answer {
  id?: unknown;
  result?: { serverInfo?: { name?: unknown } };
  error?: { message?: unknown };
}

/** Reads the lines of a program and hands out its answers by id. */
class Lines {
  noise: string | null = null;
  #rest = '';
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines) if (line.trim() !== '') this.#line(line);
  }

  /** Undefined where it did not come in time, or the program ended. */
  answer(id: string, ms: number, ended: Promise<unknown>): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ms);
      const settle = (answer?: Answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#waiting.set(id, settle);
      void ended.then(() => setImmediate(settle));
    });
  }

  #line(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    if (typeof value !== 'object' || value === null) {
      this.noise ??= line.slice(0, 120);
      return;
    }
    const answer = value as Answer;
    if (typeof answer.id === 'string') this.#waiting.get(answer.id)?.(answer);
  }
}

/** Resolves when the program is gone; ends it where `ms` after the end of its input it still runs. */
async function leave(
  child: ChildProcessWithoutNullStreams,
  gone: Promise<unknown>,
  ms: number,
): Promise<boolean> {
  child.stdin.end();
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    child.kill('SIGKILL');
  }, ms);
  await gone;
  clearTimeout(timer);
  return !killed;
}

function started(options: StartOptions): Promise<ChildProcessWithoutNullStreams | string> {
  return new Promise((resolve) => {
    try {
      const child = spawn(options.command, [...options.args], {
        env: options.env,
        cwd: options.cwd,
        shell: false,
        windowsHide: true,
        stdio: 'pipe',
      });
      child.once('spawn', () => resolve(child));
      child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    } catch (error) {
      resolve((error as Error).message);
    }
  });
}

function saidOf(answer: Answer | undefined): StubRun['said'] {
  if (!answer) return null;
  const said = answer.error?.message;
  if (answer.error) return { error: typeof said === 'string' ? said.slice(0, 200) : 'an error' };
  const name = answer.result?.serverInfo?.name;
  return { name: typeof name === 'string' ? name.slice(0, 60) : '' };
}

/** Starts a program as a client does, asks it what a client asks, and ends it. Nothing that it started outlives this. */
export async function startAsClient(options: StartOptions): Promise<StubRun> {
  const since = performance.now();
  const child = await started(options);
  const nothing = {
    discoverMs: null,
    initializeMs: null,
    said: null,
    noise: null,
    exitCode: null,
    stderr: '',
  };
  if (typeof child === 'string') return { ...nothing, spawnError: child, endedByItself: true };
  const lines = new Lines();
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.take(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT)));
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  const gone = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const abort = () => void child.kill('SIGKILL');
  options.signal.addEventListener('abort', abort, { once: true });
  if (options.signal.aborted) abort();
  try {
    const { discover, initialize } = messages(options.version);
    child.stdin.write(discover);
    const probed = await lines.answer('doctor-discover', options.probeMs, gone);
    const discoverMs = probed ? performance.now() - since : null;
    child.stdin.write(initialize);
    const begun = await lines.answer('doctor-initialize', options.initializeMs, gone);
    const initializeMs = begun ? performance.now() - since : null;
    const endedByItself = await leave(child, gone, options.endMs);
    const { noise } = lines;
    return {
      spawnError: null,
      discoverMs,
      initializeMs,
      said: saidOf(begun),
      noise,
      endedByItself,
      exitCode: await gone,
      stderr: stderr.trim(),
    };
  } finally {
    options.signal.removeEventListener('abort', abort);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}
