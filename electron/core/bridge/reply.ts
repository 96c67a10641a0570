import { members } from '../../stub/envelope.ts';
import type { RpcAnswer } from '../seams.ts';
import type { Bytes } from './pieces.ts';
import { isUtf8Across, joined, onOneLine, sizeOf, sliced, trimmed } from './pieces.ts';

/** A JSON-RPC answer's text as a value. */
export function rpcAnswer(text: string): RpcAnswer {
  const answer = JSON.parse(text) as Record<string, unknown>;
  if ('result' in answer) return { result: answer['result'] };
  return { error: answer['error'] as { code: number; message: string } };
}

/** Messages up to this size are parsed in full; larger answers are recognised by their edges. */
const PARSE_LIMIT = 65_536;
const EDGE = 160;

/** A message from the back end. `bytes` has no line breaks; `idStart`/`idEnd` are byte offsets of the raw id. */
export interface Received {
  kind: 'response' | 'request' | 'notification';
  bytes: Bytes;
  /** Length of `bytes` together. */
  size: number;
  id: string;
  idStart: number;
  idEnd: number;
  method: string;
  /** The parsed message; undefined for a large answer that was only recognised. */
  value: Record<string, unknown> | undefined;
}

const HEAD = /^\{"jsonrpc":"2\.0","id":(\d{1,16}),"(?:result|error)":/;
// The last brace closes the message itself, and after a comma the quote before `id` opens a key: no string fakes it.
const TAIL = /,"id":(\d{1,16})\}$/;
const TAIL_WITH_VERSION = /,"id":(\d{1,16}),"jsonrpc":"2\.0"\}$/;

/** A large response by its first or last bytes, without parsing what lies between. */
function byEdges(bytes: Bytes, size: number): Received | undefined {
  const head = latin1(bytes, 0, EDGE);
  const tail = latin1(bytes, size - EDGE, size);
  const response = (id: string, idStart: number): Received => {
    const idEnd = idStart + id.length;
    return { kind: 'response', bytes, size, id, idStart, idEnd, method: '', value: undefined };
  };
  const found = HEAD.exec(head);
  if (found?.[1] && tail.endsWith('}')) return response(found[1], found[0].indexOf(found[1], 20));
  if (!head.startsWith('{"result":') && !head.startsWith('{"jsonrpc":"2.0","result":')) return undefined;
  const last = TAIL.exec(tail) ?? TAIL_WITH_VERSION.exec(tail);
  return last?.[1] ? response(last[1], size - tail.length + last.index + ',"id":'.length) : undefined;
}

const latin1 = (bytes: Bytes, start: number, end: number) =>
  joined(sliced(bytes, start, end)).toString('latin1');

/** The parsed message; undefined when it is none. */
function asMessage(text: string): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const message = value as Record<string, unknown>;
  const usable = typeof message['method'] === 'string' || 'result' in message || 'error' in message;
  return usable ? message : undefined;
}

/** Reads one message of the back end; undefined when it is not a JSON-RPC message. */
export function receive(raw: Bytes): Received | undefined {
  const bytes = trimmed(onOneLine(raw));
  if (!isUtf8Across(bytes)) return undefined;
  const size = sizeOf(bytes);
  if (size > PARSE_LIMIT) {
    const large = byEdges(bytes, size);
    if (large) return large;
  }
  const text = joined(bytes).toString('utf8');
  const value = asMessage(text);
  if (!value) return undefined;
  const method = typeof value['method'] === 'string' ? value['method'] : '';
  const span = 'id' in value ? members(text).get('id') : undefined;
  const ascii = text.length === size;
  const at = (index: number) => (ascii ? index : Buffer.byteLength(text.slice(0, index)));
  return {
    kind: method === '' ? 'response' : span ? 'request' : 'notification',
    bytes,
    size,
    id: span ? text.slice(span.start, span.end) : '',
    idStart: span ? at(span.start) : 0,
    idEnd: span ? at(span.end) : 0,
    method,
    value,
  };
}

/** The message's bytes with another id, not copied. */
export function splice(received: Received, id: string): Buffer[] {
  const { bytes, idStart, idEnd } = received;
  return [...sliced(bytes, 0, idStart), Buffer.from(id), ...sliced(bytes, idEnd)];
}

export const textOf = (received: Received): string => joined(received.bytes).toString('utf8');

/** The parsed message; large answers are parsed now. Undefined when they are not JSON after all. */
export function parsed(received: Received): Record<string, unknown> | undefined {
  if (received.value) return received.value;
  try {
    return JSON.parse(textOf(received)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
