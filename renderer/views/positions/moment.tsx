import type { Instant } from '../../../electron/contract/models.ts';
import { useFromNow } from '../../api/app-context.tsx';
import { momentText } from '../../parts/time-text.ts';

const ASSUMED = "The back end gave no time zone; the profile's was assumed.";

/** A time of the back end's, in local time; `(?)` where its zone was assumed. */
export function Moment({ instant }: { instant: Instant | null }) {
  const text = useFromNow((now) => (instant === null ? '-' : momentText(instant.at, now)));
  if (instant === null) return <span className="text-quiet">-</span>;
  return (
    <span className="whitespace-nowrap tabular-nums" title={instant.assumedZone ? ASSUMED : instant.text}>
      {text}
      {instant.assumedZone ? <span className="text-quiet"> (?)</span> : null}
    </span>
  );
}
