import type { LucideIcon } from 'lucide-react';
import {
  Activity,
  AppWindow,
  CandlestickChart,
  HeartPulse,
  LayoutDashboard,
  Plug,
  ScrollText,
  Settings,
  Stethoscope,
  Wrench,
} from 'lucide-react';
import type { ProfileState } from '../../electron/contract/state.ts';
import type { Page, Section } from '../api/ui-store.ts';

export const PAGE_WORDS: Record<Page, { label: string; icon: LucideIcon; key: string }> = {
  overview: { label: 'Overview', icon: LayoutDashboard, key: '1' },
  services: { label: 'Services', icon: HeartPulse, key: '2' },
  positions: { label: 'Positions', icon: CandlestickChart, key: '3' },
  logs: { label: 'Logs', icon: ScrollText, key: '4' },
  activity: { label: 'Activity', icon: Activity, key: '5' },
  tools: { label: 'Tools', icon: Wrench, key: '6' },
  connections: { label: 'Connections', icon: Plug, key: '7' },
  clients: { label: 'Clients', icon: AppWindow, key: '8' },
  doctor: { label: 'Doctor', icon: Stethoscope, key: '9' },
  settings: { label: 'Settings', icon: Settings, key: ',' },
};

/** Pages of the setup, below a line: they are looked at seldom. */
export const SETUP_PAGES: ReadonlySet<Page> = new Set<Page>(['connections', 'clients', 'doctor', 'settings']);

/** What waits on a page for a person, in the profile on screen; pages without an entry never show a count. */
export const PAGE_WAITING: Partial<Record<Page, (profile: ProfileState) => number>> = {
  services: ({ health }) =>
    health.services.filter((s) => s.verdict === 'down' || s.verdict === 'degraded').length,
  tools: ({ catalogue }) =>
    catalogue.tools.filter((tool) => tool.status === 'new' || tool.status === 'changed').length,
  connections: ({ link }) => (link.state === 'blocked' ? 1 : 0),
};

export const SECTION_WORDS: Record<Section, string> = {
  link: 'Link and secrets',
  add: 'Add a connection',
};
