import { useCallback, useMemo, useState } from 'react';
import type { HistorySpan, MoneyMetric, MoneyPoint } from '../../../electron/contract/history.ts';
import type { PnlModel, Reading } from '../../../electron/contract/models.ts';
import { useProfile } from '../../api/app-context.tsx';
import { useMoneyHistory } from '../../api/use-history.ts';
import { LineChart } from '../../parts/chart.tsx';
import { currencyPrefix } from '../../parts/decimal.ts';
import { Figure } from '../../parts/figure.tsx';
import { ProfitLoss, Sum } from '../../parts/money.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { ReadingAge, shown, UnknownNote, useReadingStale } from '../../parts/reading-note.tsx';
import { clockText } from '../../parts/time-text.ts';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2, signDisplay: 'exceptZero' });
const METRICS: readonly MoneyMetric[] = ['daily'];
const SPAN: HistorySpan = '1d';
const NONE: readonly MoneyPoint[] = [];

function Chart({ currency }: { currency: string }) {
  const [point, setPoint] = useState<number | null>(null);
  const format = useCallback((value: number) => grouped.format(value).replace('-', '−'), []);
  const history = useMoneyHistory(METRICS, SPAN);
  const points =
    history.state === 'known'
      ? (history.value.series.find((one) => one.currency === currency)?.points ?? NONE)
      : NONE;
  const series = useMemo(
    () => points.map(([time, last]): [number, number] => [time, Number(last)]),
    [points],
  );
  const at = point === null ? undefined : series[point];
  if (series.length < 2) {
    return (
      <p className="flex h-full items-center justify-center text-sm text-quiet">
        The chart begins with the second reading; each reading is one point.
      </p>
    );
  }
  const first = clockText(series[0]?.[0] ?? 0);
  return (
    <>
      <p className="absolute -top-4 right-0 h-4 text-xs text-quiet" aria-hidden>
        {at === undefined
          ? `since ${first}`
          : `${clockText(at[0])}  ${currencyPrefix(currency)}${format(at[1])}`}
      </p>
      <div className="absolute inset-0">
        <LineChart
          series={series}
          format={format}
          onPoint={setPoint}
          label={`P&L of the day since ${first}, in ${currency}`}
        />
      </div>
    </>
  );
}

function Figures({ model }: { model: PnlModel }) {
  const { currency } = model;
  return (
    <dl className="grid grid-cols-4 gap-3 pt-2">
      <Figure label="Unrealized">
        <ProfitLoss value={model.unrealized} currency={currency} />
      </Figure>
      <Figure label="Realized">
        <ProfitLoss value={model.realized} currency={currency} />
      </Figure>
      <Figure label="Exposure">
        <Sum value={model.exposure} currency={currency} />
      </Figure>
      <Figure label="Daily loss limit">
        <Sum value={model.dailyLossLimit} currency={currency} />
      </Figure>
    </dl>
  );
}

function Body({ reading }: { reading: Reading<PnlModel> }) {
  const stale = useReadingStale(reading);
  const known = shown(reading);
  const model = known?.value;
  if (model === undefined)
    return <Empty title="P&L is not known">{reading.state === 'unknown' ? reading.reason : ''}</Empty>;
  return (
    <div className={`flex min-h-0 flex-1 flex-col ${stale ? 'stale' : ''}`}>
      <p className="-mt-1 h-8 text-2xl font-semibold" data-testid="pnl-daily">
        <ProfitLoss value={model.daily} currency={model.currency} />
      </p>
      <div className={`relative min-h-24 flex-1 ${stale ? 'opacity-50 grayscale' : ''}`}>
        <Chart currency={model.currency} />
      </div>
      <Figures model={model} />
    </div>
  );
}

/** P&L of the day, as figure and as curve. */
export function PnlPanel() {
  const reading = useProfile((p) => p.trading.pnl);
  if (reading === undefined) return null;
  return (
    <Panel title="P&L today" aside={<ReadingAge reading={reading} source />}>
      <div className="flex h-full flex-col gap-2">
        {reading.state === 'unknown' && reading.last !== null ? (
          <UnknownNote reading={reading} what="P&L is" />
        ) : null}
        <Body reading={reading} />
      </div>
    </Panel>
  );
}
