import { describe, expect, it } from 'vitest';
import { pathOf } from '../../../renderer/parts/path-hops.ts';
import { scenarioState } from '../../fixtures/page/scenarios.ts';
import type { Scenario } from '../../fixtures/page/scenarios.ts';

const NOW = 1_800_000_000_000;

function path(scenario: Scenario, answering = true) {
  const state = scenarioState(scenario, NOW);
  return pathOf(state.profiles.catalyst, Object.values(state.clients), NOW, answering);
}
const tones = (scenario: Scenario) => path(scenario).hops.map((hop) => hop.tone);

describe('the path from Claude to the services', () => {
  it('has nothing to say while all is well', () => {
    expect(path('good').broken).toBeNull();
    expect(tones('good')).toEqual(['live', 'live', 'live', 'live', 'live']);
  });

  it('names the service that is down, with its reason', () => {
    expect(path('live').broken).toMatchObject({ key: 'services', tone: 'danger' });
    expect(path('live').broken?.cause).toContain('news: HTTP 500');
    expect(path('live').hops[4].figure).toBe('8 of 9 up');
  });

  it('blames the link, and makes what is behind it unknown instead of down', () => {
    expect(path('stale').broken).toMatchObject({ key: 'link', cause: 'The SSH connection was cut.' });
    expect(tones('stale').slice(2)).toEqual(['attention', 'unknown', 'unknown']);
    expect(path('stale').hops[2].note).toBe('try 3 in 12 s');
    expect(path('off').broken).toMatchObject({ key: 'link', tone: 'off' });
  });

  it('blames the orchestrator when MCP alone fails', () => {
    const state = scenarioState('good', NOW).profiles.catalyst;
    const error = { code: 'MCP_NOT_FOUND' as const, message: 'Nothing at /mcp.', next: 'Check the address.' };
    const via = { index: 0, kind: 'ssh' as const, label: 'ssh' };
    const link = {
      state: 'degraded' as const,
      reason: 'mcp' as const,
      since: NOW,
      via,
      lastProof: NOW,
      error,
    };
    const found = pathOf({ ...state, link }, [], NOW);
    expect(found.broken).toMatchObject({
      key: 'droplet',
      cause: 'Nothing at /mcp.',
      next: 'Check the address.',
    });
    expect(found.hops[2].tone).toBe('live');
    expect(found.hops[4].figure).toBe('9 of 9 up');
  });

  it('does not call a live link live once its proof is too old', () => {
    const state = scenarioState('good', NOW);
    const later = pathOf(state.profiles.catalyst, [], NOW + 60_000);
    expect(later.broken).toMatchObject({ key: 'link', tone: 'attention' });
  });

  it('says so when the app itself does not answer', () => {
    expect(path('good', false).broken).toMatchObject({ key: 'bridge', tone: 'danger' });
  });
});
