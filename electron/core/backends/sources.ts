import { AppError, asAppError, type ErrorCode } from '../../contract/errors.ts';
import type { Source } from '../../contract/models.ts';
import { exchange } from '../http/request.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock } from '../ports.ts';
import type { McpReader } from '../seams.ts';
import { payloadOfAnswer, payloadOfHttp, type Payload, type Read } from './json-value.ts';
import type { SourceStep } from './presets.ts';

/** What sources are read through. Everything goes over the profile's one link. */
export interface SourceAccess {
  link: LinkHandle;
  reader: McpReader;
  clock: Clock;
  /** Fills `{cycle_id}`; undefined while no active cycle is known. */
  cycleId(): Promise<string | undefined>;
}

export type SourceRead<T> =
  { ok: true; value: T; source: Source; receivedAt: number } | { ok: false; reason: string };

/** Turns a payload of one source into the model; it also sees failed payloads, since a 404 can be an answer. */
export type ParsePayload<T> = (payload: Payload, step: SourceStep) => Read<T>;

const REST_TIMEOUT_MS = 5000;
const MCP_TIMEOUT_MS = 5000;
/** After this long the order is tried from the top again, so that a better source that recovered is used. */
const RETRY_ORDER_MS = 60_000;
const MAX_REASON = 400;
const NO_MCP: ReadonlySet<ErrorCode> = new Set([
  'MCP_TIMEOUT',
  'LINK_TIMEOUT',
  'LINK_NOT_CONNECTED',
  'LINK_LOST',
  'LINK_UNREACHABLE',
]);

/** `absent`: the server does not list it, or the link has no way to it; not worth a word where others were tried. */
type StepOutcome = { tried: true; source: Source; payload: Payload } | { tried: false; reason: string };

/** A promise or undefined after `ms`; the late result is dropped, never unhandled. */
async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  let cancel: () => void = () => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** One GET of a service through the link, as a payload; undefined where the link cannot reach the service. */
export async function getFromService(
  link: LinkHandle,
  service: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Payload | undefined> {
  const route = link.transport?.route({ to: 'service', name: service, path });
  if (!route) return undefined;
  try {
    const options = { timeoutMs: REST_TIMEOUT_MS, headers: { accept: 'application/json' } };
    const answer = await exchange(route, signal ? { ...options, signal } : options);
    link.proof();
    return payloadOfHttp(answer.status, answer.body.toString('utf8'));
  } catch (error) {
    return { ok: false, reason: asPlainReason(error), text: '' };
  }
}

/** Why an exchange failed, in a few words and without our own error's wrapping. */
export function asPlainReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ECONNREFUSED' || code === 'LINK_PORT_CLOSED') return 'nothing listens on its port';
  if (code === 'ECONNRESET') return 'it closed the connection without answering';
  if (code === 'LINK_TIMEOUT') return 'no answer in time';
  return error instanceof Error ? error.message : String(error);
}

function labelOf(source: Source): string {
  return source.kind === 'rest' ? source.ref : `MCP ${source.ref}`;
}

/**
 * Reads one model from its sources in order: the first that answers with content wins, is remembered and asked
 * first from then on; once a minute the order is tried from the top again.
 */
export class SourceChain<T> {
  readonly #access: SourceAccess;
  readonly #steps: readonly SourceStep[];
  readonly #parse: ParsePayload<T>;
  #winner: SourceStep | undefined;
  #orderedAt = Number.NEGATIVE_INFINITY;

  constructor(access: SourceAccess, steps: readonly SourceStep[], parse: ParsePayload<T>) {
    this.#access = access;
    this.#steps = steps;
    this.#parse = parse;
  }

