import { z } from 'zod';
import { RequestClient, RequestTimes } from './activity.ts';
import { Environment, ProfileName } from './profile.ts';
import { ErrorShapeSchema, Millis } from './link.ts';

/** What a tool does to risk. Ours, by exact name; annotations of the server can only make it stricter. */
export const ToolClass = z.enum(['read', 'stop', 'start', 'unknown']);
export type ToolClass = z.infer<typeof ToolClass>;

/** `listed`: Claude sees it. `new` and `changed`: unlisted and refused until a person approved it. */
export const ToolStatus = z.enum(['listed', 'new', 'changed', 'blocked']);
export type ToolStatus = z.infer<typeof ToolStatus>;

export const ToolEntry = z.strictObject({
  /** As the server calls it; the guard, the audit trail and every approval go by this name alone. */
  name: z.string(),
  /** The name that clients see, where they would not take the server's. */
  alias: z.string().optional(),
  class: ToolClass,
  status: ToolStatus,
  /** Who says the class: our table, a person who approved it so, the server's own words (stricter only), or nobody. */
  why: z.enum(['table', 'person', 'server', 'nobody']).optional(),
  /** SHA-256, hex, of the canonical JSON of the definition that was approved. */
  hash: z.string(),
  /** The definition as the server sent it, JSON text. */
  definition: z.string(),
  /** The definition that was approved before, where it changed. */
  previous: z.string().nullable(),
});
export type ToolEntry = z.infer<typeof ToolEntry>;

export const CatalogueView = z.strictObject({
  /** When the back end last confirmed it; null: never read yet. */
  savedAt: Millis.nullable(),
  server: z.strictObject({ name: z.string(), version: z.string(), protocolVersion: z.string() }).nullable(),
  tools: z.array(ToolEntry),
  /** `definition`: the entry as the server sent it, JSON text. */
  resources: z.array(
    z.strictObject({ uri: z.string(), name: z.string(), definition: z.string().optional() }),
  ),
  templates: z
    .array(z.strictObject({ uriTemplate: z.string(), name: z.string(), definition: z.string() }))
    .optional(),
  prompts: z.array(z.strictObject({ name: z.string(), definition: z.string() })).optional(),
});
export type CatalogueView = z.infer<typeof CatalogueView>;

/** A local program connected to the bridge. */
export const BridgeClient = z.strictObject({
  id: z.string(),
  profile: ProfileName,
  /** As the client introduced itself in initialize or `_meta`; `unknown` before. */
  name: z.string(),
  version: z.string(),
  transport: z.enum(['stdio', 'http', 'cli', 'page']),
  pid: z.number().int().nullable(),
  since: Millis,
  lastAt: Millis,
  calls: z.number().int(),
  inFlight: z.number().int(),
});
export type BridgeClient = z.infer<typeof BridgeClient>;

/** How something ended. `unknown` means the outcome of a sent call is not known: check, never repeat. */
export const Outcome = z.enum(['pending', 'ok', 'error', 'denied', 'refused', 'unknown', 'cached']);
export type Outcome = z.infer<typeof Outcome>;

/** One line of the Activity page: what happened, who asked, how it ended. */
export const ActivityEntry = z.strictObject({
  id: z.string(),
  at: Millis,
  profile: z.string(),
  kind: z.enum([
    'tool',
    'resource',
    'list',
    'prompt',
    'session',
    'consent',
    'link',
    'stop',
    'config',
    'secret',
    'tools',
    'other',
  ]),
  /** Client name, or `you` for the dashboard and CLI, or `app`. */
  actor: z.string(),
  title: z.string(),
  toolClass: ToolClass.nullable(),
  outcome: Outcome,
  durationMs: z.number().nullable(),
  detail: z.string(),
  /** MCP's name of the request; absent for what is none. */
  method: z.string().optional(),
  client: RequestClient.optional(),
  times: RequestTimes.optional(),
});
export type ActivityEntry = z.infer<typeof ActivityEntry>;

/** A start-like call waiting for a person. The nonce binds the answer to profile, tool and exact arguments. */
export const ConsentRequest = z.strictObject({
  id: z.string(),
  nonce: z.string(),
  profile: ProfileName,
  environment: Environment,
  tool: z.string(),
  toolClass: ToolClass,
  /** The client that asks, e.g. `claude-ai 0.1.0 over stdio`. */
  client: z.string(),
  /** Exact arguments: the JSON text as received, and one row per top-level key. */
  argumentsText: z.string(),
  rows: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  /** What was sent beside name and arguments (`_meta`, `task`, …), one row a key; it goes to the back end too. */
  others: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  requestedAt: Millis,
  /** Default deny at this time. */
  expiresAt: Millis,
  /** An allow earlier than this is refused (no click-through); a deny counts at once. */
  armedAt: Millis,
  /** What is known right now, as lines with their receipt time. */
  known: z.array(z.strictObject({ label: z.string(), text: z.string(), receivedAt: Millis.nullable() })),
  /** An earlier call whose outcome is still unknown, in words; null where there is none. */
  unresolved: z.string().nullable(),
  /** Doubts that an allow must confirm by id, each by an act of its own (`status is 3 min old: start anyway`). Absent or empty: none. */
  warnings: z.array(z.strictObject({ id: z.string(), text: z.string() })).optional(),
  /** Minutes that an allow may be given for (`allow for 15 min`). Absent or empty, as always for live: this call alone. */
  grantMinutes: z.array(z.number().int()).optional(),
});
export type ConsentRequest = z.infer<typeof ConsentRequest>;

