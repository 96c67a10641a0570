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

  it('does not blame the link for services that were not probed yet', () => {
    const state = scenarioState('good', NOW).profiles.catalyst;
    const services = state.health.services.map((one) => ({
      ...one,
      verdict: 'unknown' as const,
      probedAt: null,
    }));
    const found = pathOf({ ...state, health: { ...state.health, services } }, [], NOW);
    expect(found.hops[4]).toMatchObject({ figure: 'unknown', note: 'not probed yet' });
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

  it('does not say that the link is away while it is only the services that nobody knows of', () => {
    const state = scenarioState('good', NOW).profiles.catalyst;
    const reason = 'no service answered in time; the link may be stalled';
    const services = state.health.services.map((one) => ({ ...one, verdict: 'unknown' as const, reason }));
    const found = pathOf({ ...state, health: { ...state.health, services } }, [], NOW);
    expect(found.hops.at(-1)).toMatchObject({ figure: 'unknown', note: reason, tone: 'unknown' });
    expect(JSON.stringify(found)).not.toContain('away');
  });

  it('does not call a live link live once its proof is too old', () => {
    const state = scenarioState('good', NOW);
    const later = pathOf(state.profiles.catalyst, [], NOW + 60_000);
    expect(later.broken).toMatchObject({ key: 'link', tone: 'attention' });
  });

  it('says so when the app itself does not answer', () => {
    expect(path('good', false).broken).toMatchObject({ key: 'bridge', tone: 'danger' });
  });

  it('names the link in use, and says small that it is not the first choice', () => {
    const { hops, broken, notes } = path('fallback');
    expect(hops.find((hop) => hop.key === 'link')).toMatchObject({
      label: 'HTTPS trading.example',
      note: 'fallback · proof 2 s ago',
      tone: 'live',
    });
    expect(broken?.key).toBe('services');
    expect(notes).toEqual([expect.stringMatching(/^Using HTTPS trading\.example \(2nd choice\): SSH root@/)]);
    expect(path('live').notes).toEqual([]);
  });

  it('warns of a certificate that ends, only for the link in use', () => {
    expect(path('certificate').notes).toEqual([expect.stringMatching(/^The certificate ends in 12 days/)]);
    expect(path('fallback').notes.join(' ')).not.toContain('certificate');
  });

  it('draws jump hosts as hops, and marks the one that broke', () => {
    const good = path('exposed');
    expect(good.hops.map((hop) => hop.key)).toEqual([
      'claude',
      'bridge',
      'jump-0',
      'link',
      'droplet',
      'services',
    ]);
    expect(good.hops[2]).toMatchObject({ figure: 'bastion.example', tone: 'live' });
    const { hops, broken } = path('jump');
    expect(broken).toMatchObject({ key: 'jump-0', tone: 'danger' });
    expect(hops[3]).toMatchObject({ key: 'link', figure: 'not reached', tone: 'unknown' });
  });

  it('does not blame a jump host for what is the droplet’s', () => {
    const { exposed } = { exposed: scenarioState('exposed', NOW).profiles.catalyst };
    const error = { code: 'LINK_LOST' as const, message: 'droplet.example stopped answering.', next: '' };
    const link = { state: 'reconnecting' as const, attempt: 1, nextAt: NOW, lastError: error };
    expect(pathOf({ ...exposed, link, chain: [] }, [], NOW).broken?.key).toBe('link');
    const atHop = {
      ...error,
      message: 'The jump host bastion.example was lost on the way to droplet.example:22.',
    };
    expect(pathOf({ ...exposed, link: { ...link, lastError: atHop }, chain: [] }, [], NOW).broken?.key).toBe(
      'jump-0',
    );
  });

  it('keeps many jump hosts in one box', () => {
    const state = scenarioState('exposed', NOW).profiles.catalyst;
    const [first] = state.profile.links;
    const jump = ['a', 'b', 'c'].map((host) => ({ host, port: 22, user: 'ops' }));
    const profile = { ...state.profile, links: [{ ...first, jump } as typeof first] };
    const hops = pathOf({ ...state, profile }, [], NOW).hops.filter((hop) => hop.key.startsWith('jump-'));
    expect(hops).toMatchObject([{ label: '3 jump hosts', note: 'ops@a, ops@b, ops@c' }]);
  });
});
