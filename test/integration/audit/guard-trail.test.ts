import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../../electron/core/audit/log.ts';
import type { AuditLog } from '../../../electron/core/audit/log.ts';
import { unfinishedCalls } from '../../../electron/core/audit/unfinished.ts';
import { tailAudit } from '../../../electron/core/audit/read.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createConsent } from '../../../electron/core/guard/consent.ts';
import type { Consent } from '../../../electron/core/guard/consent.ts';
import { createGate } from '../../../electron/core/guard/gate.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';

let dir: string;
let audit: AuditLog;
let consent: Consent;

beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-guard-'));
});
afterEach(async () => {
  await audit.close();
  await fs.rm(dir, { recursive: true, force: true });
});

/** Guard, consent and trail as the app joins them, after a start of the app. */
async function started() {
  audit = await createAuditLog({ dir, clock: systemClock, redact: createRedactor() });
  consent = createConsent({ clock: systemClock, screen: { canAsk: () => true }, publish: () => undefined });
  const gate = createGate({
    presetOf: () => 'catalyst',
    lookup: () => ({ status: 'listed', approvedAs: null }),
    consent,
    audit,
    clock: systemClock,
    recordActivity: () => 'line',
    factsOf: () => [],
  });
  gate.restore(await unfinishedCalls(dir, Date.now()));
  return gate;
}

const CALL = {
  profile: 'real',
  environment: 'live',
  client: 'claude-ai 0.1.0',
  transport: 'stdio',
  tool: 'start_trading_cycle',
  argumentsText: '{"mode":"normal"}',
} as const;

/** Clicks on the shown request as soon as the guard takes an answer. */
async function click(decision: 'allow' | 'deny'): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const [request] = consent.list();
    try {
      if (request) {
        consent.answer(request.id, request.nonce, decision);
        return;
      }
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('guard and trail together', () => {
  it('have the intent on the disk before the call may go, and the outcome after it', async () => {
    const gate = await started();
    const deciding = gate.decide({ ...CALL, signal: new AbortController().signal });
    await click('allow');
    const decision = await deciding;
    if (!decision.allowed) throw decision.error;
    expect((await tailAudit(dir, 1))[0]).toMatchObject({
      kind: 'intent',
      tool: 'start_trading_cycle',
      args: '{"mode":"normal"}',
      id: decision.idempotencyKey,
    });
    await decision.ended({ outcome: 'ok', detail: 'started' });
    expect((await tailAudit(dir, 1))[0]).toMatchObject({ kind: 'outcome', outcome: 'ok' });
    expect((await verifyAudit(dir)).ok).toBe(true);
  });

  it('show a call whose answer never came after the app was started again, and settle it', async () => {
    const first = await started();
    const deciding = first.decide({ ...CALL, signal: new AbortController().signal });
    await click('allow');
    await deciding;
    await audit.close();
    const second = await started();
    expect(second.unresolved('real')).toContain('start_trading_cycle');
    const asking = second.decide({ ...CALL, signal: new AbortController().signal });
    await expect.poll(() => consent.list()[0]?.unresolved).toContain('The app ended before an answer came.');
    const [request] = consent.list();
    expect(request?.known[0]?.label).toBe('Repeated call');
    await click('deny');
    expect(await asking).toMatchObject({ allowed: false, error: { code: 'CONSENT_DENIED' } });
    second.settle('real', 'Read afterwards: idle.', Date.now() + 10_000);
    await audit.append({ actor: 'app', kind: 'mark' }, { sync: true });
    await audit.close();
    expect((await started()).unresolved('real')).toBeNull();
    expect((await verifyAudit(dir)).ok).toBe(true);
  });
});
