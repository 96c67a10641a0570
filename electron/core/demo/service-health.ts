import type { FaultBoard } from './faults.ts';
import { VERSIONS, type ServiceName } from './names.ts';
import { naiveTime } from './python-json.ts';
import type { Simulation } from './simulation.ts';

/** An HTTP answer before it is written; a string body goes out as text/plain. */
export interface Answer {
  status: number;
  body: unknown;
}

const CONNECT_FAILED = "[Errno 111] Connect call failed ('127.0.0.1', 5432)";
const SCHEMA = 'v5.0 normalized';

type Health = (service: ServiceName, simulation: Simulation, database: boolean) => Answer;

const ok = (body: unknown): Answer => ({ status: 200, body });
const now = (simulation: Simulation): string => naiveTime(simulation.clock.now());
const healthy = (service: string, version: string) => ({ status: 'healthy', service, version });

/**
 * Each service's /health as the real one answers, also where it is wrong: without their database scanner,
 * risk-manager, workflow and reporting go on saying healthy, trading says unhealthy with HTTP 200, news crashes
 * in its own handler and pattern answers 503.
 */
const HEALTH: Record<ServiceName, Health> = {
  scanner: (_name, simulation) =>
    ok({
      ...healthy('scanner', VERSIONS.scanner),
      schema: SCHEMA,
      timestamp: now(simulation),
      database: 'connected',
      redis: 'connected',
    }),
  pattern: (_name, simulation, database) =>
    database
      ? ok({
          ...healthy('pattern-service', VERSIONS.pattern),
          timestamp: now(simulation),
          database: 'connected',
          redis: 'disconnected',
          normalized_schema: true,
          uses_security_id: true,
          uses_time_id: true,
        })
      : { status: 503, body: { status: 'unhealthy', error: CONNECT_FAILED } },
  technical: (_name, simulation, database) =>
    ok({
      status: database ? 'healthy' : 'degraded',
      service: 'technical',
      version: VERSIONS.technical,
      timestamp: now(simulation),
      database: database ? 'healthy' : 'disconnected',
      redis: 'healthy',
    }),
  'risk-manager': () =>
    ok({
      ...healthy('risk-manager', VERSIONS['risk-manager']),
      schema: 'v5.0 Normalized Schema',
      uses_security_id_fk: true,
      uses_sector_joins: true,
    }),
  trading: (_name, simulation, database) =>
    database
      ? ok({
          ...healthy('trading', VERSIONS.trading),
          schema: SCHEMA,
          database: 'connected',
          uses_security_id_fk: true,
          error_handling: 'rigorous',
          timestamp: now(simulation),
        })
      : ok({ status: 'unhealthy', error: 'database_unavailable', message: CONNECT_FAILED }),
  workflow: (_name, { workflow }) =>
    ok({
      ...healthy('workflow-coordinator', VERSIONS.workflow),
      current_status: workflow.status,
      last_run: workflow.lastRun === null ? null : naiveTime(workflow.lastRun),
      active_cycle: workflow.currentCycle,
    }),
  news: (_name, simulation, database) =>
    database
      ? ok({
          ...healthy('news-service', VERSIONS.news),
          schema: SCHEMA,
          timestamp: now(simulation),
          database: 'connected',
          redis: 'disconnected',
          processing_stats: {
            price_impacts_calculated: 0,
            price_impacts_failed: 0,
            last_processing_time: now(simulation),
            current_backlog: 0,
          },
        })
      : { status: 500, body: 'Internal Server Error' },
  reporting: () => ok({ ...healthy('reporting', VERSIONS.reporting), database: 'connected' }),
};

export function serviceHealth(service: ServiceName, simulation: Simulation, faults: FaultBoard): Answer {
  return HEALTH[service](service, simulation, !faults.databaseDown(service));
}
