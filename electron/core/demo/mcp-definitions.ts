import type { Resource, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { ToolName } from './names.ts';

/** The orchestrator's surface as v6.0.3 lists it: no annotations, every result a free object, text/plain resources. */

interface Parameter {
  type: 'string' | 'integer' | 'number' | 'boolean';
  default?: string | number | boolean;
  /** Checked in the tool's body there, so not part of the schema. */
  range?: [number, number];
  oneOf?: readonly string[];
}

interface Definition {
  title: string;
  description: string;
  parameters: Record<string, Parameter>;
}

const MODES = ['conservative', 'normal', 'aggressive'] as const;

const TOOLS: Record<ToolName, Definition> = {
  start_trading_cycle: {
    title: 'Start Trading Cycle',
    description:
      'Start a new trading cycle.\n\nArgs:\n    mode: conservative, normal or aggressive\n    scan_frequency: seconds between scans (60-3600)\n    max_positions: most positions at a time (1-10)\n    risk_level: risk level (0.0-1.0)',
    parameters: {
      mode: { type: 'string', default: 'normal', oneOf: MODES },
      scan_frequency: { type: 'integer', default: 300, range: [60, 3600] },
      max_positions: { type: 'integer', default: 5, range: [1, 10] },
      risk_level: { type: 'number', default: 0.5, range: [0, 1] },
    },
  },
  stop_trading: {
    title: 'Stop Trading',
    description:
      'Stop the current trading cycle.\n\nArgs:\n    close_positions: also close all open positions\n    reason: why it is stopped',
    parameters: {
      close_positions: { type: 'boolean', default: false },
      reason: { type: 'string', default: 'manual' },
    },
  },
  analyze_symbol: {
    title: 'Analyze Symbol',
    description:
      'Analyze one symbol.\n\nArgs:\n    symbol: stock symbol, e.g. AAPL\n    include_technical: with technical indicators\n    include_patterns: with detected patterns',
    parameters: {
      symbol: { type: 'string' },
      include_technical: { type: 'boolean', default: true },
      include_patterns: { type: 'boolean', default: true },
    },
  },
  get_risk_metrics: {
    title: 'Get Risk Metrics',
    description: 'Get the current risk metrics: exposure, P&L and limits.',
    parameters: {},
  },
};

export function listedTools(): Tool[] {
  return Object.entries(TOOLS).map(([name, { title, description, parameters }]) => {
    const properties = Object.entries(parameters).map(([key, parameter]) => [
      key,
      parameter.default === undefined
        ? { type: parameter.type }
        : { default: parameter.default, type: parameter.type },
    ]);
    const required = Object.keys(parameters).filter((key) => parameters[key]?.default === undefined);
    return {
      name,
      title,
      description,
      inputSchema: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(properties) as Record<string, object>,
        ...(required.length > 0 ? { required } : {}),
      },
      outputSchema: { type: 'object', additionalProperties: true },
    };
  });
}

const resource = (uri: string, name: string, description: string): Resource => ({
  name,
  uri,
  description,
  mimeType: 'text/plain',
});

export const POSITIONS_OPEN = 'catalyst://portfolio/positions/open';
/** The name that the product's guides use for the open positions. */
export const POSITIONS_ACTIVE = 'catalyst://positions/active';
export const SYSTEM_HEALTH = 'catalyst://system/health';
export const TRADING_CYCLE = 'catalyst://trading-cycle/current';
export const MARKET_SCAN = 'catalyst://market-scan/latest';
export const POSITION_HISTORY = 'catalyst://positions/history';
export const CYCLE_HISTORY = 'catalyst://trading-cycle/history';
export const DAILY_SUMMARY = 'catalyst://analytics/daily-summary';

export const RESOURCES: readonly Resource[] = [
  resource(SYSTEM_HEALTH, 'get_system_health', 'Health of all services as the orchestrator sees it'),
  resource(TRADING_CYCLE, 'get_current_cycle', 'The current trading cycle'),
  resource(MARKET_SCAN, 'get_latest_scan', 'The latest market scan'),
  resource(POSITIONS_OPEN, 'get_open_positions', 'All open positions'),
  resource(DAILY_SUMMARY, 'get_daily_summary', 'Trading summary of the day'),
  resource(POSITIONS_ACTIVE, 'get_active_positions', 'All open positions'),
  resource(POSITION_HISTORY, 'get_position_history', 'Trades that have ended'),
  resource(CYCLE_HISTORY, 'get_cycle_history', 'Trading cycles of the last weeks'),
];

const WORDS: Record<Parameter['type'], string> = {
  string: 'Input should be a valid string [type=string_type',
  integer: 'Input should be a valid integer [type=int_type',
  number: 'Input should be a valid number [type=float_type',
  boolean: 'Input should be a valid boolean [type=bool_type',
};

function fits(parameter: Parameter, value: unknown): boolean {
  if (parameter.type === 'integer') return Number.isInteger(value);
  return typeof value === parameter.type;
}

function complaint(parameter: Parameter, value: unknown): string | undefined {
  if (!fits(parameter, value)) return WORDS[parameter.type];
  if (parameter.oneOf && !parameter.oneOf.includes(value as string)) {
    return `Input should be ${parameter.oneOf.map((word) => `'${word}'`).join(', ')} [type=enum`;
  }
  const [from, to] = parameter.range ?? [];
  if (from !== undefined && (value as number) < from) {
    return `Input should be greater than or equal to ${from} [type=greater_than_equal`;
  }
  if (to !== undefined && (value as number) > to) {
    return `Input should be less than or equal to ${to} [type=less_than_equal`;
  }
  return undefined;
}

const python = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));

/** Arguments with defaults filled in, or the text of a validation error as pydantic words it. */
export function validate(
  tool: ToolName,
  given: Record<string, unknown>,
): { args: Record<string, unknown> } | { problem: string } {
  const { parameters } = TOOLS[tool];
  const problems: string[] = [];
  const args: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = given[name] ?? parameter.default;
    const wrong =
      value === undefined ? 'Missing required argument [type=missing_argument' : complaint(parameter, value);
    if (wrong !== undefined) problems.push(`${name}\n  ${wrong}, input_value=${python(given[name] ?? {})}]`);
    args[name] = value;
  }
  for (const name of Object.keys(given).filter((key) => !(key in parameters))) {
    problems.push(
      `${name}\n  Unexpected keyword argument [type=unexpected_keyword_argument, input_value=${python(given[name])}]`,
    );
  }
  if (problems.length === 0) return { args };
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'}`;
  return { problem: `${count} for call[${tool}]\n${problems.join('\n')}` };
}
