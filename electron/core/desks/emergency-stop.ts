import type { StopReport, ToolEntry } from '../../contract/bridge.ts';
import { AppError, asAppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import { manualStopCommand } from '../../contract/stop.ts';
import { stopTrading } from '../guard/stop.ts';
import type { StopOptions } from '../guard/stop.ts';
import type { Trail } from '../guard/trail.ts';
import { exchange } from '../http/request.ts';
import { networkError } from '../link/network-errors.ts';
import type { Route, Transport } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { ProfileRuntime } from '../profiles/profile-runtime.ts';
import type { McpReader, RecordActivity } from '../seams.ts';

const WORKFLOW_STOP = '/api/v1/workflow/stop';
/** As long as the MCP half waits for it. */
const LINK_WAIT_MS = 1_500;
/** Our own time-out comes before the guard's, so that it can say whether anything was sent. */
const EARLIER_MS = 250;

export interface EmergencyStopDeps {
  profile: Profile;
  runtime: ProfileRuntime;
  reader: McpReader;
  /** The tools that the back end listed when it was last read; empty where it never was. */
  listed: readonly ToolEntry[];
  audit: Trail;
  clock: Clock;
  log: Log;
}

/** Name and arguments of a saved tool; a definition that names no arguments says nothing about them. */
function listedTool({ name, definition }: ToolEntry): { name: string; takes?: string[] } {
  const { inputSchema } = JSON.parse(definition) as { inputSchema?: { properties?: object } | null };
  const takes = inputSchema?.properties && Object.keys(inputSchema.properties);
  return takes ? { name, takes } : { name };
}

/**
 * A server that was restarted no longer knows our session, and an idle connection may be cut in the moment it is
 * used: to stop is a wanted state, so it is sent once more then.
 */
async function twice<T>(once: () => Promise<T>): Promise<T> {
  try {
    return await once();
  } catch (first) {
    const { code } = asAppError(first);
    if (code !== 'MCP_SESSION_LOST' && code !== 'LINK_LOST') throw first;
    try {
      return await once();
    } catch (second) {
      // what was cut may have arrived all the same
      throw code === 'LINK_LOST' ? first : second;
    }
  }
}

function sendMcp(reader: McpReader, clock: Clock): StopOptions['sendMcp'] {
  return async (tool, args, timeoutMs) => {
    const until = clock.monotonic() + timeoutMs - EARLIER_MS;
    return await twice(() => reader.call(tool, args, { timeoutMs: Math.max(1, until - clock.monotonic()) }));
  };
}

async function post(route: Route, timeoutMs: number): Promise<{ status: number; text: string }> {
  const { hostname: host, port, protocol } = route.url;
  const headers = { 'content-type': 'application/json' };
  try {
    const { status, body } = await exchange(route, { method: 'POST', timeoutMs, headers, body: '{}' });
    return { status, text: body.toString('utf8').slice(0, 2_000) };
  } catch (cause) {
    throw networkError(cause, { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
  }
}

function postWorkflow({ link }: ProfileRuntime): StopOptions['postWorkflow'] {
  const route = (transport: Transport) =>
    transport.route({ to: 'service', name: 'workflow', path: WORKFLOW_STOP });
  return (timeoutMs) => {
    if (link.transport && !route(link.transport)) return undefined;
    return twice(async () => {
      // a link that is just coming back is worth the moment
      const transport = link.transport ?? (await link.whenOpen(LINK_WAIT_MS));
      const way = transport && route(transport);
      if (way) return await post(way, timeoutMs);
      throw new AppError('LINK_NOT_CONNECTED', link.reason(), 'Stop it by hand.');
    });
  };
}

const OUTCOME = { confirmed: 'ok', 'sent-not-confirmed': 'unknown', 'not-delivered': 'error' } as const;

/** Its line in Activity. */
export function stopLine(profile: string, { result, stateRead }: StopReport): Parameters<RecordActivity>[0] {
  const what = { kind: 'stop', actor: 'you', title: 'Emergency stop' } as const;
  return { profile, ...what, outcome: OUTCOME[result], detail: stateRead };
}

/** Joins the guard's emergency stop to this profile's link: both sends have requests of their own, behind no queue of ours. */
export async function emergencyStop(deps: EmergencyStopDeps): Promise<StopReport> {
  const { profile, runtime, reader, listed, audit, clock, log } = deps;
  const report = await stopTrading({
    profile: profile.name,
    preset: profile.preset,
    actor: 'you',
    sendMcp: sendMcp(reader, clock),
    tools: () => (listed.length > 0 ? Promise.resolve(listed.map(listedTool)) : reader.tools()),
    postWorkflow: postWorkflow(runtime),
    readState: () => runtime.trading.readStopState(),
    audit,
    clock,
    log,
    manualCommand: manualStopCommand(profile),
  });
  // what is shown afterwards is what was read, not what the stop answered
  void runtime.trading.refresh();
  return report;
}
