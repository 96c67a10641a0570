import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListPromptsRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js';
import { newsSentiment, patternAnalysis, technicalAnalysis } from './analysis-shapes.ts';
import type { Counter } from './counter.ts';
import type { FaultBoard } from './faults.ts';
import {
  CYCLE_HISTORY,
  DAILY_SUMMARY,
  listedTools,
  MARKET_SCAN,
  POSITION_HISTORY,
  POSITIONS_ACTIVE,
  POSITIONS_OPEN,
  RESOURCES,
  SYSTEM_HEALTH,
  TRADING_CYCLE,
  validate,
} from './mcp-definitions.ts';
import { SERVICE_NAMES, TOOL_NAMES, VERSIONS, type ServiceName, type ToolName } from './names.ts';
import { dumps, float, naiveTime } from './python-json.ts';
import { cycleHistory, positionHistory } from './record-shapes.ts';
import { serviceHealth } from './service-health.ts';
import { activePositions, candidates, currentCycle, dailyReport, riskMetrics } from './service-shapes.ts';
import type { Simulation } from './simulation.ts';

export interface SurfaceParts {
  simulation: Simulation;
  faults: FaultBoard;
  counter: Counter;
  portOf: (service: ServiceName) => number;
}

type Json = Record<string, unknown>;
/** Sends progress and log lines into the stream of the call at hand. */
type Notify = (step: number, of: number, message: string) => Promise<void>;

/** A service that the orchestrator asks is gone or without its database; carries the code that it wraps wrongly. */
class UpstreamError extends Error {}

const SERVICE_OF: Record<string, { service: ServiceName; code: string; read: (s: Simulation) => Json }> = {
  [POSITIONS_OPEN]: {
    service: 'trading',
    code: 'POSITION_RETRIEVAL_FAILED',
    read: (s) => activePositions(s),
  },
  [POSITIONS_ACTIVE]: {
    service: 'trading',
    code: 'POSITION_RETRIEVAL_FAILED',
    read: (s) => activePositions(s),
  },
  [MARKET_SCAN]: { service: 'scanner', code: 'SCAN_RETRIEVAL_FAILED', read: candidates },
  [POSITION_HISTORY]: { service: 'trading', code: 'POSITION_RETRIEVAL_FAILED', read: positionHistory },
  [CYCLE_HISTORY]: { service: 'trading', code: 'CYCLE_RETRIEVAL_FAILED', read: cycleHistory },
  [DAILY_SUMMARY]: {
    service: 'reporting',
    code: 'ANALYTICS_RETRIEVAL_FAILED',
    read: (s) => dailyReport(s, s.tradingCycleId),
  },
};

/** Throws UpstreamError where the orchestrator's own request to the service would fail. */
function reach({ faults }: SurfaceParts, service: ServiceName, needsDatabase = true): void {
  const broken = faults.serviceDown(service) || (needsDatabase && faults.databaseDown(service));
  if (broken) throw new UpstreamError(service);
}

/** system/health judges by HTTP code alone, so a trading service without its database counts as healthy. */
function systemHealth({ simulation, faults, portOf }: SurfaceParts): Json {
  const services: Record<string, string> = {};
  for (const name of SERVICE_NAMES.filter((service) => service !== 'workflow')) {
    const address = `127.0.0.1:${portOf(name)}`;
    const failed = faults.serviceDown(name)
      ? `error: Cannot connect to host ${address} ssl:default [Connect call failed ('127.0.0.1', ${portOf(name)})]`
      : undefined;
    const status = serviceHealth(name, simulation, faults).status === 200 ? 'healthy' : 'unhealthy';
    services[name.replace('-', '_')] = failed ?? status;
  }
  const failed = Object.keys(services).filter((name) => services[name] !== 'healthy');
  return {
    status: failed.length === 0 ? 'healthy' : 'degraded',
    timestamp: naiveTime(simulation.clock.now()),
    services,
    failed_services: failed,
  };
}

function readResource(parts: SurfaceParts, uri: string): Json {
  const { simulation } = parts;
  if (uri === SYSTEM_HEALTH) return systemHealth(parts);
  if (uri === TRADING_CYCLE) return currentCycle(simulation.cycle(), simulation.clock.now());
  const known = SERVICE_OF[uri];
  if (!known) throw new McpError(ErrorCode.InvalidParams, `Resource not found: '${uri}'`, { uri });
  try {
    reach(parts, known.service);
    return known.read(simulation);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    throw plainError(
      -32603,
      `Error reading resource '${uri}': 1 validation error for ErrorData\ncode\n  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='${known.code}', input_type=str]`,
    );
  }
}

/** An error whose message goes out as it stands: McpError would put "MCP error CODE: " in front. */
function plainError(code: number, message: string, data?: unknown): Error {
  return Object.assign(new Error(message), data === undefined ? { code } : { code, data });
}

