import type { UptimeBar } from '../../electron/contract/history.ts';
import { clockText } from './time-text.ts';
import { useWritten } from './written.ts';
import type { BarsOver } from './uptime.ts';
import { partsText, percentText, uptimeOf } from './uptime.ts';

const HEIGHT = 16;
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });

interface Piece {
  y: number;
  height: number;
  fill: string;
}

/** Failures stand at the bottom and are never too small to be seen; what was not observed is a dot only. */
function pieces(bar: UptimeBar, whole: number): Piece[] {
  const [up, degraded, down, planned, unknown] = bar;
  if (up + degraded + down > 0) {
    const known = up + degraded + down;
    const red = down === 0 ? 0 : Math.max(5, (down / known) * HEIGHT);
    const amber = degraded === 0 ? 0 : Math.max(5, (degraded / known) * (HEIGHT - red));
    const green = Math.max(0, HEIGHT - red - amber);
    return [
      { y: 0, height: green, fill: 'fill-live opacity-50' },
      { y: green, height: amber, fill: 'fill-attention' },
      { y: green + amber, height: red, fill: 'fill-danger' },
    ].filter(({ height }) => height > 0);
  }
  if (planned > 0) return [{ y: HEIGHT - 7, height: 7, fill: 'fill-line-strong' }];
  if (unknown > whole / 20) return [{ y: HEIGHT - 4, height: 4, fill: 'fill-unknown opacity-60' }];
  return [{ y: HEIGHT - 2, height: 2, fill: 'fill-line' }];
}

function moment(at: number, stepMs: number): string {
  const time = clockText(at).slice(0, 5);
  return stepMs >= 3_600_000 ? `${day.format(at)} ${time}` : time;
}

/** How something did over a span, one bar a step, the one under way at the right. */
export function UptimeBars(props: {
  bars: readonly UptimeBar[];
  over: BarsOver;
  /** e.g. `24 h`. */
  span: string;
  step?: number;
  /** As wide as there is room; `tall` where it stands alone. */
  wide?: boolean | 'tall';
}) {
  const { bars, over, span, step = 4, wide = false } = props;
  const { from, stepMs, now } = over;
  const written = useWritten();
  const all = uptimeOf(bars, over);
  const parts = partsText(all);
  const label = `${span}: ${all.share === null ? 'nothing known' : `up ${written.amount(percentText(all.share))}`}${parts === '' ? '' : `, ${parts}`}`;
  const width = bars.length * step - 1;
  return (
    <svg
      {...(wide !== false
        ? {
            viewBox: `0 0 ${width} ${HEIGHT}`,
            preserveAspectRatio: 'none',
            className: `block w-full ${wide === 'tall' ? 'h-6' : 'h-4'}`,
          }
        : { width, height: HEIGHT, className: 'block' })}
      role="img"
      aria-label={label}
    >
      {bars.map((bar, i) => {
        const at = from + i * stepMs;
        const own = uptimeOf([bar], { from: at, stepMs, now });
        const said = partsText(own) || 'up';
        return (
          <g key={at}>
            <title>{`${moment(at, stepMs)}–${moment(Math.min(at + stepMs, now), stepMs)}: ${said}`}</title>
            <rect x={i * step} y={0} width={step - 1} height={HEIGHT} className="fill-transparent" />
            {pieces(bar, stepMs / 1000).map((piece) => (
              <rect
                key={piece.fill}
                x={i * step}
                y={piece.y}
                width={step - 1}
                height={piece.height}
                rx={wide === false ? 0.75 : 0}
                className={piece.fill}
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
}

/** Medians of latency over the same steps; a gap where nothing answered. */
export function MedianLine({ medians, width = 72 }: { medians: readonly (number | null)[]; width?: number }) {
  const known = medians.filter((value) => value !== null);
  if (known.length < 2) return <span className="block h-4" />;
  const top = Math.max(...known) * 1.1 || 1;
  const x = (i: number) => (i / Math.max(1, medians.length - 1)) * width;
  const path = medians
    .map((value, i) => {
      if (value === null) return '';
      const start = i === 0 || medians[i - 1] === null;
      return `${start ? 'M' : 'L'}${x(i).toFixed(1)} ${(15 - (value / top) * 14).toFixed(1)}`;
    })
    .join('');
  return (
    <svg width={width} height={16} aria-hidden className="block">
      <path d={path} fill="none" strokeWidth={1.25} strokeLinejoin="round" className="stroke-quiet" />
    </svg>
  );
}
