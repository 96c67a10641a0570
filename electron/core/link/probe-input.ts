import type { LinkVia } from '../../contract/link.ts';
import type { LinkInput } from './machine.ts';
import type { ProbeResult } from './probe.ts';

type Answered = Extract<ProbeResult, { kind: 'fine' | 'mcp' }>;

/** What the first probe of an open transport tells the machine; `at` is the time of receipt. */
export function firstInput(
  result: Answered | Extract<ProbeResult, { kind: 'silent' }>,
  via: LinkVia,
  at: number,
): LinkInput {
  if (result.kind === 'fine') return { type: 'opened', via, at, rttMs: result.rttMs };
  const proofAt = result.kind === 'mcp' && result.proven ? at : null;
  return { type: 'opened-without-mcp', via, at, proofAt, error: result.error.shape() };
}

/** What a later probe tells it. */
export function laterInput(result: Answered, at: number): LinkInput {
  if (result.kind === 'fine') return { type: 'mcp-answered', at, rttMs: result.rttMs };
  return { type: 'mcp-failed', at, proofAt: result.proven ? at : null, error: result.error.shape() };
}
