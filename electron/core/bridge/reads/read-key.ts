import { members } from '../../../stub/envelope.ts';
import type { Inspected } from '../inspect.ts';

/** What only reads, is the same for every client of a profile, and asks for nothing on the way. Never tools/call. */
const SHAREABLE = new Set([
  'resources/read',
  'resources/list',
  'resources/templates/list',
  'prompts/list',
  'tools/list',
]);
/** Says who asks, not what. */
const WHO = 'io.modelcontextprotocol/clientInfo';
/** With one of these an answer, or what comes before it, belongs to one client alone. */
const PERSONAL_META = ['progressToken', 'io.modelcontextprotocol/logLevel'];
const PERSONAL_PARAMS = ['inputResponses', 'requestState', 'task'];

/**
 * Requests with the same key have the same answer: the method and the very bytes of params, but for the client's
 * name. Undefined where a request must go out by itself.
 */
export function readKey({ method, text, params, paramsSpan }: Inspected): string | undefined {
  if (!SHAREABLE.has(method)) return undefined;
  if (!paramsSpan) return `${method} {}`;
  if (PERSONAL_PARAMS.some((name) => name in params)) return undefined;
  const whole = text.slice(paramsSpan.start, paramsSpan.end);
  const meta = params['_meta'];
  if (meta === undefined) return `${method} ${whole}`;
  if (typeof meta !== 'object' || meta === null) return undefined;
  if (PERSONAL_META.some((name) => name in meta)) return undefined;
  const metaSpan = members(whole).get('_meta');
  const who = metaSpan && members(whole, metaSpan.start).get(WHO);
  return `${method} ${who ? whole.slice(0, who.start) + whole.slice(who.end) : whole}`;
}
