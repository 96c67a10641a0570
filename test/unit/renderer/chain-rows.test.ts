import { describe, expect, it } from 'vitest';
import { chainRows, keysToJudge, setupWords } from '../../../renderer/views/connections/chain-rows.ts';
import type { Scenario } from '../../fixtures/page/scenarios.ts';
import { scenarioState } from '../../fixtures/page/scenarios.ts';

const NOW = 1_800_000_000_000;

function rows(scenario: Scenario) {
  const { profile, chain, link } = scenarioState(scenario, NOW).profiles.catalyst;
  return chainRows(profile, chain, link);
}
function keys(scenario: Scenario) {
  const { profile, chain, link } = scenarioState(scenario, NOW).profiles.catalyst;
  return keysToJudge(profile, chain, link);
}

describe('the chain as rows', () => {
  it('keeps a refused link in its place while another is in use', () => {
    expect(rows('refused').map(({ entry }) => entry.state)).toEqual(['refused', 'in-use']);
    expect(rows('refused')[0].entry.error?.code).toBe('LINK_AUTH_REFUSED');
  });

  it('shows every link before core has published any, and claims nothing about those not in use', () => {
    const { profile, link } = scenarioState('live', NOW).profiles.catalyst;
    const states = chainRows(profile, [], link).map(({ entry }) => entry.state);
    expect(states).toEqual(['in-use', 'idle']);
    expect(chainRows(profile, [], { state: 'off' }).map(({ entry }) => entry.state)).toEqual([
      'idle',
      'idle',
    ]);
  });

  it('marks the jump host whose key is in question', () => {
    expect(rows('jump')[0].hops).toEqual([{ name: 'ops@bastion.example', broken: true }]);
    expect(rows('exposed')[0].hops).toEqual([{ name: 'ops@bastion.example', broken: false }]);
  });
});

describe('host keys to judge', () => {
  it('tell whose key it is, and whether it changed', () => {
    expect(keys('jump')).toMatchObject([{ key: { host: 'bastion.example' }, changed: false, jump: true }]);
    expect(keys('changed')).toMatchObject([{ key: { host: 'droplet.example' }, changed: true, jump: false }]);
    expect(keys('fallback')).toEqual([]);
  });

  it('are shown although another link is in use meanwhile', () => {
    const used = scenarioState('fallback', NOW).profiles.catalyst;
    const [first] = scenarioState('blocked', NOW).profiles.catalyst.chain;
    expect(keysToJudge(used.profile, [first, used.chain[1]], used.link)).toMatchObject([{ changed: false }]);
  });
});

describe('how a link is set up', () => {
  it('is said without secrets', () => {
    expect(setupWords(rows('refused')[0].config)).toEqual(['key ~/.ssh/id_ed25519']);
    expect(setupWords(rows('refused')[1].config)).toEqual(['API key in X-API-Key']);
  });
});
