import type { ReactNode } from 'react';
import { useCallback, useMemo, useState } from 'react';
import type { HistorySpan, MoneyMetric, MoneyPoint } from '../../../electron/contract/history.ts';
import { useProfile } from '../../api/app-context.tsx';
import { useMoneyHistory } from '../../api/use-history.ts';
import type { Series } from '../../parts/chart.tsx';
import { LineChart } from '../../parts/chart.tsx';
import { withGaps } from '../../parts/gaps.ts';
import { clockText, momentText } from '../../parts/time-text.ts';
import type { Written } from '../../parts/written.ts';
import { useWritten } from '../../parts/written.ts';

const METRICS: readonly MoneyMetric[] = ['equity', 'daily'];
const NONE: readonly MoneyPoint[] = [];

interface Curve {
  series: Series;
  /** Why there is none, or not all of it; empty where there is. */
  why: string;
}

/** One figure over a span; where history cannot be read, what this run received. */
function useCurve(metric: MoneyMetric, span: HistorySpan, currency: string): Curve {
  const history = useMoneyHistory(METRICS, span);
  const live = useProfile((p) => p.history.money);
  const known = history.state === 'known' ? history.value : undefined;
  const points =
    known?.series.find((one) => one.metric === metric && one.currency === currency)?.points ?? NONE;
  const gapMs = known?.gapMs ?? 0;
  const failed = history.state === 'failed';
  const series = useMemo((): Series => {
    // doubles are good enough for a curve; figures in words come from the decimals
    if (!failed)
      return withGaps(
        points.map(([at, last]) => [at, Number(last)] as const),
        gapMs,
      );
    return (live ?? []).flatMap((sample): [number, number][] => {
      const value = sample[metric];
      return value === null || sample.currency !== currency ? [] : [[sample.at, Number(value)]];
    });
  }, [failed, points, gapMs, live, currency, metric]);
  if (failed) return { series, why: history.error.message };
  return {
    series,
    why: history.state === 'loading' ? 'Reading history…' : 'The curve begins with the second reading.',
  };
}

function Drawn(props: {
  series: Series;
  metric: MoneyMetric;
  currency: string;
  onPoint: (index: number | null) => void;
}) {
  const { series, metric, currency, onPoint } = props;
  const isDaily = metric === 'daily';
  const written = useWritten();
  const format = useCallback((value: number) => written.figure(value, isDaily), [written, isDaily]);
  const [first, last] = [series[0], series.at(-1)];
  const since = momentText(first?.[0] ?? 0, last?.[0] ?? 0);
  return (
    <LineChart
      series={series}
      format={format}
      onPoint={onPoint}
      fit={!isDaily}
      label={`${isDaily ? 'P&L of the day' : 'Equity'} in ${currency} since ${since}`}
    />
  );
}

/** What stands at the right above the curve: since when it is, or what is under the pointer. */
function caption(
  series: Series,
  point: number | null,
  { metric, currency }: { metric: MoneyMetric; currency: string },
  written: Written,
): string {
  const now = series.at(-1)?.[0] ?? 0;
  const at = point === null ? undefined : series[point];
  if (at === undefined || at[1] === null)
    return `since ${momentText(series[0]?.[0] ?? 0, now).replace(/:\d\d$/, '')}`;
  const text = written.figure(at[1], metric === 'daily');
  const time = now - at[0] < 43_200_000 ? clockText(at[0]) : momentText(at[0], now);
  return `${time}  ${written.prefix(currency)}${text}`;
}

/** A figure over a span from history, going on with every receipt; what is drawn survives a restart. */
export function MoneyChart(props: {
  metric: MoneyMetric;
  span: HistorySpan;
  currency: string;
  stale: boolean;
  /** What is chosen, at the left above the curve. */
  children: ReactNode;
}) {
  const { metric, span, currency, stale, children } = props;
  const [point, setPoint] = useState<number | null>(null);
  const { series, why } = useCurve(metric, span, currency);
  const written = useWritten();
  const drawable = series.length >= 2;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-1">
      <div className="mt-1 flex h-6 items-center justify-between gap-3">
        <span className="flex items-center gap-2">{children}</span>
        <p className="truncate text-xs text-quiet" aria-hidden>
          {drawable ? caption(series, point, { metric, currency }, written) : ''}
        </p>
      </div>
      {drawable ? (
        <div
          className={`min-h-24 flex-1 ${stale ? 'opacity-50 grayscale' : ''}`}
          data-testid="money-chart"
          data-points={series.length}
        >
          <Drawn series={series} metric={metric} currency={currency} onPoint={setPoint} />
        </div>
      ) : (
        <p className="flex min-h-24 flex-1 items-center justify-center px-6 text-center text-sm text-quiet">
          {why}
        </p>
      )}
    </div>
  );
}
