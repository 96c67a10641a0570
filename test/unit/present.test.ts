import { describe, expect, it } from 'vitest';
import type { ChainLink, LinkState } from '../../electron/contract/link.ts';
import {
  age,
  certificateWarning,
  exposedName,
  jumpNames,
  linkName,
  onFallback,
  presentChain,
  presentChainLink,
  presentLink,
} from '../../electron/contract/present.ts';

const via = { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet' };
const NOW = Date.UTC(2026, 10, 21, 12);

function entry(index: number, change: Partial<ChainLink> = {}): ChainLink {
  const vias = [
    { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet:22' },
    { index: 1, kind: 'https' as const, label: 'https trading.example/mcp' },
    { index: 2, kind: 'direct' as const, label: 'direct 127.0.0.1:5000/mcp' },
  ];
  return {
    via: vias[index],
    state: 'idle',
    since: NOW,
    reason: null,
    error: null,
    hostKey: null,
    rttMs: null,
    certificate: null,
    exposed: [],
    ...change,
  };
}
const lost = { code: 'LINK_LOST' as const, message: 'droplet stopped answering.', next: 'Wait.' };
const refused = {
  code: 'LINK_AUTH_REFUSED' as const,
  message: 'droplet refused root.',
  next: 'Check the key.',
};
const live: LinkState = { state: 'live', via: entry(1).via, since: NOW, lastProof: NOW, rttMs: 12 };

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

describe('presentChain', () => {
  it('says why a fallback is in use, and when the first choice is back', () => {
    const proving = entry(0, { state: 'proving', since: NOW - 23_000, error: lost });
    const chain = [proving, entry(1, { state: 'in-use' })];
    expect(presentChain(chain, NOW)).toBe(
      'Using HTTPS trading.example (2nd choice): SSH root@droplet was lost: droplet stopped answering. ' +
        'Back to it when it has been healthy for 60 s, now 23 s.',
    );
    expect(presentChain(chain, NOW + 60_000)).toMatch(
      /Back to it as soon as no call that changes something is under way\.$/,
    );
    expect(onFallback(chain)).toBe(true);
  });

  it('names every earlier choice, and which of them comes back', () => {
    const chain = [
      entry(0, { state: 'refused', reason: 'auth-refused', error: refused }),
      entry(1, { state: 'proving', since: NOW }),
      entry(2, { state: 'in-use' }),
    ];
    expect(presentChain(chain, NOW)).toBe(
      'Using Direct 127.0.0.1:5000 (3rd choice): SSH root@droplet waits for you: droplet refused root; ' +
        'HTTPS trading.example was away. Back to HTTPS trading.example when it has been healthy for 60 s, now 0 s.',
    );
  });

  it('has little to say about the first choice, and nothing about a single link', () => {
    expect(presentChain([entry(0, { state: 'in-use' }), entry(1)], NOW)).toBe(
      'Using SSH root@droplet, the first choice.',
    );
    expect(presentChain([entry(0, { state: 'in-use' })], NOW)).toBe('');
    expect(presentChain([], NOW)).toBe('');
    expect(onFallback([entry(0, { state: 'in-use' }), entry(1)])).toBe(false);
  });

  it('says that nothing works, and what stops the others', () => {
    const failed = entry(0, { state: 'failed', error: lost });
    expect(presentChain([failed, entry(1, { state: 'failed' })], NOW)).toBe(
      'Neither of the 2 links works now.',
    );
    const changed = entry(0, { state: 'refused', reason: 'host-key-changed' });
    expect(presentChain([changed, entry(1)], NOW)).toBe(
      'SSH root@droplet stopped the chain: no other link is used before you have looked at it.',
    );
    // while a fallback is being dialled, nothing is claimed about it
    expect(presentChain([failed, entry(1, { state: 'trying' })], NOW)).toBe('');
  });
});

describe('presentChainLink', () => {
  it('is green for the link in use only while its last answer is fresh', () => {
    const used = entry(1, { state: 'in-use' });
    expect(presentChainLink(used, NOW, live)).toMatchObject({ tone: 'live', label: 'In use' });
    expect(presentChainLink(used, NOW + 45_000, live)).toMatchObject({
      tone: 'attention',
      label: 'In use, stale',
    });
  });

  it('never shows green for a link that carries nothing', () => {
    for (const state of ['trying', 'proving', 'failed', 'refused', 'idle'] as const)
      expect(presentChainLink(entry(0, { state }), NOW, live).tone).not.toBe('live');
  });

  it('says what is the matter, and how far a proof is', () => {
    expect(presentChainLink(entry(0, { state: 'failed', error: lost }), NOW, live)).toEqual({
      tone: 'attention',
      label: 'Failed',
      detail: 'droplet stopped answering.',
    });
    const refusedOne = entry(0, { state: 'refused', reason: 'auth-refused', error: refused });
    expect(presentChainLink(refusedOne, NOW, live)).toMatchObject({
      tone: 'danger',
      label: 'Sign-in refused',
    });
    const proving = entry(0, { state: 'proving', since: NOW - 23_000 });
    expect(presentChainLink(proving, NOW, live).detail).toBe(
      'Healthy for 23 s; it is used again after 60 s.',
    );
    const connecting: LinkState = { state: 'connecting', stage: 'auth', attempt: 1, via };
    expect(presentChainLink(entry(0, { state: 'trying' }), NOW, connecting).detail).toBe('signing in');
  });
});

describe('certificateWarning', () => {
  const day = 86_400_000;
  const cert = (left: number) => ({ names: ['x'], issuer: 'CA', validTo: NOW + left, sha256: '' });

  it('warns 30 days before the end, in days and by date', () => {
    expect(certificateWarning(cert(12.4 * day), NOW)).toEqual({
      tone: 'attention',
      text: 'The certificate ends in 12 days, on 3 Dec 2026.',
    });
    expect(certificateWarning(cert(30 * day), NOW).tone).toBe('attention');
    expect(certificateWarning(cert(30 * day + 1), NOW)).toEqual({
      tone: 'off',
      text: 'The certificate is good until 21 Dec 2026.',
    });
    expect(certificateWarning(cert(1.5 * day), NOW).text).toContain('in 1 day,');
    expect(certificateWarning(cert(5 * 3_600_000), NOW).text).toContain('in 5 h,');
  });

  it('says when it has ended', () => {
    expect(certificateWarning(cert(0), NOW)).toEqual({
      tone: 'danger',
      text: 'The certificate ended on 21 Nov 2026.',
    });
  });
});

describe('names', () => {
  it('leave out what every link has', () => {
    expect(linkName(entry(0).via)).toBe('SSH root@droplet');
    expect(linkName({ index: 0, kind: 'ssh', label: 'ssh me@[::1]:2222' })).toBe('SSH me@[::1]:2222');
    expect(linkName({ index: 0, kind: 'ssh', label: 'ssh root@d:22 via bastion, inner:2222' })).toBe(
      'SSH root@d',
    );
    expect(linkName(entry(1).via)).toBe('HTTPS trading.example');
    expect(linkName({ index: 0, kind: 'https', label: 'https a.example/b' })).toBe('HTTPS a.example/b');
    expect(linkName({ index: 0, kind: 'ssh', label: 'ssh' })).toBe('SSH');
  });

  it('tell the jump hosts in order, and where an exposed port leads', () => {
    const hop = (host: string, port = 22) => ({ user: 'ops', host, port });
    const link = {
      kind: 'ssh' as const,
      host: 'd',
      port: 22,
      user: 'root',
      auth: [{ kind: 'agent' as const }],
    };
    expect(jumpNames({ ...link, jump: [hop('a'), hop('b', 2200)] })).toEqual(['ops@a', 'ops@b:2200']);
    expect(jumpNames({ kind: 'direct', url: 'http://127.0.0.1/mcp' })).toEqual([]);
    expect(exposedName({ localPort: 15_000, target: '127.0.0.1:5000' })).toBe(
      '127.0.0.1:15000 → 127.0.0.1:5000',
    );
  });
});

describe('age', () => {
  it('never shows a negative age', () => {
    expect(age(-5_000)).toBe('0 s');
  });
});
