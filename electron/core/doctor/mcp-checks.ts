import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../contract/errors.ts';
import { AppError, asAppError } from '../../contract/errors.ts';
import { UpstreamFailure } from '../bridge/failure.ts';
import { parsed } from '../bridge/reply.ts';
import { createUpstream } from '../bridge/upstream/create-upstream.ts';
import { discover } from '../bridge/upstream/discover.ts';
import { EraMemory } from '../bridge/upstream/era.ts';
import { HttpLane } from '../bridge/upstream/http-lane.ts';
import { introduced } from '../bridge/upstream/modern-body.ts';
import type { SessionFacts } from '../bridge/upstream/session-facts.ts';
import type { UpstreamSession } from '../bridge/upstream/upstream-session.ts';
import type { OpenLink } from '../link/dialling.ts';
import type { LinkHandle } from '../link/transport.ts';
import { remedy, remedyOf } from './remedy.ts';
import { failed, ok, skipped, warning } from './rounds.ts';
import type { Finding } from './rounds.ts';
import type { CheckId } from './table.ts';
import type { Reached } from './reached.ts';
import { mcpRoute, PING } from './reached.ts';
import { helpFor } from './web-words.ts';

const STEP_MS = 8_000;
const OPEN_MS = 15_000;
/** Servers behind a balancer forget at random: as often as this a session is asked for. */
const PINGS = 4;

/** An open link as the bridge's sessions see one. */
export function handleOf(link: OpenLink): LinkHandle {
  return {
    transport: link,
    whenOpen: () => Promise.resolve(link),
    reason: () => 'The link was closed.',
    proof: () => undefined,
    onChange: () => () => undefined,
  };
}

function initializeText(version: string): (id: number) => string {
  return (id) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'catalyst-companion-doctor', version },
      },
    });
}

const appError = (thrown: unknown): AppError =>
  thrown instanceof UpstreamFailure ? thrown.error : asAppError(thrown);

/** The check that a failure of the handshake belongs to, where it is not the handshake itself. */
const PLACES: { readonly [code in ErrorCode]?: CheckId } = {
  RATE_LIMITED: 'web.rate-limit',
  LINK_API_KEY_REFUSED: 'web.api-key',
  MCP_SESSION_LOST: 'session.kept',
  LINK_REDIRECT_REFUSED: 'mcp.redirect',
};

const ONE_WORKER = remedy(
  'Several workers or replicas do not share sessions: run one (uvicorn --workers 1), let the balancer keep a client on one of them, or turn on stateless_http in FastMCP',
);

function handshakeFinding(id: CheckId, error: AppError, reached: Reached): Finding {
  if (id === 'session.kept')
    return failed('The server forgot the session that it had given a moment before (HTTP 404).', ONE_WORKER);
  const help = helpFor(id, error, reached);
  const hangs = error.code === 'MCP_TIMEOUT' || error.code === 'LINK_TIMEOUT';
  if (hangs) {
    const buffering = 'If nginx holds answers back, turn that off where it passes /mcp on';
    const isHttps = reached.config.kind === 'https';
    const seen = `initialize was not answered: ${error.message}`;
    return failed(seen, isHttps ? remedy(buffering, 'proxy_buffering off;') : help);
  }
  return failed(error.message, help);
}

/** Whether the server is one of 2026-07-28; each answer is well, as the bridge speaks both eras. */
async function checkDiscover(reached: Reached, lane: HttpLane): Promise<void> {
  const { rounds, one } = reached;
  const initialize = initializeText(one.ports.version);
  await rounds.run('mcp.discover', null, STEP_MS, async () => {
    try {
      const who = { ...introduced(initialize(0)), logLevel: undefined };
      const facts = await discover(lane, await lane.route(), 1, who, STEP_MS - 1_000);
      return ok(
        facts
          ? `It speaks 2026-07-28 as ${nameOf(facts)}.`
          : 'It does not speak 2026-07-28, which is usual; the bridge speaks the earlier revisions with it.',
      );
    } catch (thrown) {
      const { message, next } = appError(thrown);
      return warning(`server/discover was not answered: ${message}`, remedyOf(next, rounds.profile));
    }
  });
}

const nameOf = ({ serverInfo: { name, version } }: SessionFacts): string =>
  `${name === '' ? 'a server without a name' : name.slice(0, 60)} ${version.slice(0, 20)}`.trim();

export interface Opened {
  readonly session: UpstreamSession;
  readonly facts: SessionFacts;
  readonly isSse: boolean;
}

const unanswered = (ms: number) =>
  new AppError(
    'MCP_TIMEOUT',
    `no answer came within ${ms / 1000} s.`,
    "Look at the server's log on the droplet; restart it if it hangs.",
  );

/** The handshake as the bridge makes it: the classic era first, then what the server speaks. */
async function openSession(reached: Reached): Promise<Opened | undefined> {
  const { rounds, one, link } = reached;
  const eras = new EraMemory();
  const session = createUpstream({
    link: handleOf(link),
    clock: one.ports.clock,
    log: one.ports.log,
    initialize: initializeText(one.ports.version),
    onServerMessage: () => undefined,
    idleMs: Infinity,
    discoverMs: STEP_MS,
    eras,
  });
  const openMs = one.ports.timing?.probeMs ?? OPEN_MS;
  rounds.begin('mcp.initialize', null);
  const started = performance.now();
  const end = new AbortController();
  const late = new Promise<never>((_resolve, reject) => {
    const give = () => reject(unanswered(openMs));
    AbortSignal.any([rounds.signal, AbortSignal.timeout(openMs)]).addEventListener('abort', give, {
      once: true,
      signal: end.signal,
    });
  });
  late.catch(() => undefined);
  try {
    const facts = await Promise.race([session.open(), late]);
    const isSse = eras.of(mcpRoute(link).url).legacy === 'sse';
    const how = isSse ? ' over HTTP+SSE (2024-11-05)' : '';
    const seen = `${nameOf(facts)} answers in revision ${facts.protocolVersion}${how}.`;
    rounds.note('mcp.initialize', null, ok(seen), performance.now() - started);
    return { session, facts, isSse };
  } catch (thrown) {
    void session.close();
    if (rounds.signal.aborted) return undefined;
    const error = appError(thrown);
    const id = PLACES[error.code] ?? 'mcp.initialize';
    if (id === 'session.kept') rounds.note('mcp.initialize', null, ok('initialize is answered.'), 0);
    rounds.note(id, null, handshakeFinding(id, error, reached), performance.now() - started);
    return undefined;
  } finally {
    end.abort();
  }
}