  /** Never rejects: what goes wrong is the reason of an unknown. */
  async read(signal?: AbortSignal): Promise<SourceRead<T>> {
    const failures: string[] = [];
    const absent: string[] = [];
    let mcpGone: string | undefined;
    for (const step of this.#order()) {
      if (step.kind !== 'rest' && mcpGone !== undefined) continue;
      let outcome: StepOutcome;
      try {
        outcome = await this.#ask(step, signal);
      } catch (error) {
        const { code, message } = asAppError(error);
        outcome = { tried: false, reason: `MCP: ${message}` };
        if (NO_MCP.has(code)) mcpGone = message;
        failures.push(outcome.reason);
        continue;
      }
      if (!outcome.tried) {
        absent.push(outcome.reason);
        continue;
      }
      const read = this.#read(outcome.payload, step);
      if (read.ok) {
        this.#winner = step;
        return { ok: true, value: read.value, source: outcome.source, receivedAt: this.#access.clock.now() };
      }
      failures.push(`${labelOf(outcome.source)}: ${read.reason}`);
    }
    this.#winner = undefined;
    const reasons = [...new Set(failures.length > 0 ? failures : absent)].join('; ');
    return { ok: false, reason: reasons.slice(0, MAX_REASON) || 'this back end has no source for it' };
  }

  /** An answer nested a hundred thousand times over is a fault of that answer: no reader of ours comes to its end. */
  #read(payload: Payload, step: SourceStep): Read<T> {
    try {
      return this.#parse(payload, step);
    } catch (error) {
      return { ok: false, reason: `its answer cannot be read (${(error as Error).message})` };
    }
  }

  #order(): readonly SourceStep[] {
    const now = this.#access.clock.monotonic();
    const winner = this.#winner;
    if (winner === undefined || now - this.#orderedAt >= RETRY_ORDER_MS) {
      this.#orderedAt = now;
      return this.#steps;
    }
    return [winner, ...this.#steps.filter((step) => step !== winner)];
  }

  #ask(step: SourceStep, signal: AbortSignal | undefined): Promise<StepOutcome> {
    switch (step.kind) {
      case 'mcp-resource':
        return this.#resource(step.tail);
      case 'mcp-tool':
        return this.#tool(step.tool);
      case 'rest':
        return this.#rest(step.service, step.path, signal);
      default:
        return step satisfies never;
    }
  }

  async #mcp<R>(work: Promise<R>): Promise<R> {
    const done = await within(
      this.#access.clock,
      MCP_TIMEOUT_MS,
      work.then((value) => ({ value })),
    );
    if (done) return done.value;
    throw new AppError(
      'MCP_TIMEOUT',
      `no answer within ${MCP_TIMEOUT_MS / 1000} s`,
      'Check that the MCP server runs on the droplet.',
    );
  }

  async #resource(tail: string): Promise<StepOutcome> {
    const { reader } = this.#access;
    const listed = await this.#mcp(reader.resources());
    const uri = listed.find((resource) => endsWithTail(resource.uri, tail))?.uri;
    if (uri === undefined) return { tried: false, reason: 'MCP lists no resource for it' };
    const answer = await this.#mcp(reader.read(uri));
    return { tried: true, source: { kind: 'mcp-resource', ref: uri }, payload: payloadOfAnswer(answer) };
  }

  async #tool(name: string): Promise<StepOutcome> {
    const { reader } = this.#access;
    const listed = await this.#mcp(reader.tools());
    if (!listed.some((tool) => tool.name === name)) {
      return { tried: false, reason: 'MCP lists no tool for it' };
    }
    const answer = await this.#mcp(reader.call(name, {}, { timeoutMs: MCP_TIMEOUT_MS }));
    return { tried: true, source: { kind: 'mcp-tool', ref: name }, payload: payloadOfAnswer(answer) };
  }

  async #rest(service: string, path: string, signal: AbortSignal | undefined): Promise<StepOutcome> {
    let filled = path;
    if (path.includes('{cycle_id}')) {
      const cycle = await this.#access.cycleId();
      if (cycle === undefined) return { tried: false, reason: 'no active cycle is known' };
      filled = path.replace('{cycle_id}', encodeURIComponent(cycle));
    }
    const payload = await getFromService(this.#access.link, service, filled, signal);
    if (payload === undefined) {
      return { tried: false, reason: `the service ${service} is not reachable over this link` };
    }
    return { tried: true, source: { kind: 'rest', ref: `${service} ${filled}` }, payload };
  }
}

/**
 * `catalyst://portfolio/positions/open` ends with `positions/open`; `…/reopen` does not end with `open`. A scheme counts
 * as the first part and a query as nothing, as in the planned `positions://history?limit=100`.
 */
export function endsWithTail(uri: string, tail: string): boolean {
  const plain = uri.replace(/\?.*$/, '').replace('://', '/');
  if (!plain.endsWith(tail)) return false;
  const before = plain.at(-tail.length - 1);
  return before === undefined || before === '/' || before === ':';
}
