import { catalysts, newsStats, patternAnalysis, technicalAnalysis } from './analysis-shapes.ts';
import type { FaultBoard } from './faults.ts';
import type { Quote } from './market.ts';
import type { ServiceName } from './names.ts';
import { float, naiveTime } from './python-json.ts';
import { orders } from './record-shapes.ts';
import type { Answer } from './service-health.ts';
import {
  activeCycles,
  activePositions,
  candidates,
  dailyReport,
  performanceReport,
  riskExposure,
  riskMetrics,
  riskParameters,
  scanResult,
} from './service-shapes.ts';
import type { Simulation } from './simulation.ts';
import type { WorkflowRequest } from './workflow.ts';

interface Call {
  simulation: Simulation;
  faults: FaultBoard;
  query: URLSearchParams;
  /** What stands where the path has `{…}`. */
  param: string;
  /** The parsed JSON body; undefined for none. */
  body: unknown;
}

export interface ServiceRoute {
  method: 'GET' | 'POST';
  /** At most one `{…}`, as the last part. */
  path: string;
  answer: (call: Call) => Answer;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const get = (path: string, answer: (call: Call) => Answer): ServiceRoute => ({ method: 'GET', path, answer });
const post = (path: string, answer: (call: Call) => Answer): ServiceRoute => ({
  method: 'POST',
  path,
  answer,
});

interface Problem {
  type: string;
  loc: string[];
  msg: string;
  input: unknown;
}
/** FastAPI's answer to input that does not validate. */
const unprocessable = (problems: Problem[]): Answer => ({ status: 422, body: { detail: problems } });

function missing(name: string): Answer {
  return unprocessable([{ type: 'missing', loc: ['query', name], msg: 'Field required', input: null }]);
}

function report(build: (simulation: Simulation, cycleId: string) => unknown): (call: Call) => Answer {
  return ({ simulation, query }) => {
    const cycleId = query.get('cycle_id');
    return cycleId === null ? missing('cycle_id') : ok(build(simulation, cycleId));
  };
}

function about(build: (simulation: Simulation, quote: Quote) => unknown, fromBody: boolean) {
  return ({ simulation, param, body }: Call): Answer => {
    const named = fromBody ? (body as { symbol?: unknown } | null | undefined)?.symbol : param;
    if (typeof named !== 'string') {
      return unprocessable([
        { type: 'missing', loc: ['body', 'symbol'], msg: 'Field required', input: body ?? null },
      ]);
    }
    const quote = simulation.market.quote(named);
    if (!quote) return { status: 404, body: { detail: `Symbol not found: ${named}` } };
    return ok(build(simulation, quote));
  };
}

const RANGES: Record<'max_positions' | 'scan_frequency' | 'risk_level', [number, number]> = {
  max_positions: [1, 10],
  scan_frequency: [60, 3600],
  risk_level: [0, 1],
};

function workflowRequest(body: unknown): { request: Partial<WorkflowRequest>; problems: Problem[] } {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const request: Partial<WorkflowRequest> = {};
  const problems: Problem[] = [];
  if (given['mode'] !== undefined) {
    if (typeof given['mode'] === 'string') request.mode = given['mode'];
    else
      problems.push({
        type: 'string_type',
        loc: ['body', 'mode'],
        msg: 'Input should be a valid string',
        input: given['mode'],
      });
  }
  for (const name of ['max_positions', 'scan_frequency', 'risk_level'] as const) {
    const value = given[name];
    const [from, to] = RANGES[name];
    if (value === undefined) continue;
    if (typeof value === 'number' && value >= from && value <= to) request[name] = value;
    else
      problems.push({
        type: 'number_range',
        loc: ['body', name],
        msg: `Input should be ${from} to ${to}`,
        input: value,
      });
  }
  return { request, problems };
}

function startWorkflow({ simulation, body }: Call): Answer {
  const { workflow, clock, logs } = simulation;
  const { request, problems } = workflowRequest(body);
  if (problems.length > 0) return unprocessable(problems);
  const cycleId = workflow.start(clock.now(), request);
  if (cycleId === undefined) {
    return { status: 409, body: { detail: `Workflow already running: ${workflow.status}` } };
  }
  logs.write('workflow', 'INFO', `[${cycleId}] Stage 1: Scanning market...`);
  return ok({
    success: true,
    cycle_id: cycleId,
    status: 'started',
    mode: workflow.params.mode,
    session_mode: 'autonomous',
    max_positions: workflow.params.max_positions,
    risk_level: float(workflow.params.risk_level),
    scan_frequency: workflow.params.scan_frequency,
    message: 'Autonomous workflow started - trades will execute automatically after risk validation',
  });
}

function stopWorkflow({ simulation, faults }: Call): Answer {
  const { workflow, clock, logs } = simulation;
  const ignored = faults.stopFails() && workflow.running();
  const before = ignored ? workflow.status : workflow.stop(clock.now());
  if (before === undefined) return ok({ success: false, message: 'No active workflow to stop' });
  logs.write('workflow', 'INFO', `Workflow stopped (was: ${before})`);
  return ok({ success: true, message: 'Workflow stop requested', previous_status: before });
}

function workflowStatus({ simulation: { workflow } }: Call): Answer {
  return ok({
    status: workflow.status,
    current_cycle: workflow.currentCycle,
    current_mode: workflow.params.mode,
    current_params: { ...workflow.params, risk_level: float(workflow.params.risk_level) },
    last_run: workflow.lastRun === null ? null : naiveTime(workflow.lastRun),
    active_positions: 0,
  });
}

function workflowHistory({ simulation: { workflow }, query }: Call): Answer {
  const limit = Number(query.get('limit') ?? '10');
  const rows = workflow.history.slice(0, Number.isInteger(limit) && limit > 0 ? limit : 10);
  return ok({
    history: rows.map((run) => ({
      cycle_id: run.cycleId,
      start_time: naiveTime(run.startedAt),
      end_time: naiveTime(run.endedAt),
      status: run.status,
      mode: run.mode,
      initial_universe_size: 100,
      final_candidates: 5,
      trades_executed: run.executed,
    })),
  });
}

/** The REST paths of each service beside /health. */
export const ROUTES: Record<ServiceName, readonly ServiceRoute[]> = {
  scanner: [
    get('/api/v1/candidates', ({ simulation }) => ok(candidates(simulation))),
    post('/api/v1/scan', ({ simulation }) => ok(scanResult(simulation))),
  ],
  pattern: [post('/api/v1/detect', about(patternAnalysis, true))],
  technical: [
    get('/api/v1/indicators/{symbol}', about(technicalAnalysis, false)),
    post('/api/v1/analyze', about(technicalAnalysis, true)),
  ],
  'risk-manager': [
    get('/api/v1/metrics/{cycle_id}', ({ simulation, param }) => ok(riskMetrics(simulation, param))),
    get('/api/v1/exposure/{cycle_id}', ({ simulation, param }) => ok(riskExposure(simulation, param))),
    get('/api/v1/parameters/{cycle_id}', ({ simulation }) => ok(riskParameters(simulation))),
  ],
  trading: [
    get('/api/v1/positions/active', ({ simulation, query }) =>
      ok(activePositions(simulation, query.get('cycle_id') ?? undefined)),
    ),
    get('/api/v1/cycles/active', ({ simulation }) => ok(activeCycles(simulation))),
    get('/orders', ({ simulation }) => ok(orders(simulation))),
  ],
  workflow: [
    get('/api/v1/workflow/status', workflowStatus),
    get('/api/v1/workflow/history', workflowHistory),
    post('/api/v1/workflow/start', startWorkflow),
    post('/api/v1/workflow/stop', stopWorkflow),
  ],
  news: [
    get('/api/v1/catalysts', ({ simulation }) => ok(catalysts(simulation))),
    get('/api/v1/stats', ({ simulation }) => ok(newsStats(simulation))),
  ],
  reporting: [
    get('/api/v1/reports/daily', report(dailyReport)),
    get('/api/v1/reports/performance', report(performanceReport)),
  ],
};
