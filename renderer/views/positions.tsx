import { useApp, useProfile, useUi } from '../api/app-context.tsx';
import type { Route } from '../api/ui-store.ts';
import { NoProfile } from './no-profile.tsx';
import { ClosedView } from './positions/closed-view.tsx';
import { MarketView } from './positions/market-view.tsx';
import { OpenView } from './positions/open-view.tsx';
import { PerformanceView } from './positions/performance-view.tsx';

const TABS: readonly (readonly [Route['positions'], string])[] = [
  ['open', 'Open'],
  ['closed', 'Closed trades'],
  ['performance', 'Performance'],
  ['market', 'Market'],
];

function Tabs() {
  const { ui } = useApp();
  const shown = useUi((s) => s.route.positions);
  return (
    <nav aria-label="Positions" className="flex gap-1">
      {TABS.map(([tab, label]) => (
        <button
          key={tab}
          type="button"
          aria-current={tab === shown ? 'page' : undefined}
          data-testid={`positions-${tab}`}
          onClick={() => ui.go({ positions: tab })}
          className="transition-quick flex h-7 items-center rounded-md px-3 text-quiet hover:bg-hover aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text"
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

function View() {
  const shown = useUi((s) => s.route.positions);
  const positions = useProfile((p) => p.trading.positions);
  const pnl = useProfile((p) => p.trading.pnl);
  const records = useProfile((p) => p.records);
  const currency = useProfile((p) => p.profile.currency);
  if (!positions || !pnl || !records || currency === undefined) return null;
  switch (shown) {
    case 'open':
      return <OpenView reading={positions} pnl={pnl} />;
    case 'closed':
      return <ClosedView closed={records.closed} left={records.left} />;
    case 'performance':
      return <PerformanceView closed={records.closed} performance={records.performance} day={records.day} />;
    case 'market':
      return (
        <MarketView
          scan={records.scan}
          news={records.news}
          cycles={records.cycles}
          runs={records.runs}
          currency={currency}
        />
      );
    default:
      return shown satisfies never;
  }
}

/** What is held, what it came to, and what the back end sees in the market. */
export function Positions() {
  const name = useProfile((p) => p.profile.name);
  if (name === undefined) return <NoProfile />;
  return (
    <div key={name} className="flex h-full flex-col gap-3 p-4">
      <Tabs />
      <View />
    </div>
  );
}
