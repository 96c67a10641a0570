import { inspect } from './inspect.ts';

const MODERN_VERSION = 'io.modelcontextprotocol/protocolVersion';

/** What the local HTTP endpoint has to know of a message to bring it to the right session. */
export function inspectForDoor(body: Buffer): {
  kind: string;
  id: string;
  method: string;
  modern: boolean;
  params: unknown;
} {
  const message = inspect(body);
  if (message.kind === 'refused') return { ...message, method: '', modern: false, params: undefined };
  const { kind, id, method, params } = message;
  const meta = params['_meta'];
  const modern = typeof meta === 'object' && meta !== null && MODERN_VERSION in meta;
  return { kind, id, method, modern, params };
}
