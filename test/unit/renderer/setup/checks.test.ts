import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../electron/contract/errors.ts';
import type { BlockedReason, LinkState } from '../../../../electron/contract/link.ts';
import { checksOf, currentOf, linkChecks } from '../../../../renderer/views/setup/checks.ts';
import { profileState } from '../../../fixtures/page/scenario-state.ts';

const via = { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet:22' };
const error = (code: ErrorCode) => ({ code, message: 'm', next: 'n' });
const blocked = (reason: BlockedReason, code: ErrorCode): LinkState => ({
  state: 'blocked',
  reason,
  error: error(code),
});
const tones = (link: LinkState, kind: 'ssh' | 'https' | 'direct' = 'ssh') =>
  linkChecks(link, kind, 1_000).map(({ id, tone }) => `${id} ${tone}`);

describe('the column of checks', () => {
  it.each([
    [{ state: 'off' }, ['reach off', 'host-key off', 'auth off', 'answer off']],
    [
      { state: 'connecting', stage: 'tcp', attempt: 1, via },
      ['reach working', 'host-key off', 'auth off', 'answer off'],
    ],
    [
      blocked('host-key-unknown', 'LINK_HOST_KEY_UNKNOWN'),
      ['reach live', 'host-key attention', 'auth off', 'answer off'],
    ],
    [
      blocked('host-key-changed', 'LINK_HOST_KEY_CHANGED'),
      ['reach live', 'host-key danger', 'auth off', 'answer off'],
    ],
    [
      blocked('auth-refused', 'LINK_AUTH_REFUSED'),
      ['reach live', 'host-key live', 'auth danger', 'answer off'],
    ],
    [blocked('config', 'LINK_KEY_ENCRYPTED'), ['reach off', 'host-key off', 'auth danger', 'answer off']],
    [
      blocked('config', 'LINK_FORWARD_REFUSED'),
      ['reach live', 'host-key live', 'auth live', 'answer danger'],
    ],
    [
      { state: 'reconnecting', attempt: 2, nextAt: 4_000, lastError: error('LINK_HOST_NOT_FOUND') },
      ['reach attention', 'host-key off', 'auth off', 'answer off'],
    ],
    [
      { state: 'degraded', reason: 'mcp', since: 0, via, lastProof: 0, error: error('MCP_NOT_FOUND') },
      ['reach live', 'host-key live', 'auth live', 'answer attention'],
    ],
    [
      { state: 'live', via, since: 0, lastProof: 0, rttMs: 1 },
      ['reach live', 'host-key live', 'auth live', 'answer live'],
    ],
  ] as const)('is read off the link: %j', (link, expected) =>
    expect(tones(link as LinkState)).toEqual(expected),
  );

  it('has the lines that an HTTPS link has', () => {
    expect(tones(blocked('config', 'LINK_API_KEY_MISSING'), 'https')).toEqual([
      'reach off',
      'auth danger',
      'answer off',
    ]);
    expect(tones(blocked('certificate', 'LINK_TLS_UNTRUSTED'), 'https')[0]).toBe('reach danger');
    expect(tones(blocked('auth-refused', 'LINK_FORBIDDEN'), 'direct')).toEqual([
      'reach live',
      'answer danger',
    ]);
  });

  it('calls nothing reached that was not: a key that is missing here is found before anything is sent', () => {
    const checks = linkChecks(blocked('config', 'LINK_API_KEY_MISSING'), 'https', 0);
    expect(checks.some(({ tone }) => tone === 'live')).toBe(false);
    expect(currentOf(checks)).toBe('auth');
    expect(currentOf(linkChecks(blocked('auth-refused', 'LINK_API_KEY_REFUSED'), 'https', 0))).toBe('auth');
  });

  it('ends with the services and Claude, and names where the person is', () => {
    const state = profileState(0, 'mine', 'live');
    const claude = {
      client: 'claude-desktop' as const,
      label: 'Claude Desktop',
      path: '/c.json',
      found: true,
      entries: [] as { key: string; profile: string; state: 'ours' | 'changed' }[],
      others: [],
      strangers: [],
      running: null,
      lastChange: null,
      program: null,
      problem: null,
    };
    const up = {
      ...state,
      health: {
        ...state.health,
        services: state.health.services.map((each) => ({ ...each, verdict: 'up' as const })),
      },
      profile: {
        ...state.profile,
        services: state.health.services.map(({ name }) => ({ name, url: 'http://127.0.0.1:1' })),
      },
    };
    const before = checksOf(up, claude, false, 0);
    expect(before.slice(-2)).toMatchObject([
      { id: 'services', tone: 'live', detail: expect.stringMatching(/^(\d+) of \1 healthy$/) },
      { id: 'claude', tone: 'off', detail: 'not set up yet' },
    ]);
    expect(currentOf(before)).toBe('claude');
    const entries = [{ key: 'mine', profile: 'mine', state: 'ours' as const }];
    expect(currentOf(checksOf(up, { ...claude, entries }, false, 0))).toBeNull();
    expect(checksOf(up, { ...claude, found: false }, false, 0).at(-1)?.detail).toBe(
      'not found on this computer',
    );
    expect(
      checksOf({ ...up, health: { ...up.health, services: [] } }, claude, false, 0).at(-2),
    ).toMatchObject({
      tone: 'working',
      detail: expect.stringContaining('asked 0 of'),
    });
  });
});
