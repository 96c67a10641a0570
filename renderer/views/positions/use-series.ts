import { useMemo, useSyncExternalStore } from 'react';
import type { PositionPoint, PositionsHistory } from '../../../electron/contract/history.ts';
import type { PositionsModel, Reading } from '../../../electron/contract/models.ts';
import { useApp, useProfileName } from '../../api/app-context.tsx';
import type { FeedRules } from '../../api/history-feed.ts';
import { HistoryFeed } from '../../api/history-feed.ts';
import type { SparkPoint } from '../../parts/spark-path.ts';
import { SeriesBook } from './series-book.ts';

const POINTS = 120;

/** What was remembered of the last day, asked once: what comes after is added by the book itself. */
function useRemembered(): PositionsHistory | null {
  const { mirror } = useApp();
  const profile = useProfileName() ?? '';
  const feed = useMemo(() => {
    const rules: FeedRules<PositionsHistory> = {
      ask: (client) => client.history.positions({ profile, span: '1d', points: POINTS }),
      news: () => null,
      take: (value) => value,
    };
    return new HistoryFeed(mirror, rules);
  }, [mirror, profile]);
  const held = useSyncExternalStore(feed.subscribe, feed.current);
  return held.state === 'known' ? held.value : null;
}

function lineOf(points: readonly PositionPoint[]): SparkPoint[] {
  return points.flatMap(([at, , unrealized]): SparkPoint[] =>
    unrealized === null ? [] : [[at, Number(unrealized)]],
  );
}

/**
 * The P&L of each position over time, for its line: what was remembered, and every reading since. `seeded` changes when
 * what was remembered has arrived, since rows that do not change are not drawn again by themselves.
 */
export function useSeries(reading: Reading<PositionsModel>): { book: SeriesBook; seeded: unknown } {
  const book = useMemo(() => new SeriesBook(), []);
  const remembered = useRemembered();
  // while rendering, as below: seeding the same twice changes nothing
  useMemo(() => {
    for (const { key, points } of remembered?.positions ?? []) book.seed(key, lineOf(points));
  }, [book, remembered]);
  // while rendering, so that a row drawn by this reading has this reading at its end; taking one twice counts once
  if (reading.state === 'known') book.take(reading.value.rows, reading.receivedAt);
  return { book, seeded: remembered };
}
