import { describe, expect, it } from 'vitest';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { treeRows } from '../../../renderer/views/services/rows.ts';
import type { Scenario } from '../../fixtures/page/scenarios.ts';
import { scenarioState } from '../../fixtures/page/scenarios.ts';

const NOW = 1_800_000_000_000;
const state = (scenario: Scenario): ProfileState => scenarioState(scenario, NOW).profiles.catalyst;
const rows = (of: ProfileState, now = NOW) => treeRows(of, null, now);

describe('the tree of link, orchestrator and services', () => {
  it('tells the cause once, at the link, while the link is away', () => {
    const [link, ...services] = rows(state('stale'));
    expect(link.reason).toMatch(/SSH connection was cut/);
    expect(new Set(services.map(({ reason }) => reason))).toEqual(new Set([null]));
    expect(services.every(({ word, stale }) => word === 'Unknown' && stale)).toBe(true);
  });

  it('tells each service its own cause while the link holds', () => {
    const failing = rows(state('live')).filter(({ reason }) => reason !== null);
    expect(failing.map(({ key, word }) => [key, word])).toEqual([['news', 'Down']]);
  });

  it('calls an answer of long ago what it was, and a stop on schedule no failure', () => {
    const old = rows(state('live'), NOW + 10 * 60_000).slice(1);
    expect(new Set(old.map(({ word, tone }) => `${word}, ${tone}`))).toEqual(
      new Set(['Was up, unknown', 'Was down, unknown']),
    );
    const live = state('live');
    const planned = { ...live, health: { ...live.health, plannedDowntime: true } };
    expect(rows(planned).find(({ key }) => key === 'news')).toMatchObject({ word: 'Planned', tone: 'off' });
  });

  it('knows no version of what never answered', () => {
    expect(rows(state('loading')).map(({ detail }) => detail)).not.toContain('version unknown');
  });
});
