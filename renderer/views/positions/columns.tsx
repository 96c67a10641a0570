import type { Position } from '../../../electron/contract/models.ts';
import type { Worked } from '../../../electron/contract/position-figures.ts';
import { Age } from '../../parts/age.tsx';
import type { DataColumn } from '../../parts/data-table.tsx';
import { Amount, Percent, ProfitLoss, Sum } from '../../parts/money.tsx';
import { Multiple } from '../../parts/multiple.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import type { FiguresOf } from './figures.ts';
import type { SeriesBook } from './series-book.ts';

/** Short, since they stand beside the symbol; the drawer says them in full. */
const STATUSES: Readonly<Record<Position['status'], string>> = {
  open: '',
  partial: 'partial',
  risk_reduced: 'reduced',
  closed: 'closed',
  stopped_out: 'stopped',
  pending: 'pending',
  cancelled: 'cancelled',
  unknown: 'status ?',
};
const SIDES = { long: 'Long', short: 'Short', unknown: '-' } as const;
/** A break in the line of a position: not looked at for so long. */
export const GAP_MS = 15 * 60_000;

const PASSED = 'The price is beyond the stop.';
const WORKED = 'Worked out of entry, quantity and P&L or stop: the back end does not give it.';

/** A figure that is not the back end's own word wears a mark. */
export function Estimate({ worked, children }: { worked: Worked; children: React.ReactNode }) {
  if (!worked.derived) return children;
  return (
    <span title={WORKED}>
      <span className="text-quiet">≈ </span>
      {children}
    </span>
  );
}

function Symbol({ row }: { row: Position }) {
  return (
    <>
      <span className="font-medium" title={row.symbol ?? undefined}>
        {row.symbol === null ? '-' : <PlainText text={row.symbol} />}
      </span>
      {row.status === 'open' ? null : <span className="ml-2 text-xs text-quiet">{STATUSES[row.status]}</span>}
    </>
  );
}

type Column = DataColumn<Position>;

const currency = (row: Position) => row.currency;
const MONEY = { currency, fraction: 2 } as const;
const RESULT = { currency, signed: true, fraction: 2 } as const;
/** With the unit after it in the place of an arrow. */
const SHARE = { signed: true, fraction: 2 } as const;
const PRICE = { fraction: 2 } as const;

function identity(): Column[] {
  return [
    {
      id: 'symbol',
      label: 'Symbol',
      width: 116,
      rank: 0,
      left: true,
      sort: { by: 'word', of: (row) => row.symbol ?? undefined },
      cell: (row) => <Symbol row={row} />,
    },
    {
      id: 'side',
      label: 'Side',
      width: 60,
      rank: 0,
      left: true,
      sort: { by: 'word', of: (row) => row.side },
      cell: (row) => SIDES[row.side],
    },
    {
      id: 'quantity',
      label: 'Quantity',
      width: 76,
      rank: 3,
      amount: { fraction: 0 },
      sort: { by: 'decimal', of: (row) => row.quantity ?? undefined },
      cell: (row) => <Amount value={row.quantity} />,
    },
    {
      id: 'entry',
      label: 'Entry',
      width: 80,
      rank: 4,
      amount: PRICE,
      sort: { by: 'decimal', of: (row) => row.entry ?? undefined },
      cell: (row) => <Amount value={row.entry} least={2} />,
    },
  ];
}

function results(figures: FiguresOf, series: SeriesBook): Column[] {
  return [
    {
      id: 'current',
      label: 'Price',
      width: 92,
      rank: 2,
      amount: PRICE,
      sort: { by: 'decimal', of: (row) => figures(row).price?.value },
      cell: (row) => {
        const { price } = figures(row);
        if (price === null) return <Amount value={null} />;
        return (
          <Estimate worked={price}>
            <Amount value={price.value} least={2} most={price.derived ? 2 : 4} />
          </Estimate>
        );
      },
    },
    {
      id: 'unrealized',
      label: 'Unrealized',
      width: 116,
      rank: 0,
      amount: RESULT,
      sort: { by: 'decimal', of: (row) => row.unrealized ?? undefined },
      cell: (row) => <ProfitLoss value={row.unrealized} currency={row.currency} />,
    },
    {
      id: 'pct',
      label: 'Percent',
      width: 80,
      rank: 1,
      amount: SHARE,
      sort: { by: 'decimal', of: (row) => row.unrealizedPct ?? undefined },
      cell: (row) => <Percent value={row.unrealizedPct} />,
    },
    {
      id: 'r',
      label: 'R',
      hint: 'Unrealized P&L in units of what was at risk at the start',
      width: 72,
      rank: 7,
      amount: SHARE,
      sort: { by: 'decimal', of: (row) => figures(row).r ?? undefined },
      cell: (row) => <Multiple value={figures(row).r} />,
    },
    {
      id: 'trend',
      label: 'Trend',
      hint: 'Unrealized P&L over the last day, as far as it was seen; sorted by its change',
      width: 108,
      rank: 1,
      sort: {
        by: 'number',
        of: (row) => {
          const points = series.of(row.key);
          const [first, last] = [points[0], points.at(-1)];
          return first === undefined || last === undefined ? undefined : last[1] - first[1];
        },
      },
      cell: (row) => (
        <Sparkline
          points={series.of(row.key)}
          gapMs={GAP_MS}
          label={`P&L of ${row.symbol ?? 'this position'} over time`}
        />
      ),
    },
  ];
}

