import { useMemo } from 'react';
import type { Reading } from '../../../electron/contract/models.ts';
import type { ClosedModel, ClosedTrade, LeftPosition } from '../../../electron/contract/records.ts';
import { tradeStats } from '../../../electron/contract/trade-stats.ts';
import { Age } from '../../parts/age.tsx';
import type { DataColumn, DataFoot } from '../../parts/data-table.tsx';
import { signOf } from '../../parts/decimal.ts';
import { Amount, Percent, ProfitLoss } from '../../parts/money.tsx';
import { Multiple } from '../../parts/multiple.tsx';
import { Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { NeverReceived, shown, UnknownNote } from '../../parts/reading-note.tsx';
import { ScrollList } from '../../parts/scroll-list.tsx';
import { closedCsv } from './export.ts';
import type { ListTexts } from './list-panel.tsx';
import { ListPanel, useFilter } from './list-panel.tsx';
import { Moment } from './moment.tsx';
import { multipleOf } from './multiple-of.ts';

const START = { id: 'closed', desc: true };

const WORDS = ['loss', 'flat', 'win'] as const;

function wordsOf(row: ClosedTrade): string {
  const result = row.realized === null ? '' : WORDS[signOf(row.realized) + 1];
  return `${row.symbol ?? ''} ${row.side} ${row.reason ?? ''} ${row.currency} ${row.cycle ?? ''} ${result}`;
}

function nameOf(row: ClosedTrade): string {
  return row.symbol ?? '';
}

const held = ({ openedAt, closedAt }: ClosedTrade): number | undefined =>
  openedAt === null || closedAt === null ? undefined : closedAt.at - openedAt.at;

function durationOf(ms: number | undefined): string {
  if (ms === undefined || ms < 0) return '-';
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const COLUMNS: readonly DataColumn<ClosedTrade>[] = [
  {
    id: 'closed',
    label: 'Closed',
    width: 172,
    rank: 0,
    left: true,
    sort: { by: 'number', of: (row) => row.closedAt?.at },
    cell: (row) => <Moment instant={row.closedAt} />,
  },
  {
    id: 'symbol',
    label: 'Symbol',
    width: 96,
    rank: 0,
    left: true,
    sort: { by: 'word', of: (row) => row.symbol ?? undefined },
    cell: (row) => (
      <span className="font-medium">{row.symbol === null ? '-' : <PlainText text={row.symbol} />}</span>
    ),
  },
  {
    id: 'side',
    label: 'Side',
    width: 64,
    rank: 1,
    left: true,
    sort: { by: 'word', of: (row) => row.side },
    cell: (row) => (row.side === 'unknown' ? '-' : row.side === 'long' ? 'Long' : 'Short'),
  },
  {
    id: 'quantity',
    label: 'Quantity',
    width: 80,
    rank: 4,
    amount: { fraction: 0 },
    sort: { by: 'decimal', of: (row) => row.quantity ?? undefined },
    cell: (row) => <Amount value={row.quantity} />,
  },
  {
    id: 'entry',
    label: 'Entry',
    width: 84,
    rank: 3,
    amount: { fraction: 2 },
    sort: { by: 'decimal', of: (row) => row.entry ?? undefined },
    cell: (row) => <Amount value={row.entry} least={2} />,
  },
  {
    id: 'exit',
    label: 'Exit',
    width: 84,
    rank: 3,
    amount: { fraction: 2 },
    sort: { by: 'decimal', of: (row) => row.exit ?? undefined },
    cell: (row) => <Amount value={row.exit} least={2} />,
  },
  {
    id: 'realized',
    label: 'Realized',
    width: 120,
    rank: 0,
    amount: { currency: (row) => row.currency, signed: true, fraction: 2 },
    sort: { by: 'decimal', of: (row) => row.realized ?? undefined },
    cell: (row) => <ProfitLoss value={row.realized} currency={row.currency} />,
  },
  {
    id: 'pct',
    label: 'Percent',
    width: 84,
    rank: 2,
    sort: { by: 'decimal', of: (row) => row.realizedPct ?? undefined },
    cell: (row) => <Percent value={row.realizedPct} />,
  },
  {
    id: 'r',
    label: 'R',
    hint: 'Result in units of what was at risk at the start',
    width: 76,
    rank: 2,
    sort: { by: 'decimal', of: (row) => multipleOf(row) ?? undefined },
    cell: (row) => <Multiple value={multipleOf(row)} />,
  },
  {
    id: 'held',
    label: 'Held',
    width: 92,
    rank: 3,
    sort: { by: 'number', of: held },
    cell: (row) => durationOf(held(row)),
  },
  {
    id: 'reason',
    label: 'Why',
    width: 108,
    rank: 2,
    left: true,
    sort: { by: 'word', of: (row) => row.reason ?? undefined },
    cell: (row) =>
      row.reason === null ? (
        <span className="text-quiet">-</span>
      ) : (
        <PlainText text={row.reason.replaceAll('_', ' ')} />
      ),
  },
];

function feetOf(rows: readonly ClosedTrade[]): DataFoot[] {
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  return currencies.map((currency) => {
    const stats = tradeStats(rows.filter((row) => row.currency === currency));
    const flat = stats.trades - stats.winners - stats.losers - stats.missing;
    return {
      key: currency,
      cells: {
        closed: (
          <span className="whitespace-nowrap">
            {stats.trades} {currency} · {stats.winners} W {stats.losers} L
            {flat > 0 ? ` · ${flat} at zero` : ''}
            {stats.missing > 0 ? ` · ${stats.missing} without a result` : ''}
          </span>
        ),
        realized: <ProfitLoss value={stats.total} currency={currency} />,
      },
      sums: { realized: stats.total },
    };
  });
}

const TEXTS: ListTexts = {
  title: 'Closed trades',
  filter: 'Filter symbol, why, win, loss',
  none: 'No trade has ended',
  file: 'closed',
};

function Table({ reading, model }: { reading: Reading<ClosedModel>; model: ClosedModel }) {
  const filter = useFilter(model.rows, wordsOf);
  const { rows } = filter;
  const feet = useMemo(() => feetOf(rows), [rows]);
  const listed = model.rows.length;
  return (
    <ListPanel
      texts={TEXTS}
      reading={reading}
      filter={filter}
      columns={COLUMNS}
      start={START}
      feet={feet}
      testId="closed-row"
      nameOf={nameOf}
      csv={closedCsv}
      count={
        <span className="whitespace-nowrap">
          {rows.length === listed ? `${listed} trades` : `${rows.length} of ${listed}`}
          {model.total > listed ? `, newest of ${model.total}` : ''}
        </span>
      }
      source
    />
  );
}

/** What we saw ourselves: rows that were in the list of open positions and then were not. Their result is not known here. */
function Left({ left, reported }: { left: readonly LeftPosition[]; reported: ReadonlySet<string> }) {
  const rows = left.filter(({ position }) => position.id === null || !reported.has(position.id)).toReversed();
  if (rows.length === 0) return null;
  return (
    <Panel
      title="Left the list of open positions"
      className="max-h-56"
      aside={<span>seen by this app since it runs</span>}
    >
      <ScrollList label="Left the list of open positions" testId="left-list">
        {rows.map(({ position, missedAt }) => (
          <li
            key={`${position.key}-${missedAt}`}
            className="flex h-7 shrink-0 items-center justify-between gap-4 border-t border-line"
          >
            <span className="min-w-0 truncate">
              <span className="font-medium">{position.symbol ?? '-'}</span>{' '}
              <span className="text-quiet">
                {position.side === 'unknown' ? '' : position.side} <Amount value={position.quantity} />
              </span>
            </span>
            <span className="flex gap-4">
              <span className="text-quiet">
                gone <Age at={missedAt} />; result not reported; last seen at
              </span>
              <ProfitLoss value={position.unrealized} currency={position.currency} />
            </span>
          </li>
        ))}
      </ScrollList>
    </Panel>
  );
}

/** Trades that have ended: as the back end reports them, and what was seen leaving where it reports none. */
export function ClosedView(props: { closed: Reading<ClosedModel>; left: readonly LeftPosition[] }) {
  const { closed, left } = props;
  const model = shown(closed)?.value;
  const reported = useMemo(
    () => new Set(model?.rows.flatMap((row) => (row.id === null ? [] : [row.id]))),
    [model],
  );
  return (
    <>
      <UnknownNote reading={closed} what="Closed trades are" />
      {model === undefined ? (
        <Panel title="Closed trades" className="min-h-40 flex-1" flush>
          <NeverReceived reading={closed} what="Closed trades are" lines={8} flush>
            That is not the same as no trades. Positions that leave the list of open ones are noted below from
            now on, without their result.
          </NeverReceived>
        </Panel>
      ) : (
        <Table reading={closed} model={model} />
      )}
      <Left left={left} reported={reported} />
    </>
  );
}
