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
});
