import { describe, expect, it } from 'vitest';
import type { LinkState } from '../../../electron/contract/link.ts';
import type { NoticeMemory } from '../../../electron/contract/notice-steps.ts';
import { NO_NOTICES, nextNotices } from '../../../electron/contract/notice-steps.ts';
import { securityCount, standingNotices } from '../../../electron/contract/notices.ts';
import type { AppState, ProfileState } from '../../../electron/contract/state.ts';
import { appState, profileState } from '../../helpers/fake-app.ts';

const via = { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet:22' };
const live: LinkState = { state: 'live', via, since: 0, lastProof: 0, rttMs: 1 };
const error = { code: 'LINK_LOST' as const, message: 'The link was lost.', next: 'Wait.' };
const lost: LinkState = { state: 'reconnecting', attempt: 1, nextAt: 0, lastError: error };
const keyChanged: LinkState = {
  state: 'blocked',
  reason: 'host-key-changed',
  error: { code: 'LINK_HOST_KEY_CHANGED', message: 'The host key changed.', next: 'Ask why.' },
};

function service(name: string, verdict: 'up' | 'down' | 'unknown') {
  return {
    name,
    verdict,
    reason: verdict === 'down' ? 'HTTP 500.' : null,
    latencyMs: null,
    httpStatus: null,
    version: null,
    parts: {},
    probedAt: null,
    source: null,
    reported: null,
    beats: [],
  };
}

function withServices(link: LinkState, verdict: 'up' | 'down' | 'unknown', planned = false): ProfileState {
  const state = profileState('catalyst', link);
  const services = Array.from({ length: 8 }, (_, i) => service(`service-${i}`, verdict));
  return { ...state, health: { ...state.health, services, plannedDowntime: planned } };
}

/** The notices told over a series of states, each at its time in seconds. */
function told(steps: readonly (readonly [number, AppState])[]) {
  let memory: NoticeMemory = NO_NOTICES;
  const raised: string[] = [];
  const cleared: string[] = [];
  for (const [seconds, state] of steps) {
    const step = nextNotices(memory, state, seconds * 1000);
    memory = step.memory;
    raised.push(...step.raised.map(({ key }) => key));
    cleared.push(...step.cleared);
  }
  return { raised, cleared };
}

const well = appState([withServices(live, 'up')]);
const away = appState([withServices(lost, 'unknown')]);

describe('notices', () => {
  it('tells a lost link once, as one notice, though eight services are unknown with it', () => {
    const { raised, cleared } = told([
      [0, well],
      [1, away],
      [11, away],
      [30, away],
      [90, away],
      [91, well],
    ]);
    expect(raised).toEqual(['catalyst/link']);
    expect(cleared).toEqual(['catalyst/link']);
  });

  it('says nothing of what mends itself at once, and when to look again', () => {
    expect(
      told([
        [0, well],
        [1, away],
        [9, well],
        [60, well],
      ]).raised,
    ).toEqual([]);
    const { memory } = nextNotices(NO_NOTICES, well, 0);
    expect(nextNotices(memory, away, 1000).dueAt).toBe(11_000);
  });

  it('tells a link that comes and goes once, and again only when it stays away', () => {
    const flapping = [1, 20, 40, 60, 80].flatMap((at): [number, AppState][] => [
      [at, away],
      [at + 12, away],
      [at + 15, well],
    ]);
    expect(told([[0, well], ...flapping]).raised).toEqual(['catalyst/link']);
    expect(told([[0, well], ...flapping, [100, away], [170, away]]).raised).toEqual([
      'catalyst/link',
      'catalyst/link',
    ]);
  });

  it('tells once more what becomes worse: a lost link, then a changed key', () => {
    const steps: [number, AppState][] = [
      [0, well],
      [1, away],
      [12, away],
      [13, appState([profileState('catalyst', keyChanged)])],
      [50, appState([profileState('catalyst', keyChanged)])],
    ];
    expect(told(steps).raised).toEqual(['catalyst/link', 'catalyst/link']);
  });

  it('is silent in planned downtime, but not of a changed key', () => {
    const planned = appState([withServices(live, 'down', true)]);
    expect(
      told([
        [0, well],
        [1, planned],
        [300, planned],
      ]).raised,
    ).toEqual([]);
    const changed = appState([withServices(keyChanged, 'unknown', true)]);
    expect(
      told([
        [0, well],
        [1, changed],
      ]).raised,
    ).toEqual(['catalyst/link']);
  });

  it('joins services that are down to one notice, which names them', () => {
    const down = appState([withServices(live, 'down')]);
    expect(
      told([
        [0, well],
        [1, down],
        [22, down],
      ]).raised,
    ).toEqual(['catalyst/services']);
    expect(standingNotices(down, 0)[0]).toMatchObject({
      title: '8 of 8 services down: catalyst [LIVE]',
      text: 'service-0, service-1, service-2 and 5 more.',
    });
  });

  it('does not tell what was there before it looked, except matters of security', () => {
    expect(
      told([
        [0, away],
        [60, away],
      ]).raised,
    ).toEqual([]);
    expect(told([[0, appState([profileState('catalyst', keyChanged)])]]).raised).toEqual(['catalyst/link']);
  });

  it('keeps still while paused or switched off, but never about security', () => {
    const paused = (state: AppState): AppState => ({
      ...state,
      settings: { ...state.settings, notices: { off: [], pausedUntil: 1e9, desktop: true } },
    });
    const off = (state: AppState): AppState => ({
      ...state,
      settings: { ...state.settings, notices: { off: ['link'], pausedUntil: null, desktop: true } },
    });
    const changed = appState([profileState('catalyst', keyChanged)]);
    for (const quiet of [paused, off]) {
      expect(
        told([
          [0, quiet(well)],
          [1, quiet(away)],
          [60, quiet(away)],
        ]).raised,
      ).toEqual([]);
      expect(
        told([
          [0, quiet(well)],
          [1, quiet(changed)],
        ]).raised,
      ).toEqual(['catalyst/link']);
    }
  });

  it('tells that the audit trail cannot be written, for as long as that holds', () => {
    const fault = {
      code: 'AUDIT_WRITE_FAILED' as const,
      message: 'The audit trail cannot be written (ENOSPC).',
      next: 'Free disk space.',
    };
    const full = { ...well, auditFault: fault };
    const { raised, cleared } = told([
      [0, well],
      [1, full],
      [60, full],
      [61, { ...well, auditFault: null }],
      [62, { ...well, auditFault: null }],
    ]);
    expect(raised).toEqual(['audit/fault']);
    expect(cleared).toEqual(['audit/fault']);
    expect(standingNotices(full, 0)).toMatchObject([
      { severity: 'danger', text: expect.stringContaining('cannot be written (ENOSPC). Free disk space.') },
    ]);
  });

  it('counts what of it is a matter of security', () => {
    const state = profileState('catalyst', live);
    const tool = {
      name: 'get_positions',
      class: 'read' as const,
      status: 'changed' as const,
      hash: '0',
      definition: '{}',
      previous: '{}',
    };
    const changed = appState([{ ...state, catalogue: { ...state.catalogue, tools: [tool] } }]);
    expect(securityCount(changed, 0)).toBe(1);
    expect(securityCount(well, 0)).toBe(0);
    expect(
      told([
        [0, well],
        [1, changed],
      ]).raised,
    ).toEqual(['catalyst/tools-changed']);
  });
});
