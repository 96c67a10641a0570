import { AppError } from '../../../contract/errors.ts';
import { elements, members } from '../../../stub/envelope.ts';
import { UpstreamFailure } from '../failure.ts';
import { includesAcross, joined, sliced } from '../pieces.ts';
import type { Received } from '../reply.ts';
import { parsed, receive, textOf } from '../reply.ts';
import type { RpcError } from './era.ts';
import { isModernError } from './era.ts';
import type { ToolMarks } from './param-headers.ts';
import { paramHeaders } from './param-headers.ts';

const EDGE = 160;
const COMPLETE_AT_START = /^\{"jsonrpc":"2\.0","id":\d+,"result":\{"resultType":"complete",/;
const COMPLETE_AT_END =
  /,"resultType":"complete"\}(?:,"jsonrpc":"2\.0")?(?:,"id":\d+)?(?:,"jsonrpc":"2\.0")?\}$/;

type Result = Record<string, unknown> | null | undefined;

/** A message of our own, as if it had been received. */
export function received(text: string): Received {
  const message = receive([Buffer.from(text)]);
  if (!message) throw new Error('not a JSON-RPC message');
  return message;
}

export const errorAnswer = (id: number, code: number, message: string): Received =>
  received(`{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}}}`);

export const errorIn = (answer: Received | undefined): RpcError | undefined =>
  answer?.value?.['error'] as RpcError | undefined;

/** What kind of result it is. Large ones are parsed only where they may be another kind than `complete`. */
export function resultType(answer: Received): unknown {
  if (!answer.value) {
    if (edgesSayComplete(answer) || !includesAcross(answer.bytes, '"resultType"')) return 'complete';
  }
  const message = parsed(answer);
  return message && 'error' in message
    ? 'complete'
    : ((message?.['result'] as Result)?.['resultType'] ?? 'complete');
}

const head = ({ bytes }: Received) => joined(sliced(bytes, 0, EDGE)).toString('latin1');
const tail = ({ bytes, size }: Received) => joined(sliced(bytes, size - EDGE)).toString('latin1');
const edgesSayComplete = (answer: Received) =>
  COMPLETE_AT_START.test(head(answer)) || COMPLETE_AT_END.test(tail(answer));

/** The answer for a client that knows no `resultType`; nothing else is taken from it. A large one may keep it. */
export function withoutResultType(answer: Received): Received {
  if (!answer.value) {
    const { bytes, size } = answer;
    const mark = '"resultType":"complete"';
    const start = COMPLETE_AT_START.test(head(answer)) ? head(answer).indexOf(mark) : -1;
    const end = tail(answer).search(COMPLETE_AT_END);
    if (start !== -1)
      return receive([...sliced(bytes, 0, start), ...sliced(bytes, start + mark.length + 1)]) ?? answer;
    if (end === -1) return answer;
    const at = size - Math.min(EDGE, size) + end;
    return receive([...sliced(bytes, 0, at), ...sliced(bytes, at + 1 + mark.length)]) ?? answer;
  }
  const text = textOf(answer);
  const result = members(text).get('result');
  const span = result && members(text, result.start).get('resultType');
  const key = span ? text.lastIndexOf('"resultType"', span.start) : -1;
  if (!span || key === -1) return answer;
  const after = /^\s*,\s*/.exec(text.slice(span.end, span.end + 50));
  const before = text.slice(0, key);
  const rest = after ? text.slice(span.end + after[0].length) : text.slice(span.end);
  return received((after ? before : before.replace(/,\s*$/, '')) + rest);
}

/** A server of this era must not send it, or it is of an extension that nobody asked for. */
export function unknownKind(kind: unknown): UpstreamFailure {
  return new UpstreamFailure(
    'lost',
    new AppError(
      'MCP_SERVER_ERROR',
      `The server answered with a kind of result that is not known (${String(kind).slice(0, 60)}).`,
      'Look at the server on the droplet, then check the status.',
    ),
  );
}

/** An error of the modern era as one that a client of the earlier eras can take: theirs would stop its fallback. */
export function legacyError(id: number, method: string, answer: Received): Received {
  const error = errorIn(answer);
  const message = typeof error?.message === 'string' ? error.message : 'The server refused the request';
  if (isModernError(error)) return errorAnswer(id, -32603, `The server refused the request: ${message}`);
  const uri = (error?.data as { uri?: unknown } | null | undefined)?.uri;
  if (method !== 'resources/read' || error?.code !== -32602 || uri === undefined) return answer;
  const data = JSON.stringify({ uri });
  return received(
    `{"jsonrpc":"2.0","id":${id},"error":{"code":-32002,"message":${JSON.stringify(message)},"data":${data}}}`,
  );
}

/** An error of the earlier eras as one that a client of the modern era can take. */
export function modernError(id: number, answer: Received): Received {
  const error = errorIn(answer);
  // both codes are not to be sent in that era (2026-07-28, error codes)
  const code = error?.code === -32002 ? -32602 : error?.code === -32042 ? -32603 : undefined;
  if (code === undefined) return answer;
  return received(JSON.stringify({ jsonrpc: '2.0', id, error: { ...error, code } }));
}

/**
 * Notes which parameters of the listed tools go into headers. The answer comes back without the tools whose marks are
 * against the rules, which a client has to leave out (2026-07-28, Streamable HTTP); `onInvalid` is told of each.
 */
export function learnTools(
  answer: Received,
  tools: Map<string, ToolMarks>,
  onInvalid: (tool: string, why: string) => void,
): Received {
  const list = (parsed(answer)?.['result'] as Result)?.['tools'];
  if (!Array.isArray(list)) return answer;
  const invalid = new Set<number>();
  for (const [index, tool] of (list as ({ name?: unknown; inputSchema?: unknown } | null)[]).entries()) {
    if (typeof tool?.name !== 'string') continue;
    try {
      tools.set(tool.name, paramHeaders(tool.inputSchema));
    } catch (error) {
      const fault = (error as Error).message;
      tools.set(tool.name, { fault });
      invalid.add(index);
      onInvalid(tool.name, fault);
    }
  }
  if (invalid.size === 0) return answer;
  const text = textOf(answer);
  const result = members(text).get('result');
  const span = result && members(text, result.start).get('tools');
  if (!span) return answer;
  const kept = elements(text, span.start).filter((_, index) => !invalid.has(index));
  const entries = kept.map(({ start, end }) => text.slice(start, end)).join(',');
  return received(`${text.slice(0, span.start)}[${entries}]${text.slice(span.end)}`);
}
