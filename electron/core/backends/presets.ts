import type { Downtime, PresetName, Profile, ServiceConfig } from '../../contract/profile.ts';

/**
 * One place to read a model from, tried in order (design 8b). A resource is matched by the tail of its URI, a
 * tool by its exact name; `{cycle_id}` in a REST path is the active cycle's.
 */
export type SourceStep =
  | { kind: 'mcp-resource'; tail: string }
  | { kind: 'mcp-tool'; tool: string }
  | { kind: 'rest'; service: string; path: string };

/** The models that are read through sources. */
export type ModelName = 'reported' | 'positions' | 'pnl' | 'workflow' | 'cycle';
/** The models that are read slowly, beside the state of the moment. */
export type RecordName = 'closed' | 'orders' | 'performance' | 'day' | 'scan' | 'news' | 'cycles' | 'runs';

export interface Preset {
  mcpUrl: string;
  services: readonly ServiceConfig[];
  dir: string;
  /** How zone-less times are read. */
  assumedZone: string;
  currency: string;
  sources: Readonly<Record<ModelName, readonly SourceStep[]>>;
  /** A record without a source is unknown, and says that this back end offers none. */
  records: Readonly<Partial<Record<RecordName, readonly SourceStep[]>>>;
}

const resource = (tail: string): SourceStep => ({ kind: 'mcp-resource', tail });
const tool = (name: string): SourceStep => ({ kind: 'mcp-tool', tool: name });
const rest = (service: string, path: string): SourceStep => ({ kind: 'rest', service, path });

/** Ports of docker-compose.yml v5.2.0 (facts 1.1). Other compose files differ, so a profile may say otherwise. */
const CATALYST_PORTS = {
  orchestration: 5000,
  scanner: 5001,
  pattern: 5002,
  technical: 5003,
  'risk-manager': 5004,
  trading: 5005,
  workflow: 5006,
  news: 5008,
  reporting: 5009,
} as const;

const STOCKPULSE_PORTS = {
  registry: 8001,
  auth: 8002,
  postgres: 8003,
  timescale: 8004,
  redis: 8005,
  graphiti: 8006,
  qdrant: 8007,
} as const;

function onLoopback(ports: Readonly<Record<string, number>>): ServiceConfig[] {
  return Object.entries(ports).map(([name, port]) => ({ name, url: `http://127.0.0.1:${port}` }));
}

/** Every generation of the Catalyst surface, newest first; what a server does not list is passed over. */
const CATALYST_SOURCES: Preset['sources'] = {
  reported: [
    resource('system/health'),
    resource('system_health'),
    resource('health/services'),
    tool('get_service_status'),
  ],
  positions: [
    resource('positions/open'),
    resource('positions/active'),
    resource('positions_active'),
    tool('get_trading_positions'),
    tool('get_position_health'),
    rest('trading', '/api/v1/positions/active'),
    rest('trading', '/api/v1/positions/active?cycle_id={cycle_id}'),
    rest('trading', '/positions'),
  ],
  pnl: [
    resource('portfolio/risk/metrics'),
    tool('get_risk_metrics'),
    tool('get_portfolio'),
    rest('risk-manager', '/api/v1/metrics/{cycle_id}'),
    rest('trading', '/api/v1/portfolio/summary'),
  ],
  workflow: [
    resource('workflow/status'),
    rest('workflow', '/api/v1/workflow/status'),
    rest('workflow', '/health'),
  ],
  cycle: [
    resource('trading-cycle/current'),
    resource('trading_cycle_current'),
    resource('cycle/current'),
    rest('trading', '/api/v1/cycles/active'),
    rest('orchestration', '/current_cycle'),
  ],
};

/**
 * Names of all generations, as `CATALYST_SOURCES`; the REST paths are those that the newest services have. Reports of
 * one cycle answer 503 or 422 on the v5 schema (facts 1.4) and are asked all the same: later versions may mend that.
 */
