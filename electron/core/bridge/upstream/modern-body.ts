import type { Span } from '../../../stub/envelope.ts';
import { members } from '../../../stub/envelope.ts';
import { MODERN_VERSION } from './era.ts';
import { headerValue } from './param-headers.ts';

export const META = 'io.modelcontextprotocol/';
/** What a request of the modern era says of itself, which a server of the earlier eras has no use for. */
const PER_REQUEST = ['protocolVersion', 'clientInfo', 'clientCapabilities', 'logLevel'].map((k) => META + k);

/** Where `Mcp-Name` comes from. */
const NAMED: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/** A request or notification of a client, as text and as far as it is looked at. */
export interface Outgoing {
  text: string;
  /** Empty for a response. */
  method: string;
  id: Span | undefined;
  params: Record<string, unknown>;
  paramsSpan: Span | undefined;
  metaSpan: Span | undefined;
  /** The revision that its `_meta` names; undefined for messages of the earlier eras. */
  version: string | undefined;
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/** Reads a message that JSON.parse accepts. */
export function outgoing(text: string): Outgoing {
  const value = JSON.parse(text) as Record<string, unknown>;
  const top = members(text);
  const paramsSpan = top.get('params');
  const params = fields(value['params']);
  const metaSpan = paramsSpan && '_meta' in params ? members(text, paramsSpan.start).get('_meta') : undefined;
  const version = fields(params['_meta'])[`${META}protocolVersion`];
  return {
    text,
    method: typeof value['method'] === 'string' ? value['method'] : '',
    id: top.get('id'),
    params,
    paramsSpan,
    metaSpan,
    version: typeof version === 'string' ? version : undefined,
  };
}

/** What one client says in every request, each as JSON text. */
export interface PerRequest {
  clientInfo: string;
  clientCapabilities: string;
  logLevel: string | undefined;
}

/** Who the client is, from its `initialize` message. */
export function introduced(initialize: string): Pick<PerRequest, 'clientInfo' | 'clientCapabilities'> {
  const params = members(initialize).get('params');
  const found = params && members(initialize, params.start);
  const text = (key: string) => {
    const span = found?.get(key);
    return span && initialize.slice(span.start, span.end);
  };
  return {
    clientInfo: text('clientInfo') ?? '{"name":"unknown","version":"0"}',
    clientCapabilities: text('capabilities') ?? '{}',
  };
}

function metaText(who: PerRequest, present: Record<string, unknown>): string {
  const wanted: [string, string | undefined][] = [
    ['protocolVersion', `"${MODERN_VERSION}"`],
    ['clientInfo', who.clientInfo],
    ['clientCapabilities', who.clientCapabilities],
    ['logLevel', who.logLevel],
  ];
  const missing = wanted.filter(([key, value]) => value !== undefined && !(META + key in present));
  return missing.map(([key, value]) => `"${META}${key}":${value}`).join(',');
}

/** What stands at the beginning of an object, before what it has already. */
function ahead(text: string, object: Span, addition: string): string {
  const isEmpty = /^\s*\}/.test(text.slice(object.start + 1, object.end));
  const at = object.start + 1;
  return text.slice(0, at) + addition + (isEmpty || addition === '' ? '' : ',') + text.slice(at);
}

/** The message as one of the modern era; what it had before stays byte for byte. */
export function withMeta(message: Outgoing, who: PerRequest): string {
  const { text, paramsSpan, metaSpan, params } = message;
  const meta = metaText(who, fields(params['_meta']));
  if (metaSpan && text[metaSpan.start] === '{') return ahead(text, metaSpan, meta);
  // something else under this key is nothing that a server could read
  if (metaSpan) return `${text.slice(0, metaSpan.start)}{${meta}}${text.slice(metaSpan.end)}`;
  if (paramsSpan && text[paramsSpan.start] === '{') return ahead(text, paramsSpan, `"_meta":{${meta}}`);
  return `${text.slice(0, text.lastIndexOf('}'))},"params":{"_meta":{${meta}}}}`;
}

/** The message as one of the earlier eras: without what the modern one says in every request, and no empty `_meta`. */
export function withoutMeta(message: Outgoing): string {
  const { text, metaSpan } = message;
  if (!metaSpan || text[metaSpan.start] !== '{') return text;
  const kept: string[] = [];
  for (const [key, span] of members(text, metaSpan.start))
    if (!PER_REQUEST.includes(key)) kept.push(`${JSON.stringify(key)}:${text.slice(span.start, span.end)}`);
  if (kept.length === 0) return withParams(text, { _meta: undefined });
  return `${text.slice(0, metaSpan.start)}{${kept.join(',')}}${text.slice(metaSpan.end)}`;
}

/** Members added to `params`, for the next round of a request that needed input. `params` may hold older ones. */
export function withParams(text: string, added: Record<string, string | undefined>): string {
  const params = members(text).get('params');
  if (!params) return text;
  const kept: string[] = [];
  for (const [key, span] of members(text, params.start))
    if (!Object.hasOwn(added, key)) kept.push(`${JSON.stringify(key)}:${text.slice(span.start, span.end)}`);
  for (const [key, value] of Object.entries(added))
    if (value !== undefined) kept.push(`${JSON.stringify(key)}:${value}`);
  return `${text.slice(0, params.start)}{${kept.join(',')}}${text.slice(params.end)}`;
}

export function withOtherId(message: Outgoing, id: number): string {
  const { text, id: span } = message;
  return span ? text.slice(0, span.start) + String(id) + text.slice(span.end) : text;
}

/** The headers that every POST of the modern era carries. */
export function standardHeaders(message: Outgoing): Record<string, string> {
  const key = NAMED[message.method];
  const name = key === undefined ? undefined : message.params[key];
  return {
    'mcp-protocol-version': headerValue(message.version ?? MODERN_VERSION),
    'mcp-method': headerValue(message.method),
    ...(typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {}),
  };
}
