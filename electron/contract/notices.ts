import { positionsFreshness } from './freshness.ts';
import { carries } from './awaited.ts';
import type { ServiceHealth } from './models.ts';
import { presentEnvironment, presentRefusal } from './present.ts';
import { presentCheck } from './present-clients.ts';
import type { AppState, ProfileState } from './state.ts';

/** What a person can be told of; each is one switch in Settings, but `security`, which is always told. */
export const NOTICE_KINDS = [
  'link',
  'services',
  'consent',
  'outcome',
  'trading',
  'tools',
  'clients',
  'security',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Where to look: a page of the dashboard. Fits the page's own route. */
export interface NoticeAction {
  label: string;
  page: 'overview' | 'services' | 'positions' | 'activity' | 'tools' | 'connections' | 'clients';
  profile: string | null;
}

/** Something that holds now and that a person should know of. It is gone when it no longer holds. */
export interface Notice {
  /** One per subject: whatever changes about it, it stays one notice. */
  key: string;
  kind: NoticeKind;
  severity: 'info' | 'attention' | 'danger';
  title: string;
  /** The cause and the next step. */
  text: string;
  action: NoticeAction;
}

export const SEVERITIES = ['info', 'attention', 'danger'] as const;
const named = ({ profile }: ProfileState) => `${profile.name} [${presentEnvironment(profile.environment)}]`;
const sentence = (error: { message: string; next: string }) => `${error.message} ${error.next}`.trim();

/** The link: one notice, whatever else it makes unknown. A changed key is a matter of security. */
function linkNotice(state: ProfileState): Notice | undefined {
  const { link, profile } = state;
  const action = { label: 'Connections', page: 'connections', profile: profile.name } as const;
  if (link.state === 'blocked') {
    const security = link.reason === 'host-key-changed' || link.reason === 'certificate';
    return {
      key: `${profile.name}/link`,
      kind: security ? 'security' : 'link',
      severity: 'danger',
      title: `${presentRefusal(link.reason)}: ${named(state)}`,
      text: sentence(link.error),
      action,
    };
  }
  if (link.state !== 'reconnecting' && link.state !== 'degraded') return undefined;
  const lost = link.state === 'reconnecting';
  return {
    key: `${profile.name}/link`,
    kind: 'link',
    severity: 'attention',
    title: `${lost ? 'Link lost' : 'Link degraded'}: ${named(state)}`,
    text: lost ? `${link.lastError.message} It is tried again by itself.` : sentence(link.error),
    action,
  };
}

function listed(services: readonly ServiceHealth[]): string {
  const names = services.map(({ name }) => name);
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

/** Services that are down by our own probe while the link works; one notice for all of them. */
function servicesNotice(state: ProfileState): Notice | undefined {
  const { link, health, profile } = state;
  if (!carries(link)) return undefined;
  const down = health.services.filter((one) => one.verdict === 'down');
  const [first] = down;
  if (first === undefined) return undefined;
  return {
    key: `${profile.name}/services`,
    kind: 'services',
    severity: 'attention',
    title: `${down.length} of ${health.services.length} services down: ${named(state)}`,
    text: down.length === 1 ? `${first.name}: ${first.reason ?? 'it does not answer'}` : `${listed(down)}.`,
    action: { label: 'Services', page: 'services', profile: profile.name },
  };
}

function toolNotices(state: ProfileState): Notice[] {
  const { catalogue, profile } = state;
  const action = { label: 'Tools', page: 'tools', profile: profile.name } as const;
  const of = (status: 'changed' | 'new') => catalogue.tools.filter((tool) => tool.status === status);
  const [changed, fresh] = [of('changed'), of('new')];
  const names = (tools: typeof changed) =>
    tools
      .slice(0, 3)
      .map(({ name }) => name.slice(0, 64))
      .join(', ') + (tools.length > 3 ? ` and ${tools.length - 3} more` : '');
  const notices: Notice[] = [];
  if (changed.length > 0)
    notices.push({
      key: `${profile.name}/tools-changed`,
      kind: 'security',
      severity: 'attention',
      title: `${changed.length === 1 ? 'A tool' : `${changed.length} tools`} changed: ${named(state)}`,
      text: `${names(changed)}: not offered until you have looked at what changed.`,
      action,
    });
  if (fresh.length > 0)
    notices.push({
      key: `${profile.name}/tools-new`,
      kind: 'tools',
      severity: 'info',
      title: `${fresh.length === 1 ? 'A new tool' : `${fresh.length} new tools`}: ${named(state)}`,
      text: `${names(fresh)}: not offered until approved.`,
      action,
    });
  return notices;
}

function guardNotices(state: ProfileState, now: number): Notice[] {
  const { guard, profile, lastStop } = state;
  const at = (page: 'overview' | 'positions' | 'activity', label: string) =>
    ({ label, page, profile: profile.name }) as const;
  const notices: Notice[] = guard.unresolved
    .filter((call) => call.endedAt !== null)
    .map((call) => ({
      key: `${profile.name}/outcome/${call.id}`,
      kind: 'outcome',
      severity: 'danger',
      title: `Outcome unknown: ${call.tool.slice(0, 64)} on ${named(state)}`,
      text: `It was sent, and no usable answer came. Check before it is sent again. ${call.detail}`.trim(),
      action: at('overview', 'Overview'),
    }));
  if (guard.mismatch !== null)
    notices.push({
      key: `${profile.name}/mismatch`,
      kind: 'security',
      severity: 'danger',
      title: `Not the environment it should be: ${named(state)}`,
      text: guard.mismatch,
      action: at('overview', 'Overview'),
    });
  const fresh = positionsFreshness(state, now);
  if (fresh.state === 'frozen')
    notices.push({
      key: `${profile.name}/frozen`,
      kind: 'trading',
      severity: 'attention',
      title: `Prices stand still: ${named(state)}`,
      text: fresh.text,
      action: at('positions', 'Positions'),
    });
  if (lastStop !== null && lastStop.result !== 'confirmed')
    notices.push({
      key: `${profile.name}/stop/${lastStop.at}`,
      kind: 'trading',
      severity: 'danger',
      title:
        lastStop.result === 'not-delivered'
          ? `Emergency stop NOT delivered: ${named(state)}`
          : `Emergency stop sent, not confirmed: ${named(state)}`,
      text: `By hand: ${lastStop.manual}`,
      action: at('overview', 'Overview'),
    });
  return notices;
}

/** What of one profile a person should know of; nothing that is planned downtime. */
function profileNotices(state: ProfileState, now: number): Notice[] {
  const link = linkNotice(state);
  const services = servicesNotice(state);
  // what is stopped on purpose is no alarm; a key that changed is one at any hour
  const quiet = (one: Notice) =>
    state.health.plannedDowntime && one.kind !== 'security' && one.severity !== 'danger';
  return [
    ...[link, services].filter((one) => one !== undefined && !quiet(one)),
    ...toolNotices(state),
    ...guardNotices(state, now),
  ] as Notice[];
}

/** Entries that we wrote for a client and that are gone or otherwise; each with the way to the repair. */
function clientNotices(state: AppState): Notice[] {
  return Object.values(state.clientChecks ?? {}).flatMap((check): Notice[] => {
    if (!['missing', 'given-up', 'armed', 'changed'].includes(check.state)) return [];
    const { detail } = presentCheck(check, state.app.platform);
    const changed = check.state === 'changed';
    return [
      {
        key: `client/${check.id}`,
        // an entry that starts something else runs a stranger's program
        kind: changed ? 'security' : 'clients',
        severity: check.state === 'armed' ? 'attention' : 'danger',
        title: `${changed ? 'Entry changed' : 'Entry gone'}: ${check.profile} in ${check.label}`,
        text: detail,
        action: { label: 'Repair', page: 'clients', profile: check.profile },
      },
    ];
  });
}

/** Without its trail the app refuses what may add risk, so a person has to know before the next start does. */
function auditNotices({ auditFault }: AppState): Notice[] {
  if (!auditFault) return [];
  return [
    {
      key: 'audit/fault',
      kind: 'security',
      severity: 'danger',
      title: 'The audit trail cannot be written',
      text: `Starts are refused until it can; reads and stops go on, but a stop leaves no record. ${sentence(auditFault)}`,
      action: { label: 'Activity', page: 'activity', profile: null },
    },
  ];
}

/** All that holds at time `now` (ms), the worst first; the order of the profiles within. */
export function standingNotices(state: AppState, now: number): Notice[] {
  const asked = state.consents.map((request): Notice => ({
    key: `consent/${request.id}`,
    kind: 'consent',
    severity: 'attention',
    title: `Consent needed: ${request.tool.slice(0, 64)} on ${request.profile} [${presentEnvironment(request.environment)}]`,
    text: `Asked by ${request.client.slice(0, 80)}. Denied by itself if nobody answers.`,
    action: { label: 'Answer', page: 'overview', profile: request.profile },
  }));
  const ofProfiles = state.order.flatMap((name) => {
    const profile = state.profiles[name];
    return profile === undefined ? [] : profileNotices(profile, now);
  });
  return [...asked, ...ofProfiles, ...auditNotices(state), ...clientNotices(state)].toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity),
  );
}

/** How many matters of security wait for a person: the badge. */
export function securityCount(state: AppState, now: number): number {
  return standingNotices(state, now).filter((notice) => notice.kind === 'security').length;
}
