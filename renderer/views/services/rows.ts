import type { Container } from '../../../electron/contract/containers.ts';
import type { ServiceHistory, ServicesHistory } from '../../../electron/contract/history.ts';
import { LINK_SERVICE } from '../../../electron/contract/history-limits.ts';
import { STALE_MS } from '../../../electron/contract/freshness.ts';
import { carries } from '../../../electron/contract/awaited.ts';
import type { ServiceHealth } from '../../../electron/contract/models.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { presentLink, presentVerdict } from '../../../electron/contract/present.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';

/** One line of the cause tree. Below a lost link nothing is known, so nothing below it is called down. */
export interface TreeRow {
  key: string;
  depth: 0 | 1 | 2;
  name: string;
  /** What stands small below the name: where the link goes, or which version answers. */
  detail: string | null;
  tone: Tone;
  word: string;
  /** Why it is not up, or what else to say of it now. */
  reason: string | null;
  latencyMs: number | null;
  /** When that was learnt, ms. */
  at: number | null;
  stale: boolean;
  service: ServiceHealth | null;
  container: Container | null;
  history: ServiceHistory | null;
}

const ORCHESTRATOR = /^orchestrat/;

function linkRow({ link, chain }: ProfileState, history: ServiceHistory | null, now: number): TreeRow {
  const { tone, label, detail } = presentLink(link, now);
  const used = chain.find((entry) => entry.state === 'in-use');
  const proof = carries(link) ? link.lastProof : null;
  return {
    key: LINK_SERVICE,
    depth: 0,
    name: 'Link',
    detail: used?.via.label ?? null,
    tone,
    word: label,
    reason: detail === '' ? null : detail,
    latencyMs: link.state === 'live' ? link.rttMs : null,
    at: proof,
    stale: false,
    service: null,
    container: null,
    history,
  };
}

/** How a service looks now: an old answer is told as one, and what is stopped on purpose is no failure. */
function look(service: ServiceHealth, plannedDowntime: boolean, now: number) {
  const { tone, label } = presentVerdict(service.verdict);
  const known = service.verdict !== 'unknown';
  const old = service.probedAt !== null && now - service.probedAt > STALE_MS;
  const stale = old || !known;
  if (plannedDowntime && service.verdict === 'down') return { tone: 'off' as const, word: 'Planned', stale };
  if (old && known) return { tone: 'unknown' as const, word: `Was ${label.toLowerCase()}`, stale };
  return { tone, word: label, stale };
}

function serviceRow(service: ServiceHealth, depth: 1 | 2, state: ProfileState, now: number): TreeRow {
  const { list } = state.containers;
  const listed = list.state === 'known' ? list.value.rows : (list.last?.value.rows ?? []);
  const never = service.probedAt === null;
  return {
    key: service.name,
    depth,
    name: service.name,
    detail: service.version ?? (never ? null : 'version unknown'),
    ...look(service, state.health.plannedDowntime, now),
    // a link that is away is the reason of them all, and stands once above them
    reason: carries(state.link) ? service.reason : null,
    latencyMs: service.latencyMs,
    at: service.probedAt,
    service,
    container: listed.find((one) => one.service === service.name) ?? null,
    history: null,
  };
}

/** The cause tree, from the link down: link, orchestrator, the services it leads. */
export function treeRows(state: ProfileState, history: ServicesHistory | null, now: number): TreeRow[] {
  const of = (name: string) => history?.services.find((one) => one.name === name) ?? null;
  const { services } = state.health;
  const head = services.find(({ name }) => ORCHESTRATOR.test(name));
  const rest = services.filter((one) => one !== head);
  const rows = [
    linkRow(state, of(LINK_SERVICE), now),
    ...(head ? [serviceRow(head, 1, state, now)] : []),
    ...rest.map((one) => serviceRow(one, head ? 2 : 1, state, now)),
  ];
  return rows.map((row) => ({ ...row, history: row.history ?? of(row.key) }));
}
