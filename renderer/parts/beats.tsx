import type { HealthBeat, Verdict } from '../../electron/contract/models.ts';

const FILL: Record<Verdict, string> = {
  up: 'fill-live opacity-50',
  degraded: 'fill-attention',
  down: 'fill-danger',
  unknown: 'fill-line-strong',
};
// Height tells the verdict too, for eyes that do not tell the colours.
const HEIGHT: Record<Verdict, number> = { up: 16, degraded: 11, down: 6, unknown: 3 };
const STEP = 4;

/** The newest probes as bars, newest at the right; the place is the same however many there are. Stale ones are grey. */
export function Beats(props: { beats: readonly HealthBeat[]; count?: number; stale?: boolean }) {
  const { beats, count = 30, stale = false } = props;
  const shown = beats.slice(-count);
  const bad = shown.filter((beat) => beat.verdict === 'down' || beat.verdict === 'degraded').length;
  const label = `${shown.length} probes, ${bad === 0 ? 'none' : bad} not up`;
  return (
    <svg width={count * STEP - 1} height={16} role="img" aria-label={label} className="block">
      <title>{label}</title>
      {shown.map((beat, i) => (
        <rect
          key={beat.at}
          x={(count - shown.length + i) * STEP}
          y={16 - HEIGHT[beat.verdict]}
          width={STEP - 1}
          height={HEIGHT[beat.verdict]}
          rx={1}
          className={stale ? 'fill-line-strong' : FILL[beat.verdict]}
        />
      ))}
    </svg>
  );
}
