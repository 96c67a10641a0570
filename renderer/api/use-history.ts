import { useMemo, useSyncExternalStore } from 'react';
import type {
  HistorySpan,
  MoneyHistory,
  MoneyMetric,
  PositionsHistory,
  ServicesHistory,
} from '../../electron/contract/history.ts';
import { useApp, useProfileName } from './app-context.tsx';
import type { FeedRules, Remembered } from './history-feed.ts';
import { HistoryFeed } from './history-feed.ts';
import { extendMoney, extendPositions, extendServices } from './history-tail.ts';

/** An answer of history that goes on by itself. `rules` must stay the same object while the question is the same. */
function useFeed<T>(rules: FeedRules<T>): Remembered<T> & { again: () => void } {
  const { mirror } = useApp();
  const feed = useMemo(() => new HistoryFeed(mirror, rules), [mirror, rules]);
  const held = useSyncExternalStore(feed.subscribe, feed.current);
  return { ...held, again: feed.again };
}

/** Figures of the profile on screen over a span; at most `points` of each metric and currency. Keep `metrics` the same array. */
export function useMoneyHistory(metrics: readonly MoneyMetric[], span: HistorySpan, points = 600) {
  const profile = useProfileName() ?? '';
  const rules = useMemo(
    (): FeedRules<MoneyHistory> => ({
      ask: (client) => client.history.money({ profile, metrics: [...metrics], span, points }),
      news: (app) => app.profiles[profile]?.history.money,
      take: (value, app) => extendMoney(value, app.profiles[profile]?.history.money ?? [], metrics, span),
    }),
    [profile, metrics, span, points],
  );
  return useFeed(rules);
}

/**
 * Positions of the profile on screen over a span with at most `points` prices each, those that are gone too; only `keys`
 * where they are given (keep them the same array).
 * @public
 */
export function usePositionsHistory(span: HistorySpan, points: number, keys?: readonly string[]) {
  const profile = useProfileName() ?? '';
  const rules = useMemo((): FeedRules<PositionsHistory> => {
    const only = keys && new Set(keys);
    return {
      ask: (client) => client.history.positions({ profile, span, points, ...(keys && { keys: [...keys] }) }),
      news: (app) => app.profiles[profile]?.trading.positions,
      take(value, app) {
        const reading = app.profiles[profile]?.trading.positions;
        if (reading?.state !== 'known') return value;
        return extendPositions(value, reading.value.rows, reading.receivedAt, span, only);
      },
    };
  }, [profile, span, points, keys]);
  return useFeed(rules);
}

/** Services and link of the profile on screen over a span, in so many bars. */
export function useServicesHistory(span: HistorySpan, bars: number) {
  const profile = useProfileName() ?? '';
  const rules = useMemo(
    (): FeedRules<ServicesHistory> => ({
      ask: (client) => client.history.services({ profile, span, bars }),
      news: (app) => app.profiles[profile]?.health,
      take(value, app) {
        const state = app.profiles[profile];
        return state === undefined ? value : extendServices(value, state);
      },
    }),
    [profile, span, bars],
  );
  return useFeed(rules);
}