const CATALYST_RECORDS: Preset['records'] = {
  closed: [resource('positions/history'), resource('positions/closed')],
  orders: [resource('orders/recent'), rest('trading', '/orders')],
  performance: [
    resource('trading-cycle/performance'),
    resource('trading_cycle_performance'),
    resource('analytics/performance'),
    rest('reporting', '/api/v1/reports/performance?cycle_id={cycle_id}'),
    rest('trading', '/performance?period=today'),
  ],
  day: [
    resource('analytics/daily-summary'),
    resource('performance/daily'),
    rest('reporting', '/api/v1/reports/daily?cycle_id={cycle_id}'),
  ],
  scan: [
    resource('market-scan/latest'),
    resource('market_scan_latest'),
    resource('market-scan/candidates'),
    resource('market-scan/candidates/active'),
    resource('market/scan/latest'),
    rest('scanner', '/api/v1/candidates'),
  ],
  news: [
    resource('news/latest'),
    resource('news_latest'),
    resource('news/catalysts'),
    resource('market/news/catalysts'),
    rest('news', '/api/v1/catalysts'),
  ],
  cycles: [
    resource('trading-cycle/history'),
    resource('cycle/history'),
    rest('trading', '/api/v1/cycles/active'),
  ],
  runs: [rest('workflow', '/api/v1/workflow/history?limit=50')],
};

/** As `COMMON_SOURCES`: resources that name themselves. */
const COMMON_RECORDS: Preset['records'] = {
  closed: [resource('positions/history')],
  performance: [resource('analytics/performance')],
  scan: [resource('market-scan/latest')],
  news: [resource('news/latest')],
};

/**
 * A server we know nothing of: resources that name themselves as we know them. No tools: our table does not say
 * what they do there, and the app itself asks without consent.
 */
const COMMON_SOURCES: Preset['sources'] = {
  reported: [resource('system/health')],
  positions: [resource('positions/open'), resource('positions/active')],
  pnl: [resource('portfolio/risk/metrics')],
  workflow: [],
  cycle: [resource('trading-cycle/current')],
};

const NO_SOURCES: Preset['sources'] = { reported: [], positions: [], pnl: [], workflow: [], cycle: [] };

const plain = { dir: '~', assumedZone: 'UTC', currency: 'USD' } as const;

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  catalyst: {
    ...plain,
    mcpUrl: 'http://127.0.0.1:5000/mcp',
    services: onLoopback(CATALYST_PORTS),
    dir: '~/catalyst-trading-mcp',
    sources: CATALYST_SOURCES,
    records: CATALYST_RECORDS,
  },
  stockspark: {
    ...plain,
    mcpUrl: 'http://127.0.0.1:3000/mcp',
    services: [],
    currency: 'EUR',
    sources: NO_SOURCES,
    records: {},
  },
  stockpulse: {
    ...plain,
    mcpUrl: 'http://127.0.0.1:8000/mcp',
    services: onLoopback(STOCKPULSE_PORTS),
    dir: '~/StockPulse',
    sources: { ...NO_SOURCES, reported: [rest('registry', '/servers')] },
    records: {},
  },
  kubernetes: {
    ...plain,
    mcpUrl: 'http://127.0.0.1:3000/sse',
    services: [],
    sources: COMMON_SOURCES,
    records: COMMON_RECORDS,
  },
  generic: {
    ...plain,
    mcpUrl: 'http://127.0.0.1:8000/mcp',
    services: [],
    sources: COMMON_SOURCES,
    records: COMMON_RECORDS,
  },
};

/**
 * Catalyst's cron stops everything from 09:00 to 21:00 Perth time and at the weekend: 0 9 on Tuesday to Saturday
 * stops, 0 21 on Monday to Friday starts (facts 1.7). A user sets it as a profile's `downtime`; it is no default,
 * since a droplet whose cron was never installed runs all day.
 */
export const CATALYST_DOWNTIME: Downtime = {
  zone: 'Australia/Perth',
  windows: [
    { days: [1, 2, 3, 4, 5], from: '09:00', to: '21:00' },
    { days: [6], from: '09:00', to: '24:00' },
    { days: [0], from: '00:00', to: '24:00' },
    { days: [1], from: '00:00', to: '09:00' },
  ],
};

/** What `profile add` starts from; links are the user's. */
export function presetProfile(name: string, preset: PresetName): Omit<Profile, 'links' | 'environment'> {
  const { mcpUrl, services, dir, assumedZone, currency } = PRESETS[preset];
  return {
    name,
    preset,
    mcpUrl,
    services: services.map((service) => ({ ...service })),
    dir,
    assumedZone,
    currency,
    wanted: false,
  };
}
