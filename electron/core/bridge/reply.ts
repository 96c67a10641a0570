import { isUtf8 } from 'node:buffer';
import { members } from '../../stub/envelope.ts';

/** Messages up to this size are parsed in full; larger answers are recognised by their edges. */
const PARSE_LIMIT = 65_536;
const EDGE = 160;

/** A message from the back end. `bytes` has no line breaks; `idStart`/`idEnd` are byte offsets of the raw id. */
export interface Received {
  kind: 'response' | 'request' | 'notification';
  bytes: Buffer;
  id: string;
  idStart: number;
  idEnd: number;
  method: string;
  /** The parsed message; undefined for a large answer that was only recognised. */
  value: Record<string, unknown> | undefined;
}

/** Raw line breaks stand in JSON only between tokens; as spaces they cannot break the client's lines. */
function oneLine(bytes: Buffer): Buffer {
  if (bytes.indexOf(10) === -1 && bytes.indexOf(13) === -1) return bytes;
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(10); at !== -1; at = copy.indexOf(10, at)) copy[at] = 32;
  for (let at = copy.indexOf(13); at !== -1; at = copy.indexOf(13, at)) copy[at] = 32;
  return copy;
}

const HEAD = /^\{"jsonrpc":"2\.0","id":(\d{1,16}),"(?:result|error)":/;
// The last brace closes the message itself, and after a comma the quote before `id` opens a key: no string fakes it.
const TAIL = /,"id":(\d{1,16})\}$/;
const TAIL_WITH_VERSION = /,"id":(\d{1,16}),"jsonrpc":"2\.0"\}$/;

/** A large response by its first or last bytes, without parsing what lies between. */
function byEdges(bytes: Buffer): Received | undefined {
  const head = bytes.toString('latin1', 0, EDGE);
  const tail = bytes.toString('latin1', bytes.length - EDGE);
  const found = HEAD.exec(head);
  if (found?.[1] && tail.endsWith('}')) return edge(bytes, found[1], found[0].indexOf(found[1], 20));
  if (!head.startsWith('{"result":') && !head.startsWith('{"jsonrpc":"2.0","result":')) return undefined;
  const last = TAIL.exec(tail) ?? TAIL_WITH_VERSION.exec(tail);
  if (!last?.[1]) return undefined;
  return edge(bytes, last[1], bytes.length - tail.length + last.index + ',"id":'.length);
}

function edge(bytes: Buffer, id: string, idStart: number): Received {
  return { kind: 'response', bytes, id, idStart, idEnd: idStart + id.length, method: '', value: undefined };
}

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
export function receive(raw: Buffer): Received | undefined {
  const bytes = trimmed(oneLine(raw));
  if (!isUtf8(bytes)) return undefined;
  if (bytes.length > PARSE_LIMIT) {
    const large = byEdges(bytes);
    if (large) return large;
  }
  const text = bytes.toString('utf8');
  const value = asMessage(text);
  if (!value) return undefined;
  const method = typeof value['method'] === 'string' ? value['method'] : '';
  const span = 'id' in value ? members(text).get('id') : undefined;
  const ascii = text.length === bytes.length;
  const at = (index: number) => (ascii ? index : Buffer.byteLength(text.slice(0, index)));
  return {
    kind: method === '' ? 'response' : span ? 'request' : 'notification',
    bytes,
    id: span ? text.slice(span.start, span.end) : '',
    idStart: span ? at(span.start) : 0,
    idEnd: span ? at(span.end) : 0,
    method,
    value,
  };
}

function trimmed(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3;
  while (start < end && (bytes[start] === 32 || bytes[start] === 9)) start++;
  while (end > start && (bytes[end - 1] === 32 || bytes[end - 1] === 9)) end--;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

/** The message's bytes with another id, in pieces so that large results are not copied. */
export function splice(received: Received, id: string): Buffer[] {
  const { bytes, idStart, idEnd } = received;
  return [bytes.subarray(0, idStart), Buffer.from(id), bytes.subarray(idEnd)];
}

/** The parsed message; large answers are parsed now. Undefined when they are not JSON after all. */
export function parsed(received: Received): Record<string, unknown> | undefined {
  if (received.value) return received.value;
  try {
    return JSON.parse(received.bytes.toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
