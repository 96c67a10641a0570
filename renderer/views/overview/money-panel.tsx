import { useState } from 'react';
import { subtractDecimals } from '../../../electron/contract/decimal-math.ts';
import type { HistorySpan, MoneyMetric } from '../../../electron/contract/history.ts';
import type { PnlModel, Reading } from '../../../electron/contract/models.ts';
import { percentOf } from '../../../electron/contract/trade-stats.ts';
import { useMirror, useProfile } from '../../api/app-context.tsx';
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

function Headline({ model }: { model: PnlModel }) {
  const { currency, equity, daily } = model;
  const day = (
    <span data-testid="pnl-daily">
      <ProfitLoss value={daily} currency={currency} />
    </span>
  );
  if (equity === null) return <p className="h-8 text-2xl font-semibold">{day}</p>;
  return (
    <p className="flex h-8 items-baseline gap-x-4 overflow-hidden whitespace-nowrap">
      <span className="text-2xl font-semibold" data-testid="equity">
        <Sum value={equity} currency={currency} />
      </span>
      <span className="text-lg">
        <span className="text-quiet">today</span> {day}
        <span className="ml-1.5">
          <Percent value={dayPercent(model)} />
        </span>
      </span>
    </p>
  );
}

function Figures({ model }: { model: PnlModel }) {
  const { currency } = model;
  return (
    <dl className="grid grid-cols-4 gap-3 pt-1">
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
