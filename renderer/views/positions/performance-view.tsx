import { useMemo, useState } from 'react';
import type { Reading } from '../../../electron/contract/models.ts';
import type { ClosedModel, ClosedTrade, PerformanceFigures } from '../../../electron/contract/records.ts';
import type { Drawdown, TradeStats } from '../../../electron/contract/trade-stats.ts';
import { drawdown, resultCurve, tradeStats } from '../../../electron/contract/trade-stats.ts';
import { useFromNow } from '../../api/app-context.tsx';
import { Choice } from '../../parts/field.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Amount, ProfitLoss } from '../../parts/money.tsx';
import { Multiple } from '../../parts/multiple.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import {
  NeverReceived,
  NotKnown,
  ReadingAge,
  shown,
  SourceText,
  UnknownNote,
  useReadingStale,
} from '../../parts/reading-note.tsx';
import { momentText } from '../../parts/time-text.ts';
import { Curve } from './curve.tsx';
import { Equity } from './equity.tsx';

function Share({ value }: { value: string | null }) {
  if (value === null) return <Amount value={null} />;
  return (
    <>
      <Amount value={value} least={1} most={1} /> %
    </>
  );
}

function Loss({ value, currency }: { value: string | null; currency: string }) {
  return <ProfitLoss value={value === null ? null : value === '0' ? '0' : `-${value}`} currency={currency} />;
}

/** From when to when, in words: a figure without its period says nothing. */
function usePeriod({ trades, from, to }: TradeStats): string {
  const first = useFromNow((now) => (from === null ? '' : momentText(from, now)));
  const last = useFromNow((now) => (to === null ? '' : momentText(to, now)));
  return from === null ? `${trades} trades without times` : `${trades} trades, ${first} to ${last}`;
}

function WorkedOut(props: { stats: TradeStats; fall: Drawdown | null; currency: string }) {
  const { stats, fall, currency } = props;
  return (
    <dl className="grid grid-cols-3 gap-x-4 gap-y-3" data-testid="worked-out">
      <Figure label="Result" note={stats.missing > 0 ? `${stats.missing} without a result` : undefined}>
        <ProfitLoss value={stats.total} currency={currency} />
      </Figure>
      <Figure label="Win rate" note={`${stats.winners} won, ${stats.losers} lost`}>
        <Share value={stats.winRate} />
      </Figure>
      <Figure label="Profit factor" note="won by lost">
        <Amount value={stats.profitFactor} least={2} most={2} />
      </Figure>
      <Figure label="Average win">
        <ProfitLoss value={stats.averageWin} currency={currency} />
      </Figure>
      <Figure label="Average loss">
        <ProfitLoss value={stats.averageLoss} currency={currency} />
      </Figure>
      <Figure label="Average trade">
        <ProfitLoss value={stats.expectancy} currency={currency} />
      </Figure>
      <Figure label="Largest win">
        <ProfitLoss value={stats.largestWin} currency={currency} />
      </Figure>
      <Figure label="Largest loss">
        <ProfitLoss value={stats.largestLoss} currency={currency} />
      </Figure>
      <Figure label="Average R" note="where the risk is known">
        <Multiple value={stats.averageR} />
      </Figure>
      <Figure label="Deepest fall" note="from a high of the results">
        <Loss value={fall?.deepest ?? null} currency={currency} />
      </Figure>
      <Figure label="Below the high now">
        <Loss value={fall?.now ?? null} currency={currency} />
      </Figure>
    </dl>
  );
}

function Results({
  reading,
  rows,
  currency,
}: {
  reading: Reading<ClosedModel>;
  rows: readonly ClosedTrade[];
  currency: string;
}) {
  const stale = useReadingStale(reading);
  const stats = useMemo(() => tradeStats(rows), [rows]);
  const curve = useMemo(() => resultCurve(rows), [rows]);
  const fall = useMemo(() => {
    const [first] = curve;
    return first === undefined ? null : drawdown(curve, { at: first.at, value: '0' });
  }, [curve]);
  const period = usePeriod(stats);
  const known = shown(reading);
  const points = useMemo(() => curve.map(({ at, value }): [number, number] => [at, Number(value)]), [curve]);
  return (
    <div className={`flex h-full min-h-0 flex-col gap-4 ${stale ? 'stale' : ''}`}>
      <p className="flex gap-3 text-sm text-quiet" data-testid="period">
        <span className="shrink-0">{period}</span>
        {known === null ? null : <SourceText source={known.known.source} />}
      </p>
      <div className={`min-h-40 flex-1 ${stale ? 'opacity-50 grayscale' : ''}`}>
        {points.length < 2 ? (
          <Empty title="No curve yet">It begins with the second trade whose result and time are known.</Empty>
        ) : (
          <Curve points={points} currency={currency} label={`Results of closed trades added up, ${period}`} />
        )}
      </div>
      <WorkedOut stats={stats} fall={fall} currency={currency} />
    </div>
  );
}

