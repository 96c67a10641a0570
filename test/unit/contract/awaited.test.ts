import { describe, expect, it } from 'vitest';
import { awaited, NOT_READ } from '../../../electron/contract/awaited.ts';
import type { LinkState } from '../../../electron/contract/link.ts';
import { scenarioState } from '../../fixtures/page/scenarios.ts';

const NOW = 1_800_000_000_000;
const link = (scenario: Parameters<typeof scenarioState>[0]): LinkState =>
  scenarioState(scenario, NOW).profiles.catalyst.link;
const never = (reason: string) => ({ state: 'unknown' as const, reason, since: NOW, last: null });

describe('a value that was never received', () => {
  it('is on its way while the link comes up, and until the first answer over it', () => {
    expect(awaited(never('The link is connecting (signing in).'), link('loading'))).toBe(
      'Waiting for the link',
    );
    expect(awaited(never(NOT_READ), link('live'))).toBe('Reading');
  });

  it('is simply not known where a source failed, or the link is off, down or blocked', () => {
    expect(awaited(never('HTTP 503'), link('live'))).toBeNull();
    for (const scenario of ['off', 'stale', 'blocked'] as const)
      expect(awaited(never(NOT_READ), link(scenario)), scenario).toBeNull();
  });

  it('is not awaited where an older one is drawn', () => {
    const { pnl } = scenarioState('stale', NOW).profiles.catalyst.trading;
    expect(pnl.state).toBe('unknown');
    expect(awaited(pnl, link('loading'))).toBeNull();
  });
});
