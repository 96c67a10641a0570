/** The forms of 2026-07-28 that stub and app answer with. Shared with core/bridge, as wire.ts is. */
import { LISTS } from './wire.ts';

export const MODERN_VERSION = '2026-07-28';
export const META = 'io.modelcontextprotocol/';

/** Where the catalogue keeps the list of tools for the modern era, where one for both eras will not do. */
export const MODERN_LIST = 'tools/list 2026-07-28';

/** The result of a list as the catalogue has it for the modern era, JSON text. */
export const modernList = (serve: Record<string, string>, method: string): string | undefined =>
  (method === 'tools/list' ? serve[MODERN_LIST] : undefined) ?? serve[method];

/** By severity, the least severe first. */
export const LOG_LEVELS: readonly string[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

const PER_REQUEST = ['protocolVersion', 'clientInfo', 'clientCapabilities'];
/** What the modern era has no request for. */
const GONE = ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'];
const CACHEABLE = ['server/discover', 'resources/read', ...LISTS];

type Fields = Record<string, unknown>;

/** What a request of the modern era says of its client. */
export interface Claim {
  client: { name: string; version: string };
  capabilities: Fields;
  logLevel: string | undefined;
}

/** A JSON-RPC error; `data` is JSON text. */
export interface Fault {
  code: number;
  message: string;
  data?: string;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const metaOf = (params: Fields | undefined): Fields => {
  const meta = params?.['_meta'];
  return isFields(meta) ? meta : {};
};

/** Whether a message says in its `_meta` that it is of the modern era; how well it says it is another matter. */
export function isModern(method: string, params: Fields | undefined): boolean {
  const meta = metaOf(params);
  return method === 'server/discover' || PER_REQUEST.some((key) => META + key in meta);
}

/**
 * Reads what a request of the modern era has to say in its `_meta` (2026-07-28, basic). A version that we do not know
 * may have other rules, so it is looked at first. `subscriptions/listen` and `server/discover` have no others.
 */
export function claimOf(method: string, params: Fields | undefined): Claim | Fault {
  const meta = metaOf(params);
  const said = (key: string) => meta[META + key];
  const invalid = (key: string, what: string): Fault => ({
    code: -32602,
    message: `Invalid params: _meta["${META}${key}"] ${what}`,
  });
  const version = said('protocolVersion');
  if (typeof version !== 'string') return invalid('protocolVersion', 'is missing');
  if (version !== MODERN_VERSION)
    return {
      code: -32022,
      message: 'Unsupported protocol version',
      data: JSON.stringify({ supported: [MODERN_VERSION], requested: version }),
    };
  const capabilities = said('clientCapabilities');
  if (!isFields(capabilities)) return invalid('clientCapabilities', 'is missing');
  const info = said('clientInfo') ?? { name: 'unknown', version: '' };
  if (!isFields(info) || typeof info['name'] !== 'string' || typeof info['version'] !== 'string')
    return invalid('clientInfo', 'has no name and version');
  const logLevel = said('logLevel');
  if (logLevel !== undefined && !LOG_LEVELS.includes(logLevel as string))
    return invalid('logLevel', 'is no log level');
  if (GONE.includes(method)) return { code: -32601, message: goneWords(method) };
  return {
    client: { name: info['name'], version: info['version'] },
    capabilities,
    logLevel: logLevel as string | undefined,
  };
}

const goneWords = (method: string) =>
  method === 'initialize'
    ? `Method not found: a request of ${MODERN_VERSION} needs no initialize`
    : `Method not found: ${method} is not in ${MODERN_VERSION}`;

export function faultLine(id: string, { code, message, data }: Fault): string {
  const more = data === undefined ? '' : `,"data":${data}`;
  return `{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(message)}${more}}}\n`;
}

/** A result of ours in the modern form. `text` is a JSON object without the members that are added here. */
export function completeResult(text: string, method: string, serverInfo?: string): string {
  const cache = CACHEABLE.includes(method) ? '"ttlMs":0,"cacheScope":"private",' : '';
  const who = serverInfo === undefined ? '' : `"_meta":{"${META}serverInfo":${serverInfo}},`;
  const rest = text.slice(1);
  const head = `{"resultType":"complete",${cache}${who}`;
  return rest === '}' ? `${head.slice(0, -1)}}` : head + rest;
}

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

function savedFields(saved: string | undefined): Fields | undefined {
  return saved === undefined ? undefined : fieldsOf(JSON.parse(saved));
}

/** Name and version of the back end as JSON text; ours where it was never reached. `saved` is its answer to initialize. */
export function serverInfoText(saved: string | undefined): string {
  return JSON.stringify(savedFields(saved)?.['serverInfo'] ?? { name: 'catalyst-companion', version: '1' });
}

/** The result of server/discover: what the back end said when it was last asked, else a form that promises little. */
export function discoverResult(saved: string | undefined): string {
  const known = savedFields(saved);
  // tasks are an extension in this era, one that a server of an earlier era has not got
  const { tasks: _tasks, ...said } = fieldsOf(known?.['capabilities']);
  const listChanged = true;
  const capabilities = {
    ...(known ? said : { completions: {}, prompts: {} }),
    tools: { ...fieldsOf(said['tools']), listChanged },
    resources: { ...(known ? fieldsOf(said['resources']) : { subscribe: true }), listChanged },
    ...(!known || said['prompts'] ? { prompts: { ...fieldsOf(said['prompts']), listChanged } } : {}),
  };
  const instructions = known
    ? known['instructions']
    : 'The back end was not reached yet. Its tools are listed once it has answered; companion_status says how it stands.';
  return completeResult(
    JSON.stringify({ supportedVersions: [MODERN_VERSION], capabilities, instructions }),
    'server/discover',
    serverInfoText(saved),
  );
}

/** What a `subscriptions/listen` asks for, and what of it is granted. */
export interface Filter {
  toolsListChanged?: true;
  promptsListChanged?: true;
  resourcesListChanged?: true;
  resourceSubscriptions?: string[];
}

const MAX_SUBSCRIPTIONS = 1000;

/** Reads the filter; undefined where it is none. `saved` says what the back end can announce. */
export function filterOf(params: Fields | undefined, saved: string | undefined): Filter | undefined {
  const asked = params?.['notifications'];
  if (!isFields(asked)) return undefined;
  const uris = asked['resourceSubscriptions'] ?? [];
  if (!Array.isArray(uris) || uris.length > MAX_SUBSCRIPTIONS) return undefined;
  if (!uris.every((uri) => typeof uri === 'string')) return undefined;
  const lists = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;
  if (lists.some((key) => asked[key] !== undefined && typeof asked[key] !== 'boolean')) return undefined;
  const offered = fieldsOf(JSON.parse(discoverResult(saved)));
  const { prompts, resources } = fieldsOf(offered['capabilities']);
  const granted = lists.filter(
    (key) => asked[key] === true && (key !== 'promptsListChanged' || prompts !== undefined),
  );
  const hears = uris.length > 0 && fieldsOf(resources)['subscribe'] === true;
  return {
    ...Object.fromEntries(granted.map((key) => [key, true as const])),
    ...(hears ? { resourceSubscriptions: [...new Set(uris)] } : {}),
  };
}

export function acknowledgedLine(id: string, filter: Filter): string {
  const params = `{"_meta":{"${META}subscriptionId":${id}},"notifications":${JSON.stringify(filter)}}`;
  return `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":${params}}\n`;
}