function TradeResults({ reading }: { reading: Reading<ClosedModel> }) {
  const model = shown(reading)?.value;
  const currencies = useMemo(() => [...new Set(model?.rows.map((row) => row.currency))].sort(), [model]);
  const [chosen, setChosen] = useState('');
  const currency = currencies.includes(chosen) ? chosen : (currencies[0] ?? '');
  const rows = useMemo(() => model?.rows.filter((row) => row.currency === currency) ?? [], [model, currency]);
  const aside = (
    <>
      <ReadingAge reading={reading} />
      {currencies.length > 1 ? (
        <Choice
          label="Currency"
          hideLabel
          value={currency}
          onChange={(event) => setChosen(event.target.value)}
        >
          {currencies.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </Choice>
      ) : null}
    </>
  );
  return (
    <Panel title="Closed trades, added up here" aside={aside} className="min-h-112 min-w-0 flex-1">
      {model === undefined ? (
        <NeverReceived reading={reading} what="Closed trades are" />
      ) : model.rows.length === 0 ? (
        <Empty title="No trade has ended">The back end answered with an empty list.</Empty>
      ) : (
        <Results reading={reading} rows={rows} currency={currency} />
      )}
    </Panel>
  );
}

/** What the back end says of itself, with its own period; it may count other trades than those listed. */
function Reported({ title, reading }: { title: string; reading: Reading<PerformanceFigures> }) {
  const known = shown(reading);
  const model = known?.value;
  const stale = useReadingStale(reading);
  return (
    <Panel title={title} aside={<ReadingAge reading={reading} />} className="min-w-0 flex-1">
      {model === undefined ? (
        <NotKnown reading={reading} />
      ) : (
        <div className={`flex flex-col gap-3 ${stale ? 'stale' : ''}`}>
          <UnknownNote reading={reading} what="It is" />
          <p className="flex gap-3 text-sm text-quiet">
            <span className="shrink-0">
              {model.period === null ? (
                'It does not say over which period.'
              ) : (
                <PlainText text={model.period} />
              )}
            </span>
            {known === null ? null : <SourceText source={known.known.source} />}
          </p>
          <dl className="grid grid-cols-4 gap-x-4 gap-y-3">
            <Figure label="Result">
              <ProfitLoss value={model.total} currency={model.currency} />
            </Figure>
            <Figure
              label="Trades"
              note={
                model.winners === null || model.losers === null
                  ? undefined
                  : `${model.winners} won, ${model.losers} lost`
              }
            >
              {model.trades ?? '-'}
            </Figure>
            <Figure label="Win rate">
              <Share value={model.winRate} />
            </Figure>
            <Figure label="Profit factor">
              <Amount value={model.profitFactor} least={2} most={2} />
            </Figure>
            <Figure label="Average win">
              <ProfitLoss value={model.averageWin} currency={model.currency} />
            </Figure>
            <Figure label="Average loss">
              <ProfitLoss value={model.averageLoss} currency={model.currency} />
            </Figure>
            <Figure label="Largest win">
              <ProfitLoss value={model.largestWin} currency={model.currency} />
            </Figure>
            <Figure label="Largest loss">
              <ProfitLoss value={model.largestLoss} currency={model.currency} />
            </Figure>
          </dl>
        </div>
      )}
    </Panel>
  );
}

/** What trading came to: worked out from the trades that were read, and beside it what the back end says itself. */
export function PerformanceView(props: {
  closed: Reading<ClosedModel>;
  performance: Reading<PerformanceFigures>;
  day: Reading<PerformanceFigures>;
}) {
  return (
    <>
      <div className="flex flex-1 gap-3 max-lg-nav:flex-col">
        <Equity />
        <TradeResults reading={props.closed} />
      </div>
      <div className="flex gap-3 max-lg-nav:flex-col">
        <Reported title="Reported by the back end" reading={props.performance} />
        <Reported title="Reported for the day" reading={props.day} />
      </div>
    </>
  );
}
