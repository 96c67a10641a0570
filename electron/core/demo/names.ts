/** The eight REST services of a Catalyst droplet, by the names used everywhere in the product. */
export const SERVICE_NAMES = [
  'scanner',
  'pattern',
  'technical',
  'risk-manager',
  'trading',
  'workflow',
  'news',
  'reporting',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** The tools of the orchestrator, v6.0.3. */
export const TOOL_NAMES = [
  'start_trading_cycle',
  'stop_trading',
  'analyze_symbol',
  'get_risk_metrics',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** What writes log lines: the compose services that run Python. */
export const LOG_SOURCES = ['orchestration', ...SERVICE_NAMES] as const;
export type LogSource = (typeof LOG_SOURCES)[number];

/** The newest versions found in public; each /health says them. */
export const VERSIONS: Record<LogSource, string> = {
  orchestration: '6.0.3',
  scanner: '5.5.0',
  pattern: '5.2.0',
  technical: '5.3.2',
  'risk-manager': '5.0.0',
  trading: '5.1.2',
  workflow: '1.0.1',
  news: '5.4.0',
  reporting: '5.1.0',
};

export const containerName = (source: LogSource | 'redis'): string => `catalyst-${source}`;

/** Where docker-compose runs on a Catalyst droplet. */
export const COMPOSE_DIR = '~/catalyst-trading-mcp';

export const DEMO_USER = 'demo';