function risks(figures: FiguresOf): Column[] {
  return [
    {
      id: 'stop',
      label: 'Stop',
      width: 80,
      rank: 5,
      amount: PRICE,
      sort: { by: 'decimal', of: (row) => row.stop ?? undefined },
      cell: (row) => <Amount value={row.stop} least={2} />,
    },
    {
      id: 'toStop',
      label: 'To stop',
      hint: 'Money between the last price and the stop',
      width: 106,
      rank: 3,
      amount: MONEY,
      sort: { by: 'decimal', of: (row) => figures(row).stop?.money },
      cell: (row) => {
        const money = figures(row).stop?.money ?? null;
        const passed = money?.startsWith('-') === true;
        return (
          <span className={passed ? 'text-attention' : ''} title={passed ? PASSED : undefined}>
            <Sum value={money} currency={row.currency} />
          </span>
        );
      },
    },
    {
      id: 'toStopPct',
      label: 'To stop %',
      hint: 'The same in percent of the price',
      width: 80,
      rank: 4,
      amount: SHARE,
      sort: { by: 'decimal', of: (row) => figures(row).stop?.percent ?? undefined },
      cell: (row) => {
        const percent = figures(row).stop?.percent ?? null;
        return percent === null ? (
          <Amount value={null} />
        ) : (
          <>
            <Amount value={percent} least={2} most={2} /> %
          </>
        );
      },
    },
    {
      id: 'toStopR',
      label: 'To stop R',
      hint: 'The same in units of what was at risk at the start',
      width: 80,
      rank: 8,
      amount: SHARE,
      sort: { by: 'decimal', of: (row) => figures(row).stop?.r ?? undefined },
      cell: (row) => {
        const r = figures(row).stop?.r ?? null;
        return r === null ? (
          <Amount value={null} />
        ) : (
          <>
            <Amount value={r} least={2} most={2} /> R
          </>
        );
      },
    },
    {
      id: 'risk',
      label: 'At risk',
      hint: 'Lost from the entry if the stop is hit',
      width: 118,
      rank: 2,
      amount: MONEY,
      sort: { by: 'decimal', of: (row) => figures(row).risk?.value },
      cell: (row) => {
        const { risk } = figures(row);
        if (risk === null) return <Sum value={null} currency={row.currency} />;
        return (
          <Estimate worked={risk}>
            <Sum value={risk.value} currency={row.currency} />
          </Estimate>
        );
      },
    },
  ];
}

function times(): Column[] {
  return [
    {
      id: 'realized',
      label: 'Realized',
      width: 108,
      rank: 9,
      amount: RESULT,
      sort: { by: 'decimal', of: (row) => row.realized ?? undefined },
      cell: (row) => <ProfitLoss value={row.realized} currency={row.currency} />,
    },
    {
      id: 'age',
      label: 'Held',
      width: 64,
      rank: 5,
      sort: { by: 'number', of: (row) => (row.openedAt === null ? undefined : -row.openedAt.at) },
      cell: (row) => (row.openedAt === null ? '-' : <Age at={row.openedAt.at} after="" />),
    },
    {
      id: 'changed',
      label: 'Moved',
      hint: 'Since a figure of this row last changed, by our receipt',
      width: 68,
      rank: 6,
      sort: { by: 'number', of: (row) => (row.changedAt === null ? undefined : -row.changedAt) },
      cell: (row) => (row.changedAt === null ? '-' : <Age at={row.changedAt} after="" />),
    },
  ];
}

/** The columns of open positions, in their order on screen. */
export function positionColumns(figures: FiguresOf, series: SeriesBook): readonly Column[] {
  return [...identity(), ...results(figures, series), ...risks(figures), ...times()];
}
