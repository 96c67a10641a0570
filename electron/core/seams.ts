/**
 * The seams between core's domain folders: each folder implements or takes these and app.ts joins them, so that
 * no domain folder needs another's code (types from here only).
 */
import type { RequestClient } from '../contract/activity.ts';
import type { AppError } from '../contract/errors.ts';
import type { ToolClass, ToolStatus } from '../contract/bridge.ts';
import type { Environment } from '../contract/profile.ts';
import type { ProfileState } from '../contract/state.ts';

/** A JSON-RPC response as received: exactly one of result and error. */
export type RpcAnswer = { result: unknown } | { error: { code: number; message: string; data?: unknown } };

/**
 * The app's own MCP client of a profile's back end, with a session of its own: what health, positions and the
 * emergency stop use. Throws AppError when there is no answer (link away, time-out); a JSON-RPC error is an answer.
 */
export interface McpReader {
  /** URIs that the server lists, fetched once a session. */
  resources(): Promise<readonly { uri: string; name: string }[]>;
  tools(): Promise<readonly { name: string }[]>;
  read(uri: string): Promise<RpcAnswer>;
  /**
   * For tools our table classes as read, and for the stop lane. Never retried by itself. Where it certainly was not
   * sent it throws a LINK_ code other than LINK_LOST and LINK_TIMEOUT, or MCP_SESSION_LOST.
   */
  call(
    tool: string,
    args: Record<string, unknown>,
    options?: { timeoutMs?: number; idempotencyKey?: string },
  ): Promise<RpcAnswer>;
}

/** One tools/call as the guard sees it. */
export interface GatedCall {
  profile: string;
  environment: Environment;
  /** e.g. `claude-ai 0.1.0`. */
  client: string;
  /** `page`: a person on the dashboard, for an action of the app's own. */
  transport: 'stdio' | 'http' | 'cli' | 'page';
  tool: string;
  /** The exact JSON text of `arguments`, `{}` where the client sent none. */
  argumentsText: string;
  /** The exact JSON text of what stands in params beside name and arguments, as one object; absent where nothing does. */
  otherText?: string;
  /** Aborts when the client cancelled or left; a waiting consent request is then withdrawn. */
  signal: AbortSignal;
  /** Process id of the client's stub. */
  pid?: number | null;
  /** Whatever is no read is refused: something is asked again for somebody who looks at it. */
  onlyReads?: boolean;
}

/** What Activity is told of a request besides its line. All of it is by reference; what is kept of it is copied. */
export interface RequestTrace {
  method?: string;
  client?: RequestClient;
  /** Exact JSON text of what was asked. */
  request?: string;
  /** The answer as received. */
  answer?: readonly Buffer[];
  /** Milliseconds; `wire` absent: it was not sent. */
  times?: { local: number; guard: number; wire?: number | undefined };
}

/** How a permitted call ended; `unknown` when it was sent and no usable answer came. */
export interface CallEnd {
  outcome: 'ok' | 'error' | 'unknown';
  detail: string;
  /** false: it certainly never left this machine; only then is an error of a start or stop not an unknown outcome. */
  sent?: boolean;
  trace?: RequestTrace;
}

export type GateDecision =
  | {
      allowed: true;
      toolClass: ToolClass;
      /** Sent upstream as the HTTP header Idempotency-Key and kept in the audit trail, for start-like and stop-like calls. */
      idempotencyKey: string;
      /** Of a start-like call, asked right before it is sent: whether a stop of trading has begun since it was allowed. */
      overtaken?: () => boolean;
      /** To be called exactly once when the call ended; writes the audit outcome for start-like and stop-like calls. Never rejects. */
      ended(end: CallEnd): Promise<void>;
    }
  | { allowed: false; toolClass: ToolClass; error: AppError };

/** The guard in front of every tools/call. */
export interface Gate {
  /** Our own table by exact name; a class given at approval counts for names the table does not list, else it can only make it stricter. */
  classify(profile: string, tool: string): ToolClass;
  /** The class by our own table alone, whatever a person approved: what the catalogue goes by, as approval hangs on it. */
  tableClass(profile: string, tool: string): ToolClass;
  /** Resolves after policy, consent and the write-ahead audit record. Never rejects. */
  decide(call: GatedCall): Promise<GateDecision>;
}

/** What the guard asks of the catalogue. `undefined`: the tool is not known at all. */
export type ToolLookup = (
  profile: string,
  tool: string,
) => { status: ToolStatus; approvedAs: ToolClass | null } | undefined;

/** What the screen shows of a profile, for the bridge's own answers. */
export type StateOf = (profile: string) => ProfileState | undefined;

/** Activity line of the moment; core gives it an id and a time. */
export type RecordActivity = (entry: {
  profile: string;
  kind:
    | 'tool'
    | 'resource'
    | 'list'
    | 'prompt'
    | 'session'
    | 'consent'
    | 'link'
    | 'stop'
    | 'config'
    | 'secret'
    | 'tools'
    | 'other';
  actor: string;
  title: string;
  toolClass?: ToolClass;
  outcome: 'pending' | 'ok' | 'error' | 'denied' | 'refused' | 'unknown' | 'cached';
  durationMs?: number;
  detail?: string;
  trace?: RequestTrace;
  /** Repeats an id to replace the earlier line, e.g. a pending call that ended. */
  id?: string;
}) => string;
