import { useState } from 'react';
import { subtractDecimals } from '../../../electron/contract/decimal-math.ts';
import type { HistorySpan, MoneyMetric } from '../../../electron/contract/history.ts';
import type { PnlModel, Reading } from '../../../electron/contract/models.ts';
import { percentOf } from '../../../electron/contract/trade-stats.ts';
import { useMirror, useProfile } from '../../api/app-context.tsx';
import { wholeDigits } from '../../parts/amount-room.ts';
import { Choice } from '../../parts/choice.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Percent, ProfitLoss, Sum } from '../../parts/money.tsx';
import { Panel } from '../../parts/panel.tsx';
import { NeverReceived, ReadingAge, shown, UnknownNote, useReadingStale } from '../../parts/reading-note.tsx';
import { MoneyChart } from './money-chart.tsx';

const SPANS: readonly (readonly [HistorySpan, string])[] = [
  ['1d', '1D'],
  ['1w', '1W'],
  ['1m', '1M'],
];
const METRICS: readonly (readonly [MoneyMetric, string])[] = [
  ['equity', 'Equity'],
  ['daily', 'Day P&L'],
];

/** What the day made of what the account was worth when it began. */
function dayPercent({ equity, daily }: PnlModel): string | null {
  if (equity === null || daily === null) return null;
  return percentOf(daily, subtractDecimals(equity, daily), 2);
}

/** From here on an amount needs a place of its own in a small window. */
const LONG_DIGITS = 7;

function isLong(...amounts: (string | null)[]): boolean {
  return amounts.some((amount) => amount !== null && wholeDigits(amount) >= LONG_DIGITS);
}

function Headline({ model }: { model: PnlModel }) {
  const { currency, equity, daily } = model;
  const day = (
    <span data-testid="pnl-daily">
      <ProfitLoss value={daily} currency={currency} />
    </span>
  );
  const long = isLong(equity, daily);
  if (equity === null) return <p className="h-8 text-2xl font-semibold">{day}</p>;
  return (
    // what does not fit wraps out of sight as a whole: half a number is a wrong one
    <p className="flex h-8 flex-wrap items-baseline gap-x-4 overflow-hidden whitespace-nowrap">
      <span className={`text-2xl font-semibold ${long ? 'max-lg-nav:text-xl' : ''}`} data-testid="equity">
        <Sum value={equity} currency={currency} />
      </span>
      <span
        className={`flex h-8 min-w-0 flex-1 flex-wrap gap-x-1.5 text-lg leading-8 ${long ? 'max-lg-nav:text-base' : ''}`}
      >
        <span>
          <span className="text-quiet">today</span> {day}
        </span>
        <Percent value={dayPercent(model)} />
      </span>
    </p>
  );
}

function Figures({ model }: { model: PnlModel }) {
  const { currency, unrealized, realized, exposure, dailyLossLimit } = model;
  const long = isLong(unrealized, realized, exposure, dailyLossLimit);
  return (
    <dl className={`grid grid-cols-4 gap-x-3 gap-y-1 pt-1 ${long ? 'max-lg-nav:grid-cols-2' : ''}`}>
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
  const [span, setSpan] = useState<HistorySpan>('1d');
  const [metric, setMetric] = useState<MoneyMetric>('equity');
  const note = useMirror((s) => s.app?.history.note ?? null);
  const stale = useReadingStale(reading);
  const model = shown(reading)?.value;
  if (model === undefined) return <NeverReceived reading={reading} what="P&L is" />;
  const drawn = model.equity === null ? 'daily' : metric;
  return (
    <div className={`flex min-h-0 flex-1 flex-col ${stale ? 'stale' : ''}`}>
      <div className="-mt-1">
        <Headline model={model} />
      </div>
      <MoneyChart metric={drawn} span={span} currency={model.currency} stale={stale}>
        {model.equity === null ? null : (
          <Choice label="What is drawn" options={METRICS} value={metric} onChoose={setMetric} />
        )}
        <Choice label="Span" options={SPANS} value={span} onChoose={setSpan} />
      </MoneyChart>
      <Figures model={model} />
      {note === null ? null : (
        <p className="truncate pt-1 text-xs text-attention" title={note} data-testid="history-note">
          {note}
        </p>
      )}
    </div>
  );
}

/** Is it making money: what the account is worth where that is told, the P&L of the day, and both over time. */
export function MoneyPanel() {
  const reading = useProfile((p) => p.trading.pnl);
  if (reading === undefined) return null;
  const equity = shown(reading)?.value.equity ?? null;
  return (
    <Panel title={equity === null ? 'P&L today' : 'Equity'} aside={<ReadingAge reading={reading} source />}>
      <div className="flex h-full flex-col gap-2">
        <UnknownNote reading={reading} what="P&L is" />
        <Body reading={reading} />
      </div>
    </Panel>
  );
}
