import { describe, expect, it } from 'vitest';
import { LinkState } from '../../../electron/contract/link.ts';
import { next } from '../../../electron/core/link/machine.ts';
import type { LinkInput } from '../../../electron/core/link/machine.ts';

/** Park and Miller. */
function randomFrom(seed: number): () => number {
  let value = seed * 2 + 1;
  return () => (value = (value * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const error = { code: 'LINK_LOST' as const, message: 'It was cut.', next: 'Wait.' };
const stages = ['resolve', 'tcp', 'host-key', 'auth', 'tunnel', 'probe'] as const;
const reasons = ['host-key-changed', 'host-key-unknown', 'auth-refused', 'certificate', 'config'] as const;

/** Any input at all, in any order: more than the supervisor ever gives. */
function anyInput(random: () => number, at: number): LinkInput {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const index = Math.floor(random() * 3);
  const via = { index, kind: pick(['ssh', 'https', 'direct'] as const), label: `link ${index}` };
  const attempt = Math.floor(random() * 9);
  const rttMs = pick([null, 3]);
  const proofAt = pick([null, at]);
  return pick<() => LinkInput>([
    () => ({ type: 'dial', via, attempt }),
    () => ({ type: 'dial', via, attempt, stage: pick(stages) }),
    () => ({ type: 'disconnect' }),
    () => ({ type: 'stage', stage: pick(stages) }),
    () => ({ type: 'opened', via, at, rttMs }),
    () => ({ type: 'opened', via, at, rttMs }),
    () => ({ type: 'switched', via, at, proofAt: at - Math.floor(random() * 20_000), rttMs }),
    () => ({ type: 'opened-without-mcp', via, at, proofAt, error }),
    () => ({ type: 'proof', at }),
    () => ({ type: 'mcp-answered', at, rttMs }),
    () => ({ type: 'mcp-failed', at, proofAt, error }),
    () => ({ type: 'probe-failed', at }),
    () => ({ type: 'tick', at, proofAgeMs: random() * 90_000 }),
    () => ({ type: 'retry-later', attempt, nextAt: at + 1_000, error }),
    () => ({ type: 'refused', reason: pick(reasons), error }),
  ])();
}

const OPENS = new Set(['opened', 'proof', 'mcp-answered', 'switched']);

/** What holds for every step, whatever came before. */
function judge(before: LinkState, input: LinkInput, after: LinkState): void {
  const step = `${JSON.stringify(before)} + ${JSON.stringify(input)} = ${JSON.stringify(after)}`;
  expect(LinkState.safeParse(after).success, step).toBe(true);
  if (after.state === 'live' && before.state !== 'live') expect(OPENS.has(input.type), step).toBe(true);
  if (before.state === 'blocked' && after.state !== 'blocked')
    expect(['dial', 'disconnect'], step).toContain(input.type);
  if (before.state === 'off' && after.state !== 'off') expect(input.type, step).toBe('dial');
  const open = before.state === 'live' || before.state === 'degraded';
  if (open && after.state === 'connecting') expect.fail(`an open link was dialled over: ${step}`);
  if (input.type === 'disconnect') expect(after, step).toEqual({ state: 'off' });
  if (input.type === 'tick' && input.proofAgeMs >= 45_000) expect(after.state, step).not.toBe('live');
}

/** Random walks from `off`, of this many inputs each. */
const WALKS = process.env['COMPANION_SOAK'] ? 100_000 : 5_000;
const STEPS = 20;

describe('next', () => {
  it(
    `keeps its rules through ${WALKS} random walks and never changes a state in place`,
    { timeout: 300_000 },
    () => {
      const random = randomFrom(20_261_121);
      const seen = new Set<string>();
      let state: LinkState = { state: 'off' };
      for (let i = 0; i < WALKS * STEPS; i++) {
        if (i % STEPS === 0) state = { state: 'off' };
        const input = anyInput(random, 1_000_000 + i);
        const frozen: LinkState = Object.freeze(state);
        const after = next(frozen, input);
        judge(frozen, input, after);
        // pure: the same again
        expect(next(frozen, input)).toEqual(after);
        seen.add(`${frozen.state} ${after.state}`);
        state = after;
      }
      for (const to of ['live', 'degraded', 'reconnecting', 'blocked', 'off'])
        expect([...seen]).toContain(`connecting ${to}`);
      expect([...seen]).toContain('degraded live');
      expect([...seen]).toContain('blocked connecting');
    },
  );
});
