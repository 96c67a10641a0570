import type { App } from '../../api/app-context.tsx';
import type { Entry, Route } from '../../api/ui-store.ts';
import { PAGES, SECTIONS } from '../../api/ui-store.ts';
import { PAGE_WORDS, SECTION_WORDS } from '../../parts/pages.ts';

const POSITIONS = {
  open: 'Open positions',
  closed: 'Closed trades',
  performance: 'Performance',
  market: 'Market: scan, news and cycles',
} as const;

/** Every page and every part of one that has a name. */
export function goEntries({ ui }: App): Entry[] {
  const to = (label: string, group: string, route: Partial<Route>): Entry => ({
    label,
    group,
    run: () => ui.go(route),
  });
  const tabs = Object.keys(POSITIONS) as (keyof typeof POSITIONS)[];
  return [
    ...PAGES.map((page) => ({
      ...to(PAGE_WORDS[page].label, 'Go to', { page }),
      keys: PAGE_WORDS[page].key,
    })),
    ...tabs.map((positions) => to(POSITIONS[positions], 'Positions', { page: 'positions', positions })),
    to('Requests', 'Activity', { page: 'activity', activity: 'requests' }),
    to('Audit trail', 'Activity', { page: 'activity', activity: 'audit' }),
    ...SECTIONS.map((section) => to(SECTION_WORDS[section], 'Connections', { page: 'connections', section })),
  ];
}
