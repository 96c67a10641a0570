import type { ReactNode } from 'react';
import type { Reading } from '../../../electron/contract/models.ts';
import type {
  NewsItem,
  NewsModel,
  RunsModel,
  ScanCandidate,
  ScanModel,
  TradingRun,
} from '../../../electron/contract/records.ts';
import type { DataColumn } from '../../parts/data-table.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { plainDecimal } from '../../parts/decimal.ts';
import { Amount, ProfitLoss } from '../../parts/money.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { NeverReceived, ReadingAge, shown, UnknownNote, useReadingStale } from '../../parts/reading-note.tsx';
import { ScrollList } from '../../parts/scroll-list.tsx';
import { Moment } from './moment.tsx';
import { Scroller } from './scroller.tsx';

const START = { id: 'rank', desc: false };

function score(
  id: 'score' | 'catalyst' | 'technical' | 'momentum',
  label: string,
  rank: number,
): DataColumn<ScanCandidate> {
  return {
    id,
    label,
    width: 88,
    rank,
    sort: { by: 'decimal', of: (row) => row[id] ?? undefined },
    cell: (row) => <Amount value={row[id]} least={2} most={3} />,
  };
}

const COLUMNS: readonly DataColumn<ScanCandidate>[] = [
  {
    id: 'rank',
    label: 'Rank',
    width: 72,
    rank: 1,
    sort: { by: 'number', of: (row) => row.rank ?? undefined },
    cell: (row) => row.rank ?? '-',
  },
  {
    id: 'symbol',
    label: 'Symbol',
    width: 84,
    rank: 0,
    left: true,
    sort: { by: 'word', of: (row) => row.symbol ?? undefined },
    cell: (row) => (
      <span className="font-medium">{row.symbol === null ? '-' : <PlainText text={row.symbol} />}</span>
    ),
  },
  {
    id: 'company',
    label: 'Company',
    width: 160,
    rank: 6,
    left: true,
    sort: { by: 'word', of: (row) => row.company ?? undefined },
    cell: (row) => (row.company === null ? '-' : <PlainText text={row.company} />),
  },
  {
    id: 'price',
    label: 'Price',
    width: 80,
    rank: 1,
    sort: { by: 'decimal', of: (row) => row.price ?? undefined },
    cell: (row) => <Amount value={row.price} least={2} />,
  },
  score('score', 'Score', 0),
  score('catalyst', 'Catalyst', 3),
  score('technical', 'Technical', 4),
  score('momentum', 'Momentum', 5),
  {
    id: 'volume',
    label: 'Volume',
    width: 100,
    rank: 2,
    sort: { by: 'decimal', of: (row) => row.volume ?? undefined },
    cell: (row) => <Amount value={row.volume} most={0} />,
  },
];

/** A list of the back end in a panel: unknown with its reason, empty in words, else drawn. */
function Listed<T extends { rows: readonly unknown[] }>(props: {
  title: string;
  what: string;
  none: string;
  reading: Reading<T>;
  className?: string;
  note?: ReactNode;
  children: (model: T, stale: boolean) => ReactNode;
}) {
  const { reading } = props;
  const model = shown(reading)?.value;
  const stale = useReadingStale(reading);
  return (
    <Panel
      title={props.title}
      aside={
        <>
          {props.note}
          <ReadingAge reading={reading} source />
        </>
      }
      flush
      className={`min-h-48 max-lg-nav:h-64 max-lg-nav:flex-none ${props.className ?? ''}`}
    >
      {model === undefined ? (
        <NeverReceived reading={reading} what={props.what} flush />
      ) : (
        <div className={`flex h-full min-h-0 flex-col ${stale ? 'stale' : ''}`}>
          <UnknownNote reading={reading} what={props.what} />
          <div className="min-h-0 flex-1">
            {model.rows.length === 0 ? <Empty title={props.none} /> : props.children(model, stale)}
          </div>
        </div>
      )}
    </Panel>
  );
}

