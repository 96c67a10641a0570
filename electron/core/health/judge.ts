import type { HealthBeat, HealthModel, ServiceHealth, Source, Verdict } from '../../contract/models.ts';
import type { LinkVia } from '../../contract/link.ts';
import { readHealth } from '../backends/read-health.ts';
import type { ReportedHealth } from '../backends/read-reported.ts';

type Via = LinkVia['kind'];

export const BEATS = 60;

/** How one GET /health of ours ended. */
export type ProbeEnd =
  | { end: 'answer'; status: number; text: string; ms: number }
  | { end: 'error'; code: string; message: string }
  | { end: 'no-route' };

/** What a probe tells about a service. `direct` is false where the link has no way to the service at all. */
export interface Judged {
  direct: boolean;
  verdict: Verdict;
  reason: string | null;
  latencyMs: number | null;
  httpStatus: number | null;
  version: string | null;
  parts: Record<string, string>;
}

const NOTHING = { latencyMs: null, httpStatus: null, version: null, parts: {} } as const;

/** Errors that tell of the link and not of the service behind it. */
function isLinkTrouble(code: string, via: Via): boolean {
  if (
    /^(?:LINK_NOT_CONNECTED|LINK_LOST|LINK_TLS_|ABORT_ERR|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(
      code,
    )
  ) {
    return true;
  }
  return via === 'https';
}

function judgeError(code: string, message: string, via: Via): Judged {
  const unknown = (reason: string): Judged => ({ direct: true, verdict: 'unknown', reason, ...NOTHING });
  const down = (reason: string): Judged => ({ direct: true, verdict: 'down', reason, ...NOTHING });
  if (isLinkTrouble(code, via)) return unknown(`the probe did not get through: ${message}`);
  if (code === 'LINK_TIMEOUT') return down('no answer within 5 s');
  // sshd's policy tells of sshd: the service itself was not asked
  if (code === 'LINK_FORWARD_REFUSED') return unknown('the SSH server does not allow forwarding to it');
  if (code === 'LINK_PORT_CLOSED' || code === 'ECONNREFUSED' || /refused/i.test(message)) {
    return down('nothing listens on its port');
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /hang up/i.test(message)) {
    return down('it closed the connection without answering');
  }
  if (code.startsWith('HPE_')) return unknown('what listens there does not speak HTTP');
  return unknown(`the probe failed: ${message}`);
}

/** Judges one probe. Behind HTTPS a 404 comes from the web server: the service is not offered there, not down. */
export function judgeProbe(end: ProbeEnd, via: Via): Judged {
  if (end.end === 'no-route') {
    return { direct: false, verdict: 'unknown', reason: 'not reachable over this link', ...NOTHING };
  }
  if (end.end === 'error') return judgeError(end.code, end.message, via);
  const answer = readHealth(end.status, end.text);
  if (via === 'https' && end.status === 404 && answer.verdict === 'unknown') {
    const reason = 'not reachable over this link (the web server answers 404 for it)';
    return { direct: false, verdict: 'unknown', reason, ...NOTHING, httpStatus: 404 };
  }
  return { direct: true, ...answer, latencyMs: Math.round(end.ms * 10) / 10, httpStatus: end.status };
}

export interface Reported extends ReportedHealth {
  source: Source;
  receivedAt: number;
}

/** The failure that every service has in a report, where there are at least two and no other word: a fault of the reporter. */
export function commonFault(reported: ReportedHealth | undefined): string | undefined {
  if (!reported || reported.services.size < 2) return undefined;
  const words = [...reported.services.values()];
  const first = words[0]!;
  return words.every(({ verdict, text }) => verdict === 'down' && text === first.text)
    ? first.text
    : undefined;
}

function hintOf(services: readonly ServiceHealth[], reported: Reported | undefined): string | null {
  const fault = commonFault(reported);
  if (fault === undefined) return null;
  const probed = services.filter(
    ({ name, source, verdict }) =>
      reported?.services.has(name) && source?.kind === 'probe' && verdict !== 'unknown',
  );
  const answering = probed.filter(({ verdict }) => verdict !== 'down').length;
  if (answering > 0) {
    return `The orchestrator reports every service failed ("${fault}"), but ${answering} of ${probed.length} answer when probed directly: the fault is in the orchestrator.`;
  }
  // what can be probed and did not answer just now says something about the link, not about who reports
  const reachable = services.some(
    ({ name, source }) => reported?.services.has(name) && source?.kind === 'probe',
  );
  if (reachable) return null;
  return `The orchestrator reports every service failed in the same way ("${fault}"); that is usually a fault of the orchestrator itself, and over this link the services cannot be probed directly.`;
}

/** What a link without a way to the service shows: MCP's word, unless that word is a fault of the reporter. */
function fromReport(health: ServiceHealth, reported: Reported | undefined): ServiceHealth {
  const word = reported?.services.get(health.name);
  if (!reported || !word || commonFault(reported) !== undefined) return health;
  const reason = word.verdict === 'up' ? null : `the orchestrator reports: ${word.text}`;
  return { ...health, verdict: word.verdict, reason, source: reported.source };
}

export function emptyService(name: string, reason: string): ServiceHealth {
  return {
    name,
    verdict: 'unknown',
    reason,
    ...NOTHING,
    parts: {},
    probedAt: null,
    source: null,
    reported: null,
    beats: [],
  };
}

/** Appends a beat; the newest 60 stay. */
export function withBeat(beats: readonly HealthBeat[], beat: HealthBeat): HealthBeat[] {
  return [...beats.slice(-(BEATS - 1)), beat];
}

/** One service after a probe. */
export function afterProbe(before: ServiceHealth, judged: Judged, at: number): ServiceHealth {
  const { direct, ...rest } = judged;
  return {
    ...before,
    ...rest,
    probedAt: direct ? at : before.probedAt,
    source: direct ? { kind: 'probe', ref: `${before.name} /health` } : null,
    beats: withBeat(before.beats, { at, verdict: judged.verdict, latencyMs: judged.latencyMs }),
  };
}

/** One service while the link is away: not known to be down. */
export function whileAway(before: ServiceHealth, reason: string, at: number, beat: boolean): ServiceHealth {
  const beats = beat ? withBeat(before.beats, { at, verdict: 'unknown', latencyMs: null }) : before.beats;
  return { ...before, verdict: 'unknown', reason, latencyMs: null, httpStatus: null, beats };
}

/** Puts probes and report side by side. Services that only MCP names are listed by its word. */
export function composeHealth(
  probed: readonly ServiceHealth[],
  reported: Reported | undefined,
  options: { plannedDowntime: boolean; away: boolean },
): HealthModel {
  const known = new Set(probed.map(({ name }) => name));
  const extra = [...(reported?.services.keys() ?? [])]
    .filter((name) => !known.has(name))
    .map((name) => emptyService(name, 'not configured for direct probing'));
  const services = [...probed, ...extra].map((service) => {
    const word = reported?.services.get(service.name);
    const own = word && reported ? { ...word, receivedAt: reported.receivedAt } : null;
    const health = { ...service, reported: own };
    if (options.away) return health;
    const shown = health.source === null ? fromReport(health, reported) : health;
    return options.plannedDowntime && shown.verdict === 'down'
      ? { ...shown, reason: 'stopped on schedule' }
      : shown;
  });
  return {
    services,
    reported: reported
      ? {
          verdict: reported.verdict,
          text: reported.text,
          failed: reported.failed,
          source: reported.source,
          receivedAt: reported.receivedAt,
        }
      : null,
    hint: options.away ? null : hintOf(services, reported),
    plannedDowntime: options.plannedDowntime,
  };
}