/** A session of our own at the level of HTTP, to see the statuses that the bridge's sessions deal with. */
class BareSession {
  readonly #lane: HttpLane;
  id: string | undefined;
  refused = 0;

  constructor(lane: HttpLane) {
    this.#lane = lane;
  }

  async open(body: string): Promise<void> {
    const { headers } = await this.#send(body, {});
    const { 'mcp-session-id': id } = headers;
    this.id = typeof id === 'string' ? id : undefined;
    if (this.id !== undefined)
      await this.#send('{"jsonrpc":"2.0","method":"notifications/initialized"}', this.#own);
  }

  get #own(): Record<string, string> {
    return { 'mcp-session-id': this.id ?? '', 'mcp-protocol-version': '2025-11-25' };
  }

  /** Throws UpstreamFailure; `sessionLost` where the server does not know it any more. */
  async ping(id = this.id): Promise<void> {
    await this.#send(PING, { ...this.#own, 'mcp-session-id': id ?? '' });
  }

  async close(): Promise<void> {
    if (this.id === undefined) return;
    const options = { method: 'DELETE', timeoutMs: 1_000, onMessage: () => undefined } as const;
    await this.#lane.run(await this.#lane.route(), this.#own, options).catch(() => undefined);
  }

  async #send(body: string, headers: Record<string, string>) {
    this.refused = 0;
    return await this.#lane.run(await this.#lane.route(), headers, {
      method: 'POST',
      body,
      timeoutMs: STEP_MS,
      hadSession: headers['mcp-session-id'] !== undefined,
      onMessage: () => undefined,
      onRefused: (status) => (this.refused = status),
    });
  }
}

/** Refused answers of a session that never was: each tells a client to begin anew. */
const BEGIN_ANEW = [400, 404];

async function pingUnknown(bare: BareSession): Promise<Finding> {
  try {
    await bare.ping(randomUUID());
    return ok('It answers a session that never was, as a server without sessions of its own does.');
  } catch (thrown) {
    const status = bare.refused;
    if (BEGIN_ANEW.includes(status))
      return ok(`It answers HTTP ${status} to a session that never was, so a restart is noticed.`);
    const { message } = appError(thrown);
    return warning(
      `A session that never was is answered in an unusual way: ${message}`,
      remedy('After a restart of the server calls may fail until Claude asks again; update the server'),
    );
  }
}

async function checkSession(reached: Reached, lane: HttpLane): Promise<void> {
  const { rounds, one } = reached;
  const bare = new BareSession(lane);
  try {
    const state = await rounds.run('session.kept', null, STEP_MS * 2, async () => {
      const until = performance.now() + STEP_MS;
      try {
        await bare.open(initializeText(one.ports.version)(1));
        if (bare.id === undefined) return ok('The server works without sessions.');
        // a slow server is not a forgetful one: it is asked less often
        for (let i = 0; i < PINGS && (i === 0 || performance.now() < until); i++) await bare.ping();
      } catch (thrown) {
        const lost = thrown instanceof UpstreamFailure && thrown.sessionLost;
        if (lost) return failed('The server forgot the session that it had given (HTTP 404).', ONE_WORKER);
        const { message, next } = appError(thrown);
        return failed(message, remedyOf(next, rounds.profile));
      }
      return ok('The server keeps the session that it gave.');
    });
    if (state !== 'ok' || bare.id === undefined || rounds.signal.aborted) return;
    await rounds.run('session.unknown', null, STEP_MS, () => pingUnknown(bare));
  } finally {
    await bare.close();
  }
}

/** The handshake in both eras, and how sessions are kept. Undefined where no session can be had; the caller closes it. */
export async function checkMcp(reached: Reached): Promise<Opened | undefined> {
  const { rounds } = reached;
  const lane = new HttpLane(handleOf(reached.link), reached.one.ports.clock);
  await checkDiscover(reached, lane);
  const opened = await openSession(reached);
  if (!opened) return undefined;
  if (opened.isSse)
    rounds.note('session.kept', null, skipped('HTTP+SSE keeps a session as long as its stream.'), 0);
  else if (opened.facts.era === 'modern')
    rounds.note('session.kept', null, skipped('2026-07-28 has no sessions.'), 0);
  else await checkSession(reached, lane);
  return opened;
}

/** The result of a list, or undefined where it was answered with an error. */
export async function listOf(
  session: UpstreamSession,
  method: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const id = session.newId();
  const params = cursor === undefined ? '{}' : JSON.stringify({ cursor });
  const body = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
  const answer = parsed(await session.request(id, body, { timeoutMs: STEP_MS, signal }));
  const error = answer?.['error'] as { message?: unknown } | undefined;
  if (error) throw new Error(typeof error.message === 'string' ? error.message.slice(0, 300) : 'an error');
  return (answer?.['result'] ?? {}) as Record<string, unknown>;
}
