import { inDowntime } from '../backends/downtime.ts';
import { judgeProbe } from '../health/judge.ts';
import type { ProbeEnd } from '../health/judge.ts';
import { exchange } from '../http/request.ts';
import type { Remedy } from './remedy.ts';
import { onDroplet, remedy, shellWord } from './remedy.ts';
import { failed, ok, skipped, warning } from './rounds.ts';
import type { Finding } from './rounds.ts';
import type { Reached } from './reached.ts';
import { composeCommand } from './web-words.ts';

const HEALTH_MS = 5_000;
const MAX_BODY = 256 << 10;

async function probe({ link }: Reached, name: string, signal: AbortSignal): Promise<ProbeEnd> {
  try {
    const route = link.route({ to: 'service', name, path: '/health' });
    if (!route) return { end: 'no-route' };
    const answer = await exchange(route, { timeoutMs: HEALTH_MS, maxBytes: MAX_BODY, signal });
    return { end: 'answer', status: answer.status, text: answer.body.toString('utf8'), ms: answer.ms };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return { end: 'error', code, message: error instanceof Error ? error.message : String(error) };
  }
}

function helpFor({ config, one: { profile } }: Reached, name: string): Remedy {
  const text = `Look at the log of ${name} on the droplet, then restart it`;
  if (config.kind === 'ssh') return remedy(text, onDroplet(config, composeCommand(profile, shellWord(name))));
  return remedy(text, composeCommand(profile, shellWord(name)));
}

const sentence = (reason: string): string => {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
};

function findingOf(reached: Reached, name: string, end: ProbeEnd, planned: boolean): Finding {
  const { verdict, reason, direct, version } = judgeProbe(end, reached.link.via.kind);
  if (!direct) {
    const help =
      reached.config.kind === 'https'
        ? remedy(`Let nginx pass /svc/${name}/ on to it, or leave it as it is`)
        : null;
    return skipped(sentence(reason ?? 'not reachable over this link'), help);
  }
  switch (verdict) {
    case 'up':
      return ok(version === null ? 'It is healthy.' : `It is healthy, version ${version}.`);
    case 'down':
    case 'degraded': {
      const seen = sentence(reason ?? `it is ${verdict}`);
      const help = helpFor(reached, name);
      // it answers, and can neither know nor keep anything
      const useless = verdict === 'down' || /\bdatabase\b/i.test(seen);
      if (useless && !planned) return failed(seen, help);
      return warning(planned ? `${seen} It is within the planned downtime.` : seen, help);
    }
    case 'unknown':
      return warning(sentence(reason ?? 'nothing is known of it'), helpFor(reached, name));
    default:
      return verdict satisfies never;
  }
}

/** Each service's own /health through the link, all at once; the body is believed over the code. */
export async function checkServices(reached: Reached): Promise<void> {
  const { rounds, one } = reached;
  const { services, downtime } = one.profile;
  if (services.length === 0) {
    rounds.note('services.health', null, skipped('The profile names no services.'), 0);
    return;
  }
  const planned = inDowntime(downtime, one.ports.clock.now());
  await Promise.all(
    services.map(({ name }) =>
      rounds.run('services.health', name, HEALTH_MS + 1_000, async (signal) =>
        findingOf(reached, name, await probe(reached, name, signal), planned),
      ),
    ),
  );
}
