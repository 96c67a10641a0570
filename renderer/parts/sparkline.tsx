import type { SparkPoint } from './spark-path.ts';
import { PAD, sparkPath } from './spark-path.ts';

/** A small line of a profit or loss over time, with zero dashed; the figures beside it are what is read. */
export function Sparkline(props: {
  points: readonly SparkPoint[];
  gapMs: number;
  label: string;
  width?: number;
  height?: number;
}) {
  const { points, gapMs, width = 80, height = 20 } = props;
  const drawn = sparkPath(points, width, height, gapMs);
  const last = points.at(-1)?.[1] ?? 0;
  const tone = last > 0 ? 'text-gain' : last < 0 ? 'text-loss' : 'text-text';
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={props.label}
      className={`inline-block align-middle ${tone}`}
    >
      {drawn === null ? (
        <line x1={PAD} x2={width - PAD} y1={height / 2} y2={height / 2} className="stroke-line" />
      ) : (
        <>
          <line
            x1={PAD}
            x2={width - PAD}
            y1={drawn.zero}
            y2={drawn.zero}
            strokeDasharray="2 3"
            className="stroke-line-strong"
          />
          <path d={drawn.line} fill="none" stroke="currentColor" strokeWidth="1.25" strokeLinejoin="round" />
          <circle cx={drawn.end.x} cy={drawn.end.y} r="1.75" fill="currentColor" />
        </>
      )}
    </svg>
  );
}