async function startCycle(parts: SurfaceParts, args: Json, notify: Notify): Promise<Json> {
  const { simulation } = parts;
  reach(parts, 'scanner');
  await notify(1, 2, 'Starting scanner');
  const cycle = simulation.startCycle({
    mode: args['mode'] as string,
    scanFrequency: args['scan_frequency'] as number,
    maxPositions: args['max_positions'] as number,
    riskLevel: args['risk_level'] as number,
  });
  if (!cycle) {
    return { success: false, error: `Trading cycle ${simulation.cycle()?.id ?? ''} is already active` };
  }
  await notify(2, 2, `Started trading cycle: ${cycle.id}`);
  return {
    success: true,
    cycle_id: cycle.id,
    status: 'started',
    mode: cycle.mode,
    configuration: {
      scan_frequency: cycle.scanFrequency,
      max_positions: cycle.maxPositions,
      risk_level: float(cycle.riskLevel),
    },
    scanner_status: { success: true, cycle_id: cycle.id, status: 'scanning' },
    started_at: naiveTime(cycle.startedAt),
  };
}

function stopTrading(parts: SurfaceParts, args: Json): Json {
  const { simulation, faults } = parts;
  if (!simulation.cycle()) return { success: true, message: 'No active trading cycle to stop' };
  if (faults.stopFails()) throw new UpstreamError('stop');
  reach(parts, 'scanner', false);
  const result = simulation.stopCycle(args['close_positions'] as boolean, args['reason'] as string);
  if (!result) return { success: true, message: 'No active trading cycle to stop' };
  return {
    success: true,
    cycle_id: result.cycle.id,
    status: 'stopped',
    reason: args['reason'],
    duration_seconds: result.durationSeconds,
    positions_closed: result.closed,
    closed_at: naiveTime(result.at),
  };
}

/** Says success with every part failed, as the real one does. */
function analyze(parts: SurfaceParts, args: Json): Json {
  const { simulation } = parts;
  const symbol = (args['symbol'] as string).toUpperCase();
  const quote = simulation.market.quote(symbol);
  const part = (service: ServiceName, read: (found: NonNullable<typeof quote>) => Json): Json => {
    if (parts.faults.serviceDown(service))
      return { error: `Cannot connect to host 127.0.0.1:${parts.portOf(service)}` };
    if (parts.faults.databaseDown(service)) return { error: 'HTTP 503: Database unavailable' };
    return quote ? read(quote) : { error: `HTTP 404: Symbol not found: ${symbol}` };
  };
  const analysis: Json = { symbol, timestamp: naiveTime(simulation.clock.now()) };
  if (args['include_technical'] === true) {
    analysis['technical'] = part('technical', (found) => technicalAnalysis(simulation, found));
  }
  if (args['include_patterns'] === true) {
    analysis['patterns'] = part('pattern', (found) => patternAnalysis(simulation, found));
  }
  analysis['news_sentiment'] = part('news', newsSentiment);
  return { success: true, analysis };
}

function runTool(parts: SurfaceParts, tool: ToolName, args: Json, notify: Notify): Json | Promise<Json> {
  switch (tool) {
    case 'start_trading_cycle':
      return startCycle(parts, args, notify);
    case 'stop_trading':
      return stopTrading(parts, args);
    case 'analyze_symbol':
      return analyze(parts, args);
    case 'get_risk_metrics':
      reach(parts, 'risk-manager');
      return { success: true, metrics: riskMetrics(parts.simulation, parts.simulation.tradingCycleId) };
    default:
      return tool satisfies never;
  }
}

const textResult = (text: string, isError: boolean): CallToolResult => ({
  content: [{ type: 'text', text }],
  isError,
});

async function callTool(
  parts: SurfaceParts,
  name: string,
  given: Json,
  notify: Notify,
): Promise<CallToolResult> {
  const tool = TOOL_NAMES.find((known) => known === name);
  if (!tool) return textResult(`Unknown tool: '${name}'`, true);
  const checked = validate(tool, given);
  if ('problem' in checked) return textResult(checked.problem, true);
  if (parts.faults.hangs(tool)) return new Promise<never>(() => {});
  parts.counter.add(tool);
  try {
    const value = await runTool(parts, tool, checked.args, notify);
    return { ...textResult(JSON.stringify(value), false), structuredContent: value };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    parts.simulation.logs.write('orchestration', 'ERROR', `${tool} failed: upstream ${error.message}`);
    throw plainError(-32602, 'Invalid request parameters', '');
  }
}

/** A fresh MCP server of the official SDK for one session; all sessions share the simulation. */
export function mcpSurface(parts: SurfaceParts): Server {
  const server = new Server(
    { name: 'catalyst-orchestration', version: VERSIONS.orchestration },
    {
      capabilities: {
        logging: {},
        prompts: { listChanged: true },
        resources: { subscribe: false, listChanged: true },
        tools: { listChanged: true },
      },
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listedTools() }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [...RESOURCES] }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [] }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => ({
    contents: [{ mimeType: 'text/plain', text: dumps(readResource(parts, uri)), uri }],
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const token = extra._meta?.progressToken;
    const notify: Notify = async (progress, total, message) => {
      if (token !== undefined) {
        const params = { progressToken: token, progress, total, message };
        await extra.sendNotification({ method: 'notifications/progress', params });
      }
      const log = { level: 'info', logger: 'orchestration', data: message } as const;
      await extra.sendNotification({ method: 'notifications/message', params: log });
    };
    return callTool(parts, params.name, params.arguments ?? {}, notify);
  });
  return server;
}
