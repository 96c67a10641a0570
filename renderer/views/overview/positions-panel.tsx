import { useMemo } from 'react';
import type {
  PnlModel,
  Position,
  PositionsModel,
  Reading,
  Totals,
} from '../../../electron/contract/models.ts';
import type { PositionSums } from '../../../electron/contract/position-figures.ts';
import { positionFigures, positionSums } from '../../../electron/contract/position-figures.ts';
import { percentOf } from '../../../electron/contract/trade-stats.ts';
import { useApp, useProfile } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { compareDecimals } from '../../parts/decimal.ts';
import { Percent, ProfitLoss, Sum } from '../../parts/money.tsx';
import { Panel } from '../../parts/panel.tsx';
import { NeverReceived, ReadingAge, shown, useReadingStale } from '../../parts/reading-note.tsx';

/** Those of most positions first; never summed across currencies. */
function byCount(totals: readonly Totals[]): Totals[] {
  return totals.toSorted((a, b) => b.count - a.count);
}

/** What is held in one currency, and what would be lost from the entries if every stop were hit. */
function Currency(props: { totals: Totals; sums: PositionSums | undefined; equity: string | null }) {
  const { totals, sums, equity } = props;
  const { currency, count, winners, losers, missing } = totals;
  const percent = sums?.risk && equity !== null ? percentOf(sums.risk, equity) : null;
  const without = sums?.withoutRisk ?? 0;
  return (
    <li className="border-line py-1 not-first:border-t">
      <div
        className="flex flex-wrap items-baseline justify-between gap-x-3"
        data-testid={`totals-${currency}`}
      >
        <span className="whitespace-nowrap">
          <span className="font-semibold">{count}</span>{' '}
          <span className="text-quiet">
            open · {winners} up, {losers} down
          </span>
          {missing > 0 ? (
            <span className="block text-xs text-attention">{missing} without P&L, not in the sum</span>
          ) : null}
        </span>
        <span className="ml-auto">
          <ProfitLoss value={totals.unrealized} currency={currency} />
        </span>
      </div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3" data-testid={`risk-${currency}`}>
        <span className="text-quiet">
          At risk{percent === null ? '' : `, ${percent} % of equity`}
          {without > 0 ? <span className="text-attention"> · {without} without a stop</span> : null}
        </span>
        <span className="mr-[calc(1em*0.7+4px)] ml-auto font-medium">
          <Sum value={sums?.risk ?? null} currency={currency} />
        </span>
      </div>
    </li>
  );
}

/** Open positions in two lines a currency, and those that move the most. */
export function PositionsPanel() {
  const { ui } = useApp();
  const reading = useProfile((p) => p.trading.positions);
  const pnl = useProfile((p) => p.trading.pnl);
  if (reading === undefined) return null;
  const account = pnl?.state === 'known' ? pnl.value : null;
  return (
    <Panel
      title="Open risk"
      className="flex-1"
      aside={
        <>
          <ReadingAge reading={reading} />
          <Button small look="ghost" className="-mr-2" onClick={() => ui.go({ page: 'positions' })}>
            Details
          </Button>
        </>
      }
    >
      <Summary reading={reading} account={account} />
    </Panel>
  );
}

const MOVERS = 14;

/** Away from zero first; what is not reported last. */
function movers(rows: readonly Position[]): Position[] {
  const size = (row: Position) => (row.unrealized === null ? '-1' : row.unrealized.replace(/^-/, ''));
  return rows.toSorted((a, b) => compareDecimals(size(b), size(a))).slice(0, MOVERS);
}

/** The positions that move the most, as many whole lines as there is room: what does not fit wraps out of sight. */
function Movers({ rows }: { rows: readonly Position[] }) {
  return (
    <div className="relative min-h-0 flex-1">
      <ul
        aria-label="Largest moves"
        className="absolute inset-0 flex flex-col flex-wrap content-start overflow-hidden"
      >
        {movers(rows).map((row) => (
          <li
            key={row.key}
            className="flex h-7 w-full items-center justify-between gap-x-3 border-t border-line text-sm"
          >
            <span className="min-w-0 truncate">
              {row.symbol ?? '-'} <span className="text-quiet">{row.side === 'unknown' ? '' : row.side}</span>
            </span>
            <span className="flex shrink-0 justify-end">
              <span className="hidden w-16 text-right roomy:block">
                <Percent value={row.unrealizedPct} />
              </span>
              <span className="min-w-28 text-right">
                <ProfitLoss value={row.unrealized} currency={row.currency} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Summary(props: { reading: Reading<PositionsModel>; account: PnlModel | null }) {
  const { reading, account } = props;
  const stale = useReadingStale(reading);
  const rows = shown(reading)?.value.rows;
  const sums = useMemo(() => positionSums(rows ?? [], positionFigures), [rows]);
  const model = shown(reading)?.value;
  if (model === undefined) return <NeverReceived reading={reading} what="Positions are" lines={2} />;
  if (model.rows.length === 0) {
    // an empty list of before is no word about now
    return reading.state === 'known' ? (
      <p className={stale ? 'stale' : ''}>No open positions.</p>
    ) : (
      <p className="text-unknown">
        Not known: {reading.reason.replace(/\.$/, '')}. There were none when they were last read.
      </p>
    );
  }
  return (
    <div className={`flex h-full flex-col ${stale ? 'stale' : ''}`}>
      <ul aria-label="By currency" className="-mt-1">
        {byCount(model.totals).map((totals) => (
          <Currency
            key={totals.currency}
            totals={totals}
            sums={sums.find(({ currency }) => currency === totals.currency)}
            equity={account?.currency === totals.currency ? account.equity : null}
          />
        ))}
      </ul>
      <Movers rows={model.rows} />
    </div>
  );
}
