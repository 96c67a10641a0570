import { describe, expect, it } from 'vitest';
import { age, presentLink } from '../../electron/contract/present.ts';

const via = { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet' };

describe('presentLink', () => {
  it('is green only while the last application answer is younger than 45 s', () => {
    const live = { state: 'live' as const, via, since: 0, lastProof: 1_000, rttMs: 12 };
    expect(presentLink(live, 45_999).tone).toBe('live');
    expect(presentLink(live, 46_000).tone).toBe('attention');
    expect(presentLink(live, 46_000).label).toBe('Stale');
  });

  it('says when the next try is', () => {
    const link = {
      state: 'reconnecting' as const,
      attempt: 2,
      nextAt: 12_000,
      lastError: { code: 'LINK_LOST' as const, message: 'The connection was cut.', next: '' },
    };
    expect(presentLink(link, 0).detail).toBe('The connection was cut. Retrying in 12 s.');
  });
});

describe('age', () => {
  it('never shows a negative age', () => {
    expect(age(-5_000)).toBe('0 s');
  });
});
