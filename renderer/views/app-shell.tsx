import { Suspense, useEffect } from 'react';
import { useApp, useFromNow, useMirror, useProfile, useProfileName, useUi } from '../api/app-context.tsx';
import { useNoticeWatch } from '../api/notice-watch.ts';
import { presentLink } from '../../electron/contract/present.ts';
import { ConsentHere } from '../parts/consent-dialog.tsx';
import { CloseEverything } from '../parts/close-everything.tsx';
import { Header } from '../parts/header.tsx';
import { Help } from '../parts/help.tsx';
import { useKeys } from '../parts/keys.ts';
import { LostBanner } from '../parts/banner.tsx';
import { NoticeList } from '../parts/notice-bell.tsx';
import { PAGE_WORDS } from '../parts/pages.ts';
import { Palette } from './palette/palette.tsx';
import { Waiting } from '../parts/panel.tsx';
import { Sidebar } from '../parts/sidebar.tsx';
import { StopPanel, StopStrip } from '../parts/stop-report.tsx';
import { Toasts } from '../parts/toasts.tsx';
import { VIEWS } from './pages.tsx';
import { SignedOut } from './signed-out.tsx';
import { useTheme } from './use-theme.ts';

/** The tab tells the state too: what waits, the link's word, the page. */
function useTitle(): void {
  const page = useUi((s) => s.route.page);
  const name = useProfileName();
  const asked = useMirror((s) => s.app?.consents.length ?? 0);
  const lost = useMirror((s) => s.connection !== 'open');
  const link = useProfile((p) => p.link);
  const word = useFromNow((now) => (lost || link === undefined ? 'No answer' : presentLink(link, now).label));
  useEffect(() => {
    const state = asked > 0 ? `(${asked}) Consent needed` : word;
    document.title = `${state} · ${name ?? 'no profile'} · ${PAGE_WORDS[page].label} · Catalyst Companion`;
  }, [page, name, asked, word]);
}

/** State changes of the link, in words, for those who do not see them. */
function StateAnnouncer() {
  const name = useProfileName();
  const link = useProfile((p) => p.link);
  const lost = useMirror((s) => s.connection !== 'open');
  const word = useFromNow((now) =>
    lost ? 'Unknown' : link === undefined ? '' : presentLink(link, now).label,
  );
  return (
    <p className="sr-only" aria-live="polite">
      {name === null ? '' : `Link of ${name}: ${word}`}
    </p>
  );
}

/** The first stop of the Tab key: past profiles and pages. */
function SkipLink() {
  return (
    <button
      type="button"
      className="sr-only fixed top-2 left-2 z-60 rounded-md bg-accent-fill font-medium text-on-fill focus:not-sr-only focus:fixed focus:h-7 focus:px-3"
      onClick={() => document.querySelector<HTMLElement>('#page')?.focus()}
    >
      Skip to the page
    </button>
  );
}

function Content() {
  const page = useUi((s) => s.route.page);
  const ready = useMirror((s) => s.app !== null);
  const View = VIEWS[page];
  return (
    <main
      id="page"
      // it scrolls, so keys must reach it
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="fades min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      aria-label={PAGE_WORDS[page].label}
      data-testid={`page-${page}`}
    >
      {ready ? (
        <Suspense fallback={null}>
          <View />
        </Suspense>
      ) : (
        <div className="max-w-xl p-6">
          <Waiting lines={5} label="Waiting for the app's first answer…" />
        </div>
      )}
    </main>
  );
}

export function AppShell() {
  useTheme();
  useKeys();
  useTitle();
  useNoticeWatch();
  const { mirror } = useApp();
  const connection = useMirror((s) => s.connection);
  useEffect(() => {
    const retry = () => mirror.retryNow();
    window.addEventListener('online', retry);
    window.addEventListener('focus', retry);
    return () => {
      window.removeEventListener('online', retry);
      window.removeEventListener('focus', retry);
    };
  }, [mirror]);
  if (connection === 'signed-out') return <SignedOut />;
  return (
    <div className="flex h-full" data-lost={connection === 'lost' ? '' : undefined}>
      <SkipLink />
      <Sidebar />
      <div className="flex min-w-0 flex-1 flex-col">
        <Header />
        <LostBanner />
        <StopStrip />
        <Content />
      </div>
      <StateAnnouncer />
      <StopPanel />
      <CloseEverything />
      <ConsentHere />
      <Palette />
      <Help />
      <NoticeList />
      <Toasts />
    </div>
  );
}
