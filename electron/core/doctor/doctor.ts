import type { DoctorEvent, DoctorRun } from '../../contract/doctor.ts';
import { DOCTOR_LAYERS, LAYER_ORDER } from '../../contract/doctor-layers.ts';
import type { LinkConfig, Profile } from '../../contract/profile.ts';
import type { Inspection } from '../clients/inspect.ts';
import { linkVia } from '../link/dial.ts';
import { checkClients } from './client-checks.ts';
import { openHttp } from './https-checks.ts';
import { openLogs } from './log-checks.ts';
import { checkMcp } from './mcp-checks.ts';
import { checkPolicy } from './policy-checks.ts';
import type { DoctorCase, DoctorPorts } from './ports.ts';
import { checkProfileFiles } from './profile-checks.ts';
import { reportOf } from './report.ts';
import { failure, Rounds, skipped } from './rounds.ts';
import { checkServices } from './services-checks.ts';
import { openSsh } from './ssh-checks.ts';
import { checkStub } from './stub-checks.ts';
import type { CheckId } from './table.ts';
import { checkTools } from './tools-checks.ts';
import { verdictOf } from './verdict.ts';
import type { Reached } from './reached.ts';
import { checkWeb } from './web-checks.ts';

/** Longest time for everything that is asked over the network; what this computer itself holds is looked at in any case. */
const REMOTE_MS = 75_000;
const LOCAL_MS = 40_000;

/** What stands for a layer that was not reached. */
const NOT_REACHED: readonly CheckId[] = [
  'name.resolve',
  'tcp.connect',
  'ssh.sign-in',
  'tls.certificate',
  'tunnel.port',
  'web.answer',
  'mcp.initialize',
  'session.kept',
  'tools.list',
  'services.health',
];

/** The layers that a link does not have. */
const FOREIGN: Readonly<Record<LinkConfig['kind'], readonly string[]>> = {
  ssh: ['tls'],
  https: ['ssh', 'tunnel'],
  direct: ['ssh', 'tunnel', 'tls'],
  kubernetes: ['ssh', 'tls', 'tunnel'],
};

async function open(rounds: Rounds, one: DoctorCase, config: LinkConfig): Promise<Reached | undefined> {
  switch (config.kind) {
    case 'ssh': {
      const link = await openSsh(rounds, one, config);
      return link && { link, config, rounds, one, keyed: true };
    }
    case 'https':
    case 'direct': {
      const opened = await openHttp(rounds, one, config);
      return opened && { ...opened, config, rounds, one };
    }
    case 'kubernetes':
      return undefined;
    default:
      return config satisfies never;
  }
}

/** Services are asked wherever something may carry the question. */
function carries({ rounds, keyed }: Reached): boolean {
  const below = ['tls', 'tunnel'];
  return (
    keyed &&
    !rounds.checks.some(
      ({ layer, id, state }) => state === 'failed' && below.includes(layer) && id !== 'tunnel.port',
    )
  );
}

function noteNotReached(rounds: Rounds, kind: LinkConfig['kind'], whole: boolean): void {
  for (const id of NOT_REACHED) {
    const [layer = ''] = id.split('.');
    const above = ['mcp', 'session', 'tools', 'services'].includes(layer);
    if (FOREIGN[kind].includes(layer) || (above && !whole)) continue;
    if (rounds.checks.some((check) => check.layer === layer)) continue;
    rounds.note(id, null, skipped('Not looked at, because an earlier layer is broken.'), 0);
  }
}

/** One link of the chain from its name up. `whole`: also what is behind it, which one link of the chain is enough for. */
async function checkLink(
  rounds: Rounds,
  one: DoctorCase,
  config: LinkConfig,
  whole: boolean,
  isLast: boolean,
): Promise<boolean> {
  if (config.kind === 'kubernetes') {
    rounds.note('profile.links', null, skipped('Kubernetes links are not available yet.'), 0);
    return false;
  }
  const reached = await open(rounds, one, config);
  let sound = false;
  try {
    if (reached) {
      sound = await checkWeb(reached);
      if (sound && whole) await checkBehind(reached);
      if (whole && carries(reached) && !rounds.signal.aborted) await checkServices(reached);
    }
  } catch (error) {
    // what nobody foresaw is a finding too: the rest of the run goes on
    rounds.note('web.answer', null, failure(error, rounds.profile), 0);
  } finally {
    reached?.link.close();
  }
  noteNotReached(rounds, config.kind, whole && (isLast || sound));
  return sound;
}

