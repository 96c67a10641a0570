import type {
  LatencyFigures,
  ServiceHistory,
  ServicesHistory,
  ServicesQuery,
  UptimeBar,
} from '../../contract/history.ts';
import { incidentsOf } from './incidents.ts';
import type { Owner } from './samples.ts';
import { MINUTE_MS } from './samples.ts';
import type { Statements } from './statements.ts';
import { barsOf, percentile } from './windows.ts';
import { latenciesOf } from './write.ts';

interface Minute {
  minute: number;
  up: number;
  degraded: number;
  down: number;
  planned: number;
  unknown: number;
  latencies: Uint8Array;
}

const COLUMNS = ['up', 'degraded', 'down', 'planned', 'unknown'] as const;

/** Probes come every 10 s; one stands for so many seconds at most, or the app was not running around it. */
const PROBE_COVERS = 15;

/** Adds a minute to a bar: its probes share what they cover of it. The rest was not observed and adds nothing. */
function addMinute(bar: UptimeBar, minute: Minute): void {
  const probes = COLUMNS.reduce((sum, column) => sum + minute[column], 0);
  if (probes === 0) return;
  const covered = Math.min(60, PROBE_COVERS * probes);
  for (const [index, column] of COLUMNS.entries())
    bar[index] = (bar[index] ?? 0) + (covered * minute[column]) / probes;
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** All latencies of some minutes, in order; their blobs are joined as bytes, which is quick for a hundred thousand. */
function sorted(blobs: readonly Uint8Array[]): Float32Array {
  return latenciesOf(Buffer.concat(blobs)).sort();
}

function figures(order: Float32Array): LatencyFigures | null {
  if (order.length === 0) return null;
  return {
    count: order.length,
    p50: rounded(percentile(order, 0.5)),
    p95: rounded(percentile(order, 0.95)),
    p99: rounded(percentile(order, 0.99)),
    max: rounded(order.at(-1) ?? 0),
  };
}

function serviceHistory(
  sql: Statements,
  service: { id: number; name: string },
  { from, stepMs }: { from: number; stepMs: number },
  count: number,
): ServiceHistory {
  const bars = Array.from({ length: count }, (): UptimeBar => [0, 0, 0, 0, 0]);
  const ofBar = Array.from({ length: count }, (): Uint8Array[] => []);
  const minutes = sql
    .of(
      'SELECT minute, up, degraded, down, planned, unknown, latencies FROM probe_minute WHERE service = ? AND minute >= ? ORDER BY minute',
    )
    .iterate(service.id, from / MINUTE_MS);
  for (const row of minutes as Iterable<unknown>) {
    const minute = row as Minute;
    const index = Math.floor((minute.minute * MINUTE_MS - from) / stepMs);
    const bar = bars[index];
    if (!bar) continue; // the clock was ahead when it was written
    addMinute(bar, minute);
    if (minute.latencies.byteLength > 0) ofBar[index]?.push(minute.latencies);
  }
  const medians = ofBar.map((blobs) => (blobs.length === 0 ? null : rounded(percentile(sorted(blobs), 0.5))));
  const whole = bars.map((bar) => bar.map((seconds) => Math.round(seconds)) as UptimeBar);
  const newest = sql.of('SELECT max(at) AS at FROM probe WHERE service = ?').get(service.id);
  return {
    name: service.name,
    through: (newest as { at: number | null }).at,
    bars: whole,
    medians,
    latency: figures(sorted(ofBar.flat())),
    incidents: incidentsOf(sql, service.id, from),
  };
}

/** Every service of a profile over a span in `bars` bars, and the link beside them. */
export function readServices(
  sql: Statements,
  owner: Owner,
  query: ServicesQuery,
  now: number,
): ServicesHistory {
  const window = barsOf(query.span, now, query.bars);
  const known = sql
    .of('SELECT id, name FROM service WHERE profile = ? ORDER BY name')
    .all(sql.known(owner)) as unknown as { id: number; name: string }[];
  const services = known.map((service) => serviceHistory(sql, service, window, query.bars));
  return { now, ...window, services };
}
