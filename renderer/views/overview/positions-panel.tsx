import { useMemo } from 'react';
import type { Position, PositionsModel, Reading, Totals } from '../../../electron/contract/models.ts';
import { positionFigures, positionSums } from '../../../electron/contract/position-figures.ts';
import { percentOf } from '../../../electron/contract/trade-stats.ts';
import { useApp, useProfile } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { compareDecimals } from '../../parts/decimal.ts';
import { ProfitLoss, Sum } from '../../parts/money.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReadingAge, shown, useReadingStale } from '../../parts/reading-note.tsx';

export function TotalsLine({ totals, stacked = false }: { totals: Totals; stacked?: boolean }) {
  return (
    <div className="flex items-baseline justify-between gap-x-3" data-testid={`totals-${totals.currency}`}>
      <span className="whitespace-nowrap">
        <span className="font-semibold">{totals.count}</span>{' '}
        <span className="text-quiet">
          open · {totals.winners} up, {totals.losers} down
        </span>
        {totals.missing > 0 ? (
          <span className={`text-attention ${stacked ? 'block text-xs' : ''}`}>
            {stacked ? '' : ' · '}
            {totals.missing} without P&L, not in the sum
          </span>
        ) : null}
      </span>
      <ProfitLoss value={totals.unrealized} currency={totals.currency} />
    </div>
  );
}

/** What would be lost from the entries if every stop were hit, per currency; what has no stop is counted apart. */
function Risk({
  rows,
  equity,
}: {
  rows: readonly Position[];
  equity: { value: string; currency: string } | null;
}) {
  const sums = useMemo(() => positionSums(rows, positionFigures), [rows]);
  return (
    <>
      {sums.map(({ currency, risk, withoutRisk }) => {
        const percent = risk !== null && equity?.currency === currency ? percentOf(risk, equity.value) : null;
        return (
          <div
            key={currency}
            className="flex items-baseline justify-between gap-x-3"
            data-testid={`risk-${currency}`}
          >
            <span className="text-quiet">
              At risk
              {withoutRisk > 0 ? (
                <span className="text-attention"> · {withoutRisk} without a stop</span>
              ) : null}
            </span>
            <span className="font-medium">
              <Sum value={risk} currency={currency} />
              <span className="text-quiet">{percent === null ? '' : ` ${percent} %`}</span>
            </span>
          </div>
        );
      })}
    </>
  );
}

/** Open positions in two lines; sums never cross currencies. */
export function PositionsPanel() {
  const { ui } = useApp();
  const reading = useProfile((p) => p.trading.positions);
  const equity =
    useProfile((p) => (p.trading.pnl.state === 'known' ? p.trading.pnl.value.equity : null)) ?? null;
  const currency =
    useProfile((p) => (p.trading.pnl.state === 'known' ? p.trading.pnl.value.currency : '')) ?? '';
  if (reading === undefined) return null;
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
      <Summary reading={reading} equity={equity === null ? null : { value: equity, currency }} />
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
            className="flex h-7 w-full items-end justify-between border-b border-line pb-1 text-sm"
          >
            <span>
              {row.symbol ?? '-'} <span className="text-quiet">{row.side === 'unknown' ? '' : row.side}</span>
            </span>
            <ProfitLoss value={row.unrealized} currency={row.currency} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Summary(props: {
  reading: Reading<PositionsModel>;
  equity: { value: string; currency: string } | null;
}) {
  const { reading, equity } = props;
  const stale = useReadingStale(reading);
  const known = shown(reading);
  if (known === null) {
    return <p className="text-unknown">Not known: {reading.state === 'unknown' ? reading.reason : ''}</p>;
  }
  if (known.value.rows.length === 0) return <p className={stale ? 'stale' : ''}>No open positions.</p>;
  return (
    <div className={`flex h-full flex-col ${stale ? 'stale' : ''}`}>
      <div className="flex flex-col gap-1">
        {known.value.totals.map((totals) => (
          <TotalsLine key={totals.currency} totals={totals} stacked />
        ))}
        <Risk rows={known.value.rows} equity={equity} />
      </div>
      <Movers rows={known.value.rows} />
    </div>
  );
}
