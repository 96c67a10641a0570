import type { ConsentRequest } from '../../contract/bridge.ts';
import { carries } from '../../contract/awaited.ts';
import type { Reading } from '../../contract/models.ts';
import { presentLink } from '../../contract/present.ts';
import type { ProfileState } from '../../contract/state.ts';

type Fact = ConsentRequest['known'][number];

function fact<T>(label: string, reading: Reading<T>, text: (value: T) => string): Fact {
  if (reading.state === 'known') return { label, text: text(reading.value), receivedAt: reading.receivedAt };
  return { label, text: `unknown: ${reading.reason}`, receivedAt: reading.last?.receivedAt ?? null };
}

/** What is known of a profile right now, for the consent dialog: each line with the time it was received. */
export function knownFacts({ link, trading }: ProfileState, now: number): Fact[] {
  const shown = presentLink(link, now);
  const proof = carries(link) ? link.lastProof : null;
  return [
    {
      label: 'Link',
      text: shown.detail ? `${shown.label}: ${shown.detail}` : shown.label,
      receivedAt: proof,
    },
    fact('Workflow (cron)', trading.workflow, (workflow) => workflow.status),
    fact('Trading cycle', trading.cycle, (cycle) =>
      cycle.id ? `${cycle.status} (${cycle.id})` : cycle.status,
    ),
    fact('Open positions', trading.positions, (positions) => String(positions.rows.length)),
    fact('P&L today', trading.pnl, (pnl) =>
      pnl.daily === null ? 'not reported' : `${pnl.daily} ${pnl.currency}`,
    ),
  ];
}
