import { describe, expect, it } from 'vitest';
import { LinkState } from '../../../electron/contract/link.ts';
import { next } from '../../../electron/core/link/machine.ts';
import type { LinkInput } from '../../../electron/core/link/machine.ts';

const via = { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet:22' };
const error = { code: 'LINK_LOST' as const, message: 'The connection was cut.', next: 'Wait.' };
const hostKey = { host: 'droplet', type: 'ssh-ed25519', fingerprint: 'SHA256:x', known: [] };

const off: LinkState = { state: 'off' };
const connecting: LinkState = { state: 'connecting', stage: 'probe', attempt: 2, via };
const live: LinkState = { state: 'live', via, since: 10, lastProof: 50, rttMs: 3 };
const noMcp: LinkState = { state: 'degraded', reason: 'mcp', since: 20, via, lastProof: null, error };
const stale: LinkState = { state: 'degraded', reason: 'stale', since: 20, via, lastProof: 5, error };
const waiting: LinkState = { state: 'reconnecting', attempt: 1, nextAt: 99, lastError: error };
const blocked: LinkState = { state: 'blocked', reason: 'auth-refused', error };

const dial: LinkInput = { type: 'dial', via, attempt: 3 };
const opened: LinkInput = { type: 'opened', via, at: 100, rttMs: 7 };
const failed: LinkInput = { type: 'mcp-failed', at: 100, proofAt: null, error };
const answered: LinkInput = { type: 'mcp-answered', at: 100, rttMs: 7 };
const proof: LinkInput = { type: 'proof', at: 100 };
const old: LinkInput = { type: 'tick', at: 100, proofAgeMs: 45_000 };
const young: LinkInput = { type: 'tick', at: 100, proofAgeMs: 44_999 };
const later: LinkInput = { type: 'retry-later', attempt: 4, nextAt: 200, error };
const refused: LinkInput = { type: 'refused', reason: 'host-key-unknown', error, hostKey };
const again = { state: 'connecting', stage: 'resolve', attempt: 3, via };
const green = { state: 'live', via, since: 100, lastProof: 100, rttMs: 7 };

describe('next', () => {
  it.each<[string, LinkState, LinkInput, unknown]>([
    ['off + dial', off, dial, again],
    ['waiting + dial', waiting, dial, again],
    ['blocked + dial', blocked, dial, again],
    ['live + disconnect', live, { type: 'disconnect' }, off],
    ['blocked + disconnect', blocked, { type: 'disconnect' }, off],
    ['connecting + stage', connecting, { type: 'stage', stage: 'auth' }, { ...connecting, stage: 'auth' }],
    ['connecting + opened', connecting, opened, green],
    [
      'connecting + opened without MCP',
      connecting,
      { type: 'opened-without-mcp', via, at: 100, proofAt: null, error },
      { state: 'degraded', reason: 'mcp', since: 100, via, lastProof: null, error },
    ],
    ['live + proof', live, proof, { ...live, lastProof: 100 }],
    ['stale + proof', stale, proof, { ...green, rttMs: null }],
    ['no MCP + proof of a service', noMcp, proof, { ...noMcp, lastProof: 100 }],
    ['no MCP + MCP answered', noMcp, answered, green],
    ['live + MCP answered keeps since', live, answered, { ...green, since: 10 }],
    [
      'live + MCP failed keeps the last proof',
      live,
      failed,
      { state: 'degraded', reason: 'mcp', since: 100, via, lastProof: 50, error },
    ],
    ['no MCP + MCP failed keeps since', noMcp, { ...failed, proofAt: 90 }, { ...noMcp, lastProof: 90 }],
    ['live + later', live, later, { state: 'reconnecting', attempt: 4, nextAt: 200, lastError: error }],
    [
      'connecting + refused',
      connecting,
      refused,
      { state: 'blocked', reason: 'host-key-unknown', error, hostKey },
    ],
  ])('%s', (_name, state, input, expected) => {
    expect(next(state, input)).toEqual(expected);
  });

  it('goes stale at 45 s without an answer, not before, and keeps the time of the last one', () => {
    expect(next(live, young)).toBe(live);
    const after = next(live, old);
    expect(after).toMatchObject({ state: 'degraded', reason: 'stale', since: 100, lastProof: 50 });
    expect(next(after, old)).toBe(after);
  });

  it.each<[string, LinkState, LinkInput]>([
    ['off takes no retry', off, later],
    ['off takes no refusal', off, refused],
    ['blocked never retries by itself', blocked, later],
    ['blocked is not opened by a late transport', blocked, opened],
    ['off is not opened by a late transport', off, opened],
    ['an open link is not dialled over', live, dial],
    ['a closed link takes no proof', waiting, proof],
    ['a closed link takes no probe', waiting, answered],
    ['a probe without answer changes nothing', live, { type: 'probe-failed', at: 100 }],
    ['a stage after the opening', live, { type: 'stage', stage: 'auth' }],
    ['never proven is not stale', noMcp, old],
  ])('%s', (_name, state, input) => {
    expect(next(state, input)).toBe(state);
  });

  it('holds its rules over random sequences', () => {
    const disconnect: LinkInput = { type: 'disconnect' };
    const stage: LinkInput = { type: 'stage', stage: 'tcp' };
    const silent: LinkInput = { type: 'probe-failed', at: 1 };
    const bare: LinkInput = { type: 'opened-without-mcp', via, at: 100, proofAt: null, error };
    const wishes: LinkInput[] = [dial, disconnect, stage, opened, bare];
    const inputs = wishes.concat(failed, answered, proof, silent, old, young, later, refused);
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let state: LinkState = off;
    for (let i = 0; i < 20_000; i++) {
      const input = inputs[Math.floor(random() * inputs.length)];
      const before: LinkState = state;
      state = next(before, input);
      if (before.state === 'blocked' && state.state !== 'blocked') {
        expect(['dial', 'disconnect']).toContain(input.type);
      }
      if (state.state === 'live' && before.state !== 'live') {
        expect(['opened', 'proof', 'mcp-answered']).toContain(input.type);
        expect(['connecting', 'degraded']).toContain(before.state);
      }
      if (before.state === 'off' && state.state !== 'off') expect(input.type).toBe('dial');
      if (i % 50 === 0) LinkState.parse(state);
    }
  });
});
