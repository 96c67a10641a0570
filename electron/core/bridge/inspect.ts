import { isUtf8 } from 'node:buffer';
import type { Span } from '../../stub/envelope.ts';
import { members, structureFault } from '../../stub/envelope.ts';
import { MAX_ID } from '../../stub/wire.ts';

/** Deeper messages are refused: parsers differ on what they survive. */
export const MAX_DEPTH = 64;

/** A client's message as the guard and the back end both see it. `text` is what was received, unchanged. */
export interface Inspected {
  kind: 'request' | 'notification' | 'response';
  text: string;
  /** Raw text of the id; empty for notifications. */
  id: string;
  /** Where the id stands in `text`. */
  idSpan: Span;
  /** Empty for responses. */
  method: string;
  params: Record<string, unknown>;
  paramsSpan: Span | undefined;
}

/** A message that is not passed on, with the JSON-RPC error it is answered with. `id` is raw text, `null` where unreadable. */
export interface Refused {
  kind: 'refused';
  id: string;
  code: -32700 | -32600 | -32602;
  message: string;
}

const ENVELOPE = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
const CALL_PARAMS = ['name', 'arguments', '_meta', 'task', 'inputResponses', 'requestState'];
const NOWHERE: Span = { start: 0, end: 0 };

/** How lenient parsers may read a key: letter case, width forms and control characters dropped (CVE-2026-27896). */
function folded(key: string): string {
  let plain = '';
  for (const c of key.normalize('NFKC')) if (c.charCodeAt(0) > 31 && c !== '\u200b') plain += c;
  return plain.toLowerCase();
}

/** A key that some parser would take for one of `exact` although it is not. */
function lookalike(keys: Iterable<string>, exact: readonly string[]): string | undefined {
  for (const key of keys) if (!exact.includes(key) && exact.includes(folded(key))) return key;
  return undefined;
}

const refused = (id: string, code: Refused['code'], message: string): Refused => ({
  kind: 'refused',
  id,
  code,
  message,
});

function parse(line: Buffer): { text: string; value: unknown } | Refused {
  if (!isUtf8(line)) return refused('null', -32700, 'Parse error: the message is not valid UTF-8');
  const text = line.toString('utf8');
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return refused('null', -32700, 'Parse error: the message is not valid JSON');
  }
}

/** The raw id where it is a legal one, else a refusal. Numbers of any size stay as they were written. */
function legalId(text: string, value: unknown, span: Span): string | Refused {
  const id = text.slice(span.start, span.end);
  if (typeof value !== 'string' && typeof value !== 'number')
    return refused('null', -32600, 'Invalid request: the id must be a string or a number');
  if (id.length > MAX_ID)
    return refused('null', -32600, `Invalid request: the id is longer than ${MAX_ID} characters`);
  return id;
}

function envelopeFault(value: Record<string, unknown>, top: Map<string, Span>): string | undefined {
  const strange = lookalike(top.keys(), ENVELOPE);
  if (strange !== undefined) return `the key ${JSON.stringify(strange)} is not one of ${ENVELOPE.join(', ')}`;
  if (value['jsonrpc'] !== '2.0') return 'jsonrpc must be "2.0"';
  if (top.has('method') && typeof value['method'] !== 'string') return 'method must be a string';
  if (top.has('method') && (top.has('result') || top.has('error')))
    return 'a message is either a request or a response';
  if (top.has('params') && (typeof value['params'] !== 'object' || value['params'] === null))
    return 'params must be an object';
  if (Array.isArray(value['params'])) return 'params must be an object';
  if (!top.has('method') && !(top.has('id') && top.has('result') !== top.has('error')))
    return 'neither a request nor a response';
  return undefined;
}

/**
 * Reads one line strictly: what two JSON parsers could understand differently (keys that repeat or differ by case,
 * deep nesting, invalid UTF-8) is refused, because the guard must see what the back end sees. Unknown methods and
 * fields pass. Never throws.
 */
export function inspect(line: Buffer): Inspected | Refused {
  const parsed = parse(line);
  if ('kind' in parsed) return parsed;
  const { text } = parsed;
  if (Array.isArray(parsed.value))
    return refused('null', -32600, 'Invalid request: batches are not supported; send one message per line');
  if (typeof parsed.value !== 'object' || parsed.value === null)
    return refused('null', -32600, 'Invalid request: not a JSON object');
  const value = parsed.value as Record<string, unknown>;
  const top = members(text);
  const idSpan = top.get('id');
  const id = idSpan ? legalId(text, value['id'], idSpan) : '';
  if (typeof id !== 'string') return id;
  const at = id === '' ? 'null' : id;
  const structure = structureFault(text, MAX_DEPTH);
  if (structure?.fault === 'depth')
    return refused(at, -32600, `Invalid request: nested deeper than ${MAX_DEPTH}`);
  // of two ids nobody can say which is meant, so neither is answered
  if (structure) {
    const who = structure.key === 'id' ? 'null' : at;
    return refused(who, -32600, `Invalid request: the key ${JSON.stringify(structure.key)} stands twice`);
  }
  const fault = envelopeFault(value, top);
  if (fault !== undefined) return refused(at, -32600, `Invalid request: ${fault}`);
  return whole(text, value, top, id);
}

function whole(
  text: string,
  value: Record<string, unknown>,
  top: Map<string, Span>,
  id: string,
): Inspected | Refused {
  const isCallable = top.has('method');
  const method = isCallable ? (value['method'] as string) : '';
  const params = (value['params'] ?? {}) as Record<string, unknown>;
  if (method !== 'tools/call' && folded(method).trim() === 'tools/call')
    return refused(id || 'null', -32600, `Invalid request: ${JSON.stringify(method)} is not tools/call`);
  if (method === 'tools/call') {
    const strange = lookalike(Object.keys(params), CALL_PARAMS);
    if (strange !== undefined)
      return refused(
        id || 'null',
        -32602,
        `Invalid params: the key ${JSON.stringify(strange)} is not one of ${CALL_PARAMS.join(', ')}`,
      );
    if (typeof params['name'] !== 'string')
      return refused(id || 'null', -32602, 'Invalid params: name must be a string');
  }
  return {
    kind: isCallable ? (id === '' ? 'notification' : 'request') : 'response',
    text,
    id,
    idSpan: top.get('id') ?? NOWHERE,
    method,
    params,
    paramsSpan: top.get('params'),
  };
}

/** The message with another id, every other character unchanged. */
export function withId(message: Inspected, id: string): string {
  return message.text.slice(0, message.idSpan.start) + id + message.text.slice(message.idSpan.end);
}

/** The exact JSON text of a tools/call's arguments, `{}` where there are none. */
export function argumentsText(message: Inspected): string {
  if (!message.paramsSpan) return '{}';
  const span = members(message.text, message.paramsSpan.start).get('arguments');
  return span ? message.text.slice(span.start, span.end) : '{}';
}

/** The raw text of `_meta.progressToken`, where the client asked for progress. */
export function progressToken(message: Inspected): string | undefined {
  const meta = message.params['_meta'];
  if (typeof meta !== 'object' || meta === null || !('progressToken' in meta) || !message.paramsSpan)
    return undefined;
  const metaSpan = members(message.text, message.paramsSpan.start).get('_meta');
  const span = metaSpan && members(message.text, metaSpan.start).get('progressToken');
  return span && message.text.slice(span.start, span.end);
}
