import { Plus } from 'lucide-react';
import { useApp, useFromNow, useMirror, useProfile, useProfileName, useUi } from '../api/app-context.tsx';
import type { Page } from '../api/ui-store.ts';
import { PAGES } from '../api/ui-store.ts';
import { presentLink } from '../../electron/contract/present.ts';
import type { Tone } from '../../electron/contract/present.ts';
import { EnvironmentBadge } from './environment-badge.tsx';
import { PAGE_WAITING, PAGE_WORDS, SETUP_PAGES } from './pages.ts';
import { StateMark } from './state-mark.tsx';

const ITEM =
  'transition-quick flex h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover aria-[current]:bg-selected aria-[current]:font-medium max-lg-nav:justify-center max-lg-nav:px-0';

function ProfileItem({ name, current }: { name: string; current: boolean }) {
  const { ui } = useApp();
  const profile = useMirror((s) => s.app?.profiles[name]);
  const lost = useMirror((s) => s.connection !== 'open');
  const tone = useFromNow<Tone>((now) =>
    profile === undefined || lost ? 'unknown' : presentLink(profile.link, now).tone,
  );
  const label = useFromNow((now) =>
    profile === undefined || lost ? 'Unknown' : presentLink(profile.link, now).label,
  );
  if (profile === undefined) return null;
  return (
    <button
      type="button"
      aria-current={current ? 'true' : undefined}
      title={`${name}: ${label}`}
      data-testid={`profile-${name}`}
      className={ITEM}
      onClick={() => ui.go({ profile: name })}
    >
      <StateMark tone={tone} />
      <span className="min-w-0 flex-1 truncate max-lg-nav:sr-only">{name}</span>
      <span className="max-lg-nav:sr-only">
        <EnvironmentBadge environment={profile.profile.environment} small />
      </span>
      <span className="sr-only">{label}</span>
    </button>
  );
}

/** What waits on a page for a person; null shows nothing. */
function useWaiting(page: Page): number | null {
  const count = useProfile((p) => PAGE_WAITING[page]?.(p) ?? 0) ?? 0;
  return count === 0 ? null : count;
}

function PageItem({ page }: { page: Page }) {
  const { ui } = useApp();
  const current = useUi((s) => s.route.page === page);
  const waiting = useWaiting(page);
  const { label, icon: Icon, key } = PAGE_WORDS[page];
  return (
    <button
      type="button"
      aria-current={current ? 'page' : undefined}
      title={`${label} (${key})`}
      data-testid={`nav-${page}`}
      className={`${ITEM} relative`}
      onClick={() => ui.go({ page })}
    >
      <Icon size={16} aria-hidden className="shrink-0 text-quiet" />
      <span className="min-w-0 flex-1 truncate max-lg-nav:sr-only">{label}</span>
      {waiting === null ? null : (
        <span className="rounded-sm bg-attention-soft px-1.5 text-xs font-semibold text-attention max-lg-nav:absolute max-lg-nav:top-0 max-lg-nav:right-0 max-lg-nav:px-1">
          {waiting}
          <span className="sr-only"> need attention</span>
        </span>
      )}
    </button>
  );
}

function Foot() {
  const version = useMirror((s) => s.app?.app.version);
  return (
    <footer className="px-2 text-xs text-quiet max-lg-nav:hidden">
      <p>Catalyst Companion {version}</p>
    </footer>
  );
}

const NONE: readonly string[] = [];

/** Profiles above, pages below; icons only in narrow windows. */
export function Sidebar() {
  const { ui } = useApp();
  const order = useMirror((s) => s.app?.order ?? NONE);
  const current = useProfileName();
  return (
    <nav
      aria-label="Main"
      className="flex w-52 shrink-0 flex-col gap-3 overflow-y-auto border-r border-line p-2 max-lg-nav:w-12"
    >
      <section aria-label="Profiles">
        <h2 className="flex h-8 items-center justify-between px-2 text-xs font-medium text-quiet max-lg-nav:hidden">
          Profiles
        </h2>
        <div className="fades flex flex-col gap-0.5">
          {order.map((name) => (
            <ProfileItem key={name} name={name} current={name === current} />
          ))}
        </div>
        <button
          type="button"
          title="Add a connection"
          className={`${ITEM} text-quiet`}
          onClick={() => ui.go({ page: 'connections', section: 'add' })}
        >
          <Plus size={14} aria-hidden className="shrink-0" />
          <span className="max-lg-nav:sr-only">Add a connection</span>
        </button>
      </section>
      <section aria-label="Pages" className="flex flex-col gap-0.5 border-t border-line pt-3">
        {PAGES.filter((page) => !SETUP_PAGES.has(page)).map((page) => (
          <PageItem key={page} page={page} />
        ))}
      </section>
      <section aria-label="Setup" className="flex flex-col gap-0.5 border-t border-line pt-3">
        {PAGES.filter((page) => SETUP_PAGES.has(page)).map((page) => (
          <PageItem key={page} page={page} />
        ))}
      </section>
      <span className="flex-1" />
      <Foot />
    </nav>
  );
}