async function checkBehind(reached: Reached): Promise<void> {
  const opened = await checkMcp(reached);
  if (!opened) return;
  try {
    await checkTools(reached, opened);
  } finally {
    await opened.session.close();
  }
}

async function checkRemote(make: (label?: string) => Rounds, one: DoctorCase): Promise<void> {
  const { links } = one.profile;
  let behind = false;
  for (const [index, config] of links.entries()) {
    const rounds = make(links.length > 1 ? `link ${index + 1}, ${linkVia(config, index).kind}` : undefined);
    if (rounds.signal.aborted) return;
    // one is enough to look behind; the last one at the latest says what is not reached
    const whole: boolean = !behind;
    behind = (await checkLink(rounds, one, config, whole, index === links.length - 1)) || behind;
  }
}

/** What is on this computer: the program that clients start, their files and logs, and policies. */
async function checkLocal(rounds: Rounds, one: DoctorCase): Promise<void> {
  let inspection: Inspection;
  try {
    inspection = await one.ports.clients.inspect();
  } catch (error) {
    rounds.note('client.config', null, failure(error, rounds.profile), 0);
    return;
  }
  if (rounds.signal.aborted) return;
  await checkStub(rounds, one, inspection);
  const logs = await openLogs(one, inspection);
  checkClients(rounds, one, inspection, logs.at);
  await logs.check(rounds);
  await checkPolicy(rounds, one.ports, inspection);
}

async function examine(
  one: DoctorCase,
  signal: AbortSignal,
  tell: (event: DoctorEvent) => void,
): Promise<DoctorRun> {
  const { ports, profile } = one;
  const at = ports.clock.now();
  const started = performance.now();
  const made: Rounds[] = [];
  const make = (limit: AbortSignal) => (label?: string) => {
    const options = { profile: profile.name, signal: AbortSignal.any([signal, limit]), tell };
    const rounds = new Rounds(label === undefined ? options : { ...options, label });
    made.push(rounds);
    return rounds;
  };
  const layers = LAYER_ORDER.map((id) => ({ id, label: DOCTOR_LAYERS[id] }));
  tell({ type: 'begin', at, layers });
  const remote = AbortSignal.timeout(REMOTE_MS);
  if (await checkProfileFiles(make(remote)(), one)) await checkRemote(make(remote), one);
  const isLate = remote.aborted;
  const local = AbortSignal.timeout(LOCAL_MS);
  if (!signal.aborted) await checkLocal(make(local)(), one);
  const checks = made.flatMap((rounds) => rounds.checks);
  const late =
    isLate || local.aborted ? 'The time of the run was used up before everything was looked at.' : null;
  const run = {
    profile: profile.name,
    at,
    checks,
    verdict: verdictOf(checks, late),
    ms: Math.round(performance.now() - started),
  };
  return { ...run, report: reportOf(run, ports, profile) };
}

/**
 * Looks at a profile layer by layer and tells each check as it ends. It uses connections of its own, changes nothing, calls no tool, and
 * accepts no host key. The stream ends with `end`; leaving it stops everything.
 */
export async function* examineProfile(
  ports: DoctorPorts,
  profile: Profile,
  signal?: AbortSignal,
): AsyncGenerator<DoctorEvent> {
  const control = new AbortController();
  const leave = () => control.abort();
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  const queue: DoctorEvent[] = [];
  let wake: (() => void) | undefined;
  let done = false;
  const tell = (event: DoctorEvent) => {
    queue.push(event);
    wake?.();
  };
  const work = examine({ ports, profile }, control.signal, tell)
    .then((run) => tell({ type: 'end', run }))
    .finally(() => {
      done = true;
      wake?.();
    });
  work.catch(() => undefined);
  control.signal.addEventListener('abort', () => wake?.(), { once: true });
  try {
    for (;;) {
      yield* queue.splice(0);
      if (control.signal.aborted) return;
      if (done && queue.length === 0) break;
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
    await work;
  } finally {
    signal?.removeEventListener('abort', leave);
    leave();
  }
}
