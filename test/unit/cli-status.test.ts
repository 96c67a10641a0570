import { describe, expect, it } from 'vitest';
import { statusText } from '../../electron/cli/status-text.ts';
import type { Scenario } from '../fixtures/page/scenarios.ts';
import { scenarioState } from '../fixtures/page/scenarios.ts';

const NOW = 1_800_000_000_000;

function text(scenario: Scenario): string {
  return statusText('catalyst', scenarioState(scenario, NOW).profiles.catalyst, NOW);
}
const lines = (scenario: Scenario) =>
  text(scenario)
    .split('\n')
    .map((line) => line.trim());

describe('status in words', () => {
  it('gives each link of the chain a line, marks the one in use, and says why', () => {
    const said = lines('fallback');
    expect(said[0]).toBe('catalyst  LIVE');
    expect(said[1]).toBe('link       Live');
    expect(said[2]).toMatch(
      /^Using HTTPS trading\.example \(2nd choice\): SSH root@droplet\.example was lost/,
    );
    expect(said[3]).toBe('links        1  SSH root@droplet.example: Proving, for 22 s, 44 ms');
    expect(said[4]).toBe('Healthy for 22 s; it is used again after 60 s.');
    expect(said[5]).toBe('* 2  HTTPS trading.example: In use, for 3 min, 64 ms');
  });

  it('keeps telling what a refused link needs while another is in use', () => {
    expect(text('refused')).toContain('1  SSH root@droplet.example: Sign-in refused');
    expect(text('refused')).toContain('~root/.ssh/authorized_keys');
  });

  it('tells of jump hosts, ports and certificates', () => {
    expect(text('exposed')).toContain('* 1  SSH root@droplet.example via ops@bastion.example: In use');
    expect(text('exposed')).toContain(
      '127.0.0.1:15432 → 127.0.0.1:5432: Port 15432 of this computer is taken',
    );
    expect(text('certificate')).toContain('The certificate ends in 12 days');
    expect(text('fallback')).not.toContain('certificate');
  });

  it('says once what stands in the way of everything', () => {
    expect(text('failed')).toContain('Neither of the 2 links works now.');
    expect(text('failed').match(/cannot be reached/g)).toHaveLength(1);
    expect(text('changed')).toContain('known before: SHA256:');
    expect(text('failed')).toMatch(/services +unknown/);
  });

  it('says whether it trades and what it makes, each with its age', () => {
    const said = text('good');
    expect(said).toMatch(/^ +services +9 of 9 up$/m);
    expect(said).toMatch(/^ +P&L today +[+-][\d.]+ USD \(\d+ s ago\)$/m);
    expect(said).toMatch(/^ +workflow +(running|idle), ".+" \(\d+ s ago\)$/m);
    expect(said).toMatch(/^ +cycle +(not )?active, ".+" \(\d+ s ago\)$/m);
  });

  it('counts nothing that is unknown, and says for all at once why', () => {
    const { catalyst } = scenarioState('good', NOW).profiles;
    const reason = 'no service answered in time; the link may be stalled';
    const services = catalyst.health.services.map((one) => ({ ...one, verdict: 'unknown' as const, reason }));
    const of = (some: typeof catalyst.health.services) =>
      statusText('catalyst', { ...catalyst, health: { ...catalyst.health, services: some } }, NOW);
    expect(of(services)).toContain(`unknown: ${reason}`);
    expect(of(services)).not.toMatch(/0 of 9/);
    expect(of(services).match(/stalled/g)).toHaveLength(1);
    expect(of([...catalyst.health.services.slice(1), ...services.slice(0, 1)])).toContain(
      '8 of 9 up, 1 unknown',
    );
  });

  it('keeps what was last known apart from what is known', () => {
    const { catalyst } = scenarioState('good', NOW).profiles;
    const { positions } = catalyst.trading;
    if (positions.state !== 'known') throw new Error('not known');
    const { state: _state, ...last } = { ...positions, receivedAt: NOW - 300_000 };
    const unknown = { state: 'unknown' as const, reason: 'HTTP 503', since: NOW, last };
    const trading = { ...catalyst.trading, positions: unknown };
    expect(statusText('catalyst', { ...catalyst, trading }, NOW)).toMatch(
      /positions +unknown: HTTP 503 \(5 min ago: \d+\)/,
    );
  });

  it('tells what a person has to look at although the link is away', () => {
    const { catalyst } = scenarioState('stale', NOW).profiles;
    const call = {
      id: 'x',
      tool: 'start_trading_cycle',
      client: 'claude-ai',
      at: NOW - 120_000,
      endedAt: NOW - 60_000,
      detail: '',
    };
    const guard = {
      ...catalyst.guard,
      mismatch: 'The back end says paper, the profile live',
      unresolved: [call],
    };
    const lastStop = {
      profile: 'catalyst',
      result: 'not-delivered' as const,
      at: NOW - 5_000,
      parts: [],
      stateRead: '',
      manual: 'ssh root@droplet.example "curl"',
    };
    const said = statusText('catalyst', { ...catalyst, guard, lastStop }, NOW);
    expect(said).toContain('The back end says paper');
    expect(said).toMatch(/UNKNOWN: start_trading_cycle, allowed 2 min ago, may have been carried out/);
    expect(said).toMatch(/NOT DELIVERED, 5 s ago; by hand:\n +ssh root@droplet\.example/);
  });
});
