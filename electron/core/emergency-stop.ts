import type { StopReport } from '../contract/bridge.ts';
import type { Profile } from '../contract/profile.ts';
import { manualStopCommand, stopTrading } from './guard/stop.ts';
import type { Trail } from './guard/trail.ts';
import { exchange } from './http/request.ts';
import type { Clock, Log } from './ports.ts';
import type { ProfileRuntime } from './profile-runtime.ts';
import type { McpReader } from './seams.ts';

const WORKFLOW_STOP = '/api/v1/workflow/stop';

export interface EmergencyStopDeps {
  profile: Profile;
  runtime: ProfileRuntime;
  reader: McpReader;
  audit: Trail;
  clock: Clock;
  log: Log;
}

/** Joins the guard's emergency stop to this profile's link: both sends have requests of their own, behind no queue of ours. */
export async function emergencyStop({
  profile,
  runtime,
  reader,
  audit,
  clock,
  log,
}: EmergencyStopDeps): Promise<StopReport> {
  const report = await stopTrading({
    profile: profile.name,
    preset: profile.preset,
    actor: 'you',
    sendMcp: (tool, args, timeoutMs) => reader.call(tool, args, { timeoutMs }),
    tools: () => reader.tools(),
    postWorkflow(timeoutMs) {
      const route = runtime.link.transport?.route({ to: 'service', name: 'workflow', path: WORKFLOW_STOP });
      if (!route) return undefined;
      return exchange(route, {
        method: 'POST',
        timeoutMs,
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }).then(({ status, body }) => ({ status, text: body.toString('utf8').slice(0, 2_000) }));
    },
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
