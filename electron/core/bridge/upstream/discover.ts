import { AppError } from '../../../contract/errors.ts';
import { members } from '../../../stub/envelope.ts';
import type { Route } from '../../link/transport.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import { parsed, textOf } from '../reply.ts';
import type { RpcError } from './era.ts';
import { MODERN_VERSION, isModernError, rpcErrorOf } from './era.ts';
import type { HttpLane } from './http-lane.ts';
import type { PerRequest } from './modern-body.ts';
import { META, outgoing, standardHeaders, withMeta } from './modern-body.ts';
import type { SessionFacts } from './session-facts.ts';

/** Client errors that say nothing of the era: sign-in, permission, proxy, wrong host, too many requests. */
const NOT_OF_THE_ERA = [401, 403, 407, 408, 421, 429];
const DISCOVER_MS = 20_000;

interface Refusal {
  status: number;
  body: string;
}

/**
 * Asks `server/discover`. Resolves with what a server of 2026-07-28 says of itself, or with null where the answer is
 * not one of that era, whatever its code (2026-07-28, Streamable HTTP, backward compatibility). Silence, sign-in and
 * faults of the server say nothing: throws UpstreamFailure `unsent`.
 */
export async function discover(
  http: HttpLane,
  route: Route,
  id: number,
  who: PerRequest,
  timeoutMs = DISCOVER_MS,
): Promise<SessionFacts | null> {
  const message = outgoing(`{"jsonrpc":"2.0","id":${id},"method":"server/discover"}`);
  let answer: Received | undefined;
  let refusal: Refusal | undefined;
  try {
    await http.run(route, standardHeaders(message), {
      method: 'POST',
      body: withMeta(message, who),
      timeoutMs,
      onMessage: (received) => {
        if (received.kind === 'response' && received.id === String(id)) answer ??= received;
      },
      onRefused: (status, body) => (refusal = { status, body }),
    });
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    return ofFailure(error, answer, refusal);
  }
  return answer ? ofAnswer(answer) : null;
}

function ofFailure(
  failure: UpstreamFailure,
  answer: Received | undefined,
  refusal: Refusal | undefined,
): SessionFacts | null {
  const error = (answer && (parsed(answer)?.['error'] as RpcError)) ?? (refusal && rpcErrorOf(refusal.body));
  if (isModernError(error)) return ofModernError(error as RpcError);
  const { status = 0 } = refusal ?? {};
  if (status >= 400 && status < 500 && !NOT_OF_THE_ERA.includes(status)) return null;
  // 200 with something else than MCP: how the server answers initialize will tell what is there
  if (failure.error.code === 'MCP_NOT_MCP') return null;
  throw new UpstreamFailure('unsent', failure.error);
}

function ofAnswer(answer: Received): SessionFacts | null {
  const value = parsed(answer);
  const error = value?.['error'] as RpcError | undefined;
  if (error) return isModernError(error) ? ofModernError(error) : null;
  const result = value?.['result'] as Record<string, unknown> | null | undefined;
  const versions = result?.['supportedVersions'];
  if (!result || !Array.isArray(versions)) return null;
  if (!versions.includes(MODERN_VERSION)) return withoutCommonVersion(versions);
  const text = textOf(answer);
  const span = members(text).get('result');
  return factsFrom(result, span && text.slice(span.start, span.end));
}

/** Only the modern era has these errors; the server is of it even where it did not like this request. */
function ofModernError(error: RpcError): SessionFacts | null {
  const { supported } = (error.data ?? {}) as { supported?: unknown };
  if (error.code === -32022 && Array.isArray(supported) && !supported.includes(MODERN_VERSION))
    return withoutCommonVersion(supported);
  return factsFrom({ capabilities: { tools: {}, resources: {}, prompts: {} } }, undefined);
}

function withoutCommonVersion(versions: readonly unknown[]): null {
  if (versions.some((version) => typeof version === 'string' && version < MODERN_VERSION)) return null;
  throw new UpstreamFailure(
    'unsent',
    new AppError(
      'MCP_SERVER_ERROR',
      `The server speaks only revisions of MCP that this app does not know (${versions.join(', ').slice(0, 100)}).`,
      'Update Catalyst Companion.',
    ),
  );
}

const textOr = (value: unknown, other: string) => (typeof value === 'string' ? value : other);

function factsFrom(result: Record<string, unknown>, discover: string | undefined): SessionFacts {
  const meta = (result['_meta'] ?? {}) as Record<string, unknown>;
  const info = (meta[`${META}serverInfo`] ?? result['serverInfo'] ?? {}) as Record<string, unknown>;
  const serverInfo = { ...info, name: textOr(info['name'], ''), version: textOr(info['version'], '') };
  const capabilities = (result['capabilities'] ?? {}) as Record<string, unknown>;
  const { instructions } = result;
  return {
    era: 'modern',
    protocolVersion: MODERN_VERSION,
    capabilities,
    serverInfo,
    text: JSON.stringify({ protocolVersion: MODERN_VERSION, capabilities, serverInfo, instructions }),
    ...(discover === undefined ? {} : { discover }),
  };
}