/** How a request that is gone ended, so that a screen that still shows it can say so. */
export const ConsentEnd = z.strictObject({
  id: z.string(),
  at: Millis,
  /** `allow` and `deny`: answered, on this screen or another one. `stopped`: denied by an emergency stop. */
  verdict: z.enum(['allow', 'deny', 'expired', 'withdrawn', 'stopped']),
});
export type ConsentEnd = z.infer<typeof ConsentEnd>;

export const ClientId = z.enum(['claude-desktop', 'claude-code', 'cursor', 'vscode']);
export type ClientId = z.infer<typeof ClientId>;

/**
 * `ours`: as we write it today. `moved`: as we once wrote it, but the app has moved since. `changed`: starts our stub,
 * but not as we wrote it. `replaced`: stands where ours stood and starts something else.
 */
export const ClientEntryState = z.enum(['ours', 'moved', 'changed', 'replaced']);
export type ClientEntryState = z.infer<typeof ClientEntryState>;

/** An entry that is not ours: what it starts, with what looks like a secret masked, and names of its environment. */
export const OtherEntry = z.strictObject({ key: z.string(), start: z.string(), env: z.array(z.string()) });
export type OtherEntry = z.infer<typeof OtherEntry>;

/** One place where a client keeps its configuration, and what stands there. */
export const ClientTarget = z.strictObject({
  client: ClientId,
  /** e.g. `Claude Desktop (Microsoft Store)`. */
  label: z.string(),
  path: z.string(),
  found: z.boolean(),
  /** Our entries there: key, profile it starts, and whether it is as we wrote it. */
  entries: z.array(z.strictObject({ key: z.string(), profile: z.string(), state: ClientEntryState })),
  /** Keys of entries that are not ours; listed so that a stranger's entry is seen. */
  others: z.array(z.string()),
  /** The same with what they start. */
  strangers: z.array(OtherEntry),
  /** Whether the client runs now; null where that is not asked. */
  running: z.boolean().nullable(),
  /** Our last change for this client, which undo takes back; null: none that is known. */
  lastChange: z
    .strictObject({ action: z.enum(['install', 'remove']), profile: z.string(), at: Millis })
    .nullable(),
  /** The client's own program, through which its file is changed; null: the file is edited. */
  program: z.string().nullable(),
  problem: ErrorShapeSchema.nullable(),
});
export type ClientTarget = z.infer<typeof ClientTarget>;

/** A change to another program's file, before it is made. */
export const ClientPlan = z.strictObject({
  client: ClientId,
  action: z.enum(['install', 'remove', 'undo']),
  /** SHA-256 over the bytes read; a plan is refused when the file has changed since. */
  token: z.string(),
  files: z.array(
    z.strictObject({
      label: z.string(),
      path: z.string(),
      exists: z.boolean(),
      /** Unified diff of the text, untruncated; empty when nothing changes. */
      diff: z.string(),
    }),
  ),
  /** The exact command line that the client will start, untruncated; null for remove. */
  commandLine: z.string().nullable(),
  /** Exact command lines of the client's own program by which the change is made; empty: the file is edited. */
  runs: z.array(z.string()),
  /** Undo of a file that was changed since: those changes go too, so it needs a confirmation of its own. */
  movedOn: z.boolean(),
  warnings: z.array(z.string()),
});
export type ClientPlan = z.infer<typeof ClientPlan>;

export const StopPart = z.strictObject({
  /** `mcp stop_trading` or `POST workflow /api/v1/workflow/stop`. */
  name: z.string(),
  sent: z.boolean(),
  answer: z.string(),
});
/** How an emergency stop ended. `confirmed` only when both states were read again as not running. */
export const StopReport = z.strictObject({
  profile: z.string(),
  result: z.enum(['confirmed', 'sent-not-confirmed', 'not-delivered']),
  at: Millis,
  parts: z.array(StopPart),
  stateRead: z.string(),
  /** The command to run by hand; always there. */
  manual: z.string(),
});
export type StopReport = z.infer<typeof StopReport>;

/**
 * How "close everything" ended. `closed` only when the positions were read again, after the answer, and there were
 * none; `not-sent`: nothing left this machine, or nothing the back end would take.
 */
export const CloseReport = z.strictObject({
  profile: z.string(),
  result: z.enum(['closed', 'still-open', 'unknown', 'not-sent']),
  at: Millis,
  /** The tool that was used. */
  tool: z.string(),
  answer: z.string(),
  /** The positions as they were read afterwards, in words. */
  stateRead: z.string(),
});
export type CloseReport = z.infer<typeof CloseReport>;

/** The local HTTP endpoint for clients that prefer HTTP; tokens are never in it. */
export const EndpointStatus = z.strictObject({
  /** `http://127.0.0.1:PORT/mcp`, null while it is closed. */
  url: z.string().nullable(),
  /** Profiles that it is open for. */
  profiles: z.array(z.string()),
  /** Why it could not be opened. */
  error: ErrorShapeSchema.nullable(),
});
export type EndpointStatus = z.infer<typeof EndpointStatus>;
