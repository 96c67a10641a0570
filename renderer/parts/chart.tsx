import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clockText } from './time-text.ts';

/** `[time in ms, value]`; null breaks the line. */
export type Series = readonly (readonly [number, number | null])[];

/** A token's colour as the canvas needs it: computed, since canvas does not know CSS variables. */
function color(element: HTMLElement, token: string): string {
  element.style.color = `var(${token})`;
  const { color: computed } = getComputedStyle(element);
  element.style.color = '';
  return computed;
}

/** Zero belongs to a profit or loss; the worth of an account is looked at closely. */
const AROUND_ZERO = { pad: 0.1, soft: 0, mode: 2 } as const;
const AROUND_VALUES = { pad: 0.1, mode: 0 } as const;

function options(
  box: HTMLElement,
  sign: number,
  format: (value: number) => string,
  fit: boolean,
): uPlot.Options {
  const edge = fit ? AROUND_VALUES : AROUND_ZERO;
  const quiet = color(box, '--text-quiet');
  const line = color(box, '--line');
  const stroke = color(box, sign > 0 ? '--gain' : sign < 0 ? '--loss' : '--text');
  const font = '11px system-ui, sans-serif';
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      y: { range: { min: edge, max: edge } },
    },
    axes: [
      {
        stroke: quiet,
        font,
        size: 22,
        gap: 4,
        grid: { show: false },
        ticks: { show: false },
        space: 76,
        values: (_, seconds) => seconds.map((at) => axisTime(at, seconds)),
      },
      {
        stroke: quiet,
        font,
        // as wide as its longest label; what is usual keeps its place
        size: (_, labels) =>
          Math.max(58, 10 + 7 * Math.max(0, ...(labels ?? []).map(({ length }) => length))),
        gap: 6,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        // at most eight lines, however high the window is
        space: (_, _axis, _min, _max, height) => Math.max(34, height / 8),
        values: (_, values) => values.map((value) => format(value)),
      },
    ],
    series: [{}, { stroke, width: 1.5, points: { show: false } }],
  };
}

const days = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The day where ticks are days apart; else hours and minutes; seconds too while the ticks are closer than a minute, so that no two read alike. */
function axisTime(at: number, ticks: readonly number[]): string {
  // a single tick says nothing of the distance; days apart there are always several
  const step = ticks.length < 2 ? 60 : ticks[1]! - ticks[0]!;
  if (step >= 86_400) return days.format(at * 1000);
  return step < 60 ? clockText(at * 1000) : minutes.format(at * 1000);
}

/** A line over time (ms), drawn again when the theme or the sign changes, else only given the new points. */
export function LineChart(props: {
  series: Series;
  label: string;
  format: (value: number) => string;
  onPoint: (index: number | null) => void;
  /** The scale follows the values and need not show zero; the colour is that of the change. */
  fit?: boolean;
}) {
  const { series, format, onPoint, fit = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(series);
  const from = fit ? (series[0]?.[1] ?? 0) : 0;
  const sign = Math.sign((series.at(-1)?.[1] ?? 0) - from);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      const made = options(element, sign, format, fit);
      const hooks = { setCursor: [(u: uPlot) => onPoint(u.cursor.idx ?? null)] };
      plot.current = new uPlot({ ...made, hooks }, columns(latest.current), element);
    };
    draw();
    const size = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    size.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-money'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      size.disconnect();
      theme.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [format, onPoint, sign, fit]);

  useEffect(() => {
    latest.current = series;
    plot.current?.setData(columns(series));
  }, [series]);

  return (
    <div
      ref={box}
      role="img"
      aria-label={props.label}
      className="h-full min-h-0 w-full min-w-0 overflow-hidden"
    />
  );
}

function columns(series: Series): uPlot.AlignedData {
  return [series.map(([at]) => at / 1000), series.map(([, value]) => value)];
}
