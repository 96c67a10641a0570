import type { LucideIcon } from 'lucide-react';
import { Activity, CandlestickChart, HeartPulse, LayoutDashboard, Plug, ScrollText } from 'lucide-react';
import type { Page, Section } from '../api/ui-store.ts';

export const PAGE_WORDS: Record<Page, { label: string; icon: LucideIcon; key: string }> = {
  overview: { label: 'Overview', icon: LayoutDashboard, key: '1' },
  services: { label: 'Services', icon: HeartPulse, key: '2' },
  positions: { label: 'Positions', icon: CandlestickChart, key: '3' },
  logs: { label: 'Logs', icon: ScrollText, key: '4' },
  activity: { label: 'Activity', icon: Activity, key: '5' },
  connections: { label: 'Connections', icon: Plug, key: '6' },
};

export const SECTION_WORDS: Record<Section, string> = {
  link: 'Link and secrets',
  clients: 'Clients',
  tools: 'Tools',
  add: 'Add a connection',
};
