import { FROZEN_MS, STALE_MS } from '../../../electron/contract/freshness.ts';
import type { Reading } from '../../../electron/contract/models.ts';
import { presentLink } from '../../../electron/contract/present.ts';
import { useFromNow, useProfile } from '../../api/app-context.tsx';
import { Age } from '../../parts/age.tsx';
import { Note } from '../../parts/panel.tsx';
import { momentText } from '../../parts/time-text.ts';

/** Whether the market is closed and the figures stand still: since when, ms; null otherwise. */
function useClosedSince(): number | null {
  const movement = useProfile((p) => p.guard.movement);
  const still = useFromNow(
    (now) =>
      movement !== undefined &&
      movement !== null &&
      movement.marketOpen === false &&
      movement.watched > 0 &&
      now - movement.since >= FROZEN_MS,
  );
  return still && movement ? movement.since : null;
}

/** Figures that do not move because nobody trades: said, so that nobody wonders. */
export function ClosedNote() {
  const since = useClosedSince();
  const when = useFromNow((now) => (since === null ? '' : momentText(since, now)));
  if (since === null) return null;
  return (
    <Note inline tone="off" title={`Markets are closed; last value ${when}.`} testId="market-closed">
      Answers still arrive; the figures stand still.
    </Note>
  );
}

/** A value that is known but old, while no source has said that it fails: the link is what is missing. */
export function StaleNote({ reading }: { reading: Reading<unknown> }) {
  const link = useProfile((p) => p.link);
  const receivedAt = reading.state === 'known' ? reading.receivedAt : null;
  const old = useFromNow((now) => receivedAt !== null && now - receivedAt > STALE_MS);
  const word = useFromNow((now) => (link === undefined ? '' : presentLink(link, now).label));
  if (!old || receivedAt === null) return null;
  return (
    <Note inline tone="attention" title="No new answer." testId="stale">
      <Age at={receivedAt} before="Greyed below: received " />; the link is: {word}.
    </Note>
  );
}
