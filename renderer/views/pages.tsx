import { lazy } from 'react';
import type { ComponentType, LazyExoticComponent } from 'react';
import type { Page } from '../api/ui-store.ts';

/** The view of each page, loaded when it is first shown. */
export const VIEWS: Record<Page, LazyExoticComponent<ComponentType>> = {
  overview: lazy(async () => ({ default: (await import('./overview.tsx')).Overview })),
  services: lazy(async () => ({ default: (await import('./services.tsx')).Services })),
  positions: lazy(async () => ({ default: (await import('./positions.tsx')).Positions })),
  logs: lazy(async () => ({ default: (await import('./logs.tsx')).Logs })),
  activity: lazy(async () => ({ default: (await import('./activity.tsx')).ActivityPage })),
  tools: lazy(async () => ({ default: (await import('./tools.tsx')).Tools })),
  connections: lazy(async () => ({ default: (await import('./connections.tsx')).Connections })),
  clients: lazy(async () => ({ default: (await import('./clients.tsx')).Clients })),
  doctor: lazy(async () => ({ default: (await import('./doctor.tsx')).Doctor })),
  settings: lazy(async () => ({ default: (await import('./settings.tsx')).Settings })),
};
