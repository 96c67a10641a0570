import { useMirror, useProfile, useUi } from '../api/app-context.tsx';
import { GuardNotes } from '../parts/guard-notes.tsx';
import { NoProfile } from './no-profile.tsx';
import { PathPanel } from './overview/path-panel.tsx';
import { MoneyPanel } from './overview/money-panel.tsx';
import { PositionsPanel } from './overview/positions-panel.tsx';
import { RecentPanel } from './overview/recent-panel.tsx';
import { ServicesPanel } from './overview/services-panel.tsx';
import { TradingPanel } from './overview/trading-panel.tsx';
import { Onboarding } from './setup/onboarding.tsx';
import { SetupPanel, SetupReminder } from './setup/setup-panel.tsx';

/** Is it alive, is it trading, is it making money, is Claude connected: answered at a glance. */
export function Overview() {
  const name = useProfile((p) => p.profile.name);
  const onboarding = useMirror((s) => s.app?.app.onboarding ?? false);
  const setup = useMirror((s) => (s.app?.app.setup ? s.app.profiles[s.app.app.setup] : undefined));
  const hidden = useUi((s) => s.onboardingHidden);
  const adding = useUi((s) => s.adding !== null);
  // The first profile of the user's own ends the onboarding; its form stays until what it began is done.
  const welcome = (onboarding || adding) && !hidden && setup === undefined;
  const guided = setup !== undefined && !hidden;
  return (
    <div className="flex min-h-full flex-col gap-3 p-4">
      {welcome ? <Onboarding /> : null}
      {guided ? <SetupPanel key={setup.profile.name} state={setup} /> : null}
      {setup !== undefined && hidden ? <SetupReminder state={setup} /> : null}
      {guided ? null : name !== undefined ? <Live /> : welcome ? null : <NoProfile />}
    </div>
  );
}

function Live() {
  return (
    <>
      <GuardNotes />
      <PathPanel />
      <div className="grid min-h-72 flex-[3] grid-cols-[minmax(0,1fr)_minmax(264px,320px)] gap-3 roomy:max-h-176 roomy:flex-1 roomy:grid-cols-[minmax(0,1fr)_400px]">
        <MoneyPanel />
        <div className="flex min-w-0 flex-col gap-3">
          <PositionsPanel />
          <TradingPanel />
        </div>
      </div>
      <div className="grid min-h-46 flex-[2] grid-cols-2 gap-3 roomy:flex-1 roomy:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <ServicesPanel />
        <RecentPanel />
      </div>
    </>
  );
}