function News({ item }: { item: NewsItem }) {
  return (
    <li className="border-t border-line px-4 py-1.5">
      <p className="line-clamp-2">
        {item.symbol === null ? null : (
          <span className="mr-2 font-medium">
            <PlainText text={item.symbol} />
          </span>
        )}
        <PlainText text={item.headline} />
      </p>
      <p className="flex gap-3 text-xs text-quiet">
        <Moment instant={item.publishedAt} />
        {item.publisher === null ? null : <PlainText text={item.publisher} />}
        {item.kind === null ? null : <PlainText text={item.kind.replaceAll('_', ' ')} />}
        {item.strength === null ? null : <PlainText text={item.strength} />}
        {item.sentiment === null ? null : <span>sentiment {plainDecimal(item.sentiment, 2, 2)}</span>}
      </p>
    </li>
  );
}

/** A count with its word; empty where the back end does not tell. */
function counted(count: number | null, one: string, many: string): string {
  return count === null ? '' : `${count} ${count === 1 ? one : many}`;
}

/** In columns, so that times and results of one run stand below those of another. */
function Run({ run, currency }: { run: TradingRun; currency: string | null }) {
  const words = [run.mode, run.status].filter((word) => word !== null).join(', ');
  return (
    <li className="flex h-7 items-center gap-3 border-t border-line px-4">
      <span className="w-36 shrink-0">
        <Moment instant={run.startedAt} />
      </span>
      <span className="min-w-0 flex-1 truncate" title={run.id ?? undefined}>
        <PlainText text={words.replaceAll('_', ' ')} />{' '}
        <span className="text-quiet">{run.id === null ? '' : <PlainText text={run.id} />}</span>
      </span>
      {run.candidates === null ? null : (
        <span className="text-right whitespace-nowrap text-quiet">
          {counted(run.candidates, 'candidate', 'candidates')}
        </span>
      )}
      <span className="w-16 text-right whitespace-nowrap text-quiet">
        {counted(run.trades, 'trade', 'trades')}
      </span>
      {run.pnl === null || currency === null ? null : (
        <span className="w-22 text-right">
          <ProfitLoss value={run.pnl} currency={currency} />
        </span>
      )}
    </li>
  );
}

function Runs(props: { title: string; what: string; reading: Reading<RunsModel>; currency: string }) {
  return (
    <Listed
      title={props.title}
      what={props.what}
      none="None yet"
      reading={props.reading}
      className="h-64 flex-1"
    >
      {(model) => (
        <ScrollList label={props.title}>
          {model.rows.map((run) => (
            <Run key={run.key} run={run} currency={props.currency} />
          ))}
        </ScrollList>
      )}
    </Listed>
  );
}

/** What the back end sees in the market, and what it ran. */
export function MarketView(props: {
  scan: Reading<ScanModel>;
  news: Reading<NewsModel>;
  cycles: Reading<RunsModel>;
  runs: Reading<RunsModel>;
  currency: string;
}) {
  return (
    <>
      <div className="flex min-h-80 flex-1 gap-3 max-lg-nav:min-h-auto max-lg-nav:flex-col">
        <Listed
          title="Last scan"
          what="The scan is"
          none="The scan found nothing"
          reading={props.scan}
          className="min-w-0 flex-3"
          note={
            <span className="flex gap-1 whitespace-nowrap">
              of <Moment instant={shown(props.scan)?.value.scannedAt ?? null} />
            </span>
          }
        >
          {(model, stale) => (
            <Scroller>
              {(scroller) => (
                <DataTable
                  scroller={scroller}
                  columns={COLUMNS}
                  rows={model.rows}
                  start={START}
                  selected={null}
                  stale={stale}
                  testId="scan-row"
                  nameOf={(row) => row.symbol ?? ''}
                />
              )}
            </Scroller>
          )}
        </Listed>
        <Listed title="News" what="News are" none="No news" reading={props.news} className="min-w-0 flex-2">
          {(model) => (
            <ScrollList label="News" testId="news-list">
              {model.rows.map((item) => (
                <News key={item.key} item={item} />
              ))}
            </ScrollList>
          )}
        </Listed>
      </div>
      <div className="flex gap-3 max-lg-nav:flex-col">
        <Runs
          title="Cycles of the orchestrator"
          what="Cycles are"
          reading={props.cycles}
          currency={props.currency}
        />
        <Runs title="Runs of the workflow" what="Runs are" reading={props.runs} currency={props.currency} />
      </div>
    </>
  );
}
