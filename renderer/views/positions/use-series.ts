import { useMemo, useSyncExternalStore } from 'react';
import type { PositionsHistory } from '../../../electron/contract/history.ts';
import type { PositionsModel, Reading } from '../../../electron/contract/models.ts';
import { useApp, useProfileName } from '../../api/app-context.tsx';
import type { FeedRules } from '../../api/history-feed.ts';
import { HistoryFeed } from '../../api/history-feed.ts';
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

/**
 * The P&L of each position over time, for its line: what was remembered, and every reading since. `seeded` changes when
 * what was remembered has arrived, since rows that do not change are not drawn again by themselves.
 */
export function useSeries(reading: Reading<PositionsModel>): { book: SeriesBook; seeded: unknown } {
  const book = useMemo(() => new SeriesBook(), []);
  const remembered = useRemembered();
  if (remembered !== null) book.remember(remembered.positions);
  // while rendering, so that a row drawn by this reading has this reading at its end; taking one twice counts once
  if (reading.state === 'known') book.take(reading.value.rows, reading.receivedAt);
  return { book, seeded: remembered };
}
