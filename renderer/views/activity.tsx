import { useApp, useUi } from '../api/app-context.tsx';
import { AuditTrail } from './activity/audit-trail.tsx';
import { Requests } from './activity/requests.tsx';

const TABS = [
  ['requests', 'Requests'],
  ['audit', 'Audit trail'],
] as const;

function Tabs() {
  const { ui } = useApp();
  const shown = useUi((s) => s.route.activity);
  return (
    <nav aria-label="Activity" className="flex gap-1">
      {TABS.map(([tab, label]) => (
        <button
          key={tab}
          type="button"
          aria-current={tab === shown ? 'page' : undefined}
          data-testid={`activity-${tab}`}
          onClick={() => ui.go({ activity: tab })}
          className="transition-quick flex h-7 items-center rounded-md px-3 text-quiet hover:bg-hover aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text"
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

/** Every request of every client and every action of yours: who, what, how it ended; and the trail that proves it. */
export function ActivityPage() {
  const shown = useUi((s) => s.route.activity);
  return (
    <div className="flex h-full flex-col gap-3 p-4">
      <Tabs />
      {shown === 'audit' ? <AuditTrail /> : <Requests />}
    </div>
  );
}
