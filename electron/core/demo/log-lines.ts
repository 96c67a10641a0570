import type { FaultBoard } from './faults.ts';
import type { LogBook } from './log-book.ts';
import type { Market, MarketEvent } from './market.ts';
import type { LogSource } from './names.ts';
import type { Random } from './random.ts';
import type { Stage } from './workflow.ts';

const STAGE_TEXTS: Record<Stage | 'completed', string> = {
  scanning: 'Stage 1: Scanning market...',
  filtering_news: 'Stage 2: Filtering by news catalysts...',
  analyzing_patterns: 'Stage 3: Analyzing patterns...',
  technical_analysis: 'Stage 4: Technical analysis...',
  risk_validation: 'Stage 5: Risk validation...',
  executing_trades: 'Stage 6: Executing trades...',
  completed: 'Workflow completed',
};

export function stageLine(stage: Stage | 'completed'): string {
  return STAGE_TEXTS[stage];
}

export function eventLine({ kind, position }: MarketEvent): string {
  const { symbol, side, quantity, entry, closed } = position;
  if (kind === 'opened' || !closed) {
    return `Position opened: ${symbol} ${side} ${quantity} @ ${entry.toFixed(2)} (id ${position.id})`;
  }
  const result = `${closed.realized < 0 ? '-' : '+'}$${Math.abs(closed.realized).toFixed(2)}`;
  return `Position closed: ${symbol} ${side} ${quantity} @ ${closed.price.toFixed(2)} ${result} (${closed.reason})`;
}

/** Writes what the services would say in one second; about two lines. */
export type Chatter = (logs: LogBook, market: Market, faults: FaultBoard) => void;

type Line = (random: Random, market: Market) => [LogSource, string, string];

const price = (random: Random, market: Market): [string, string] => {
  const quote = random.pick(market.quotes);
  return [quote.symbol, quote.price.toFixed(2)];
};

const INFO_LINES: readonly Line[] = [
  (r, m) => [
    'scanner',
    'INFO',
    `Scan complete: ${Math.floor(r.between(60, 100))} candidates, ${m.quotes.length} picks`,
  ],
  (r, m) => [
    'scanner',
    'INFO',
    `Candidate ${price(r, m).join(' at ')} composite_score=${r.between(0.55, 0.95).toFixed(3)}`,
  ],
  (r, m) => [
    'pattern',
    'INFO',
    `Detected bull_flag on ${price(r, m)[0]} (confidence ${r.between(0.6, 0.95).toFixed(2)})`,
  ],
  (r, m) => ['technical', 'INFO', `Indicators for ${price(r, m)[0]}: rsi=${r.between(32, 68).toFixed(1)}`],
  (r, m) => ['risk-manager', 'INFO', `Position validated for ${price(r, m)[0]}: risk level low`],
  (_r, m) => [
    'risk-manager',
    'INFO',
    `Exposure $${m.totals().exposure.toFixed(2)} in ${m.openPositions().length} positions`,
  ],
  (_r, m) => [
    'trading',
    'INFO',
    `Updated ${m.openPositions().length} positions, unrealized P&L $${m.totals().unrealized.toFixed(2)}`,
  ],
  (r, m) => [
    'news',
    'INFO',
    `Stored news article ${Math.floor(r.between(1000, 9000))} for ${price(r, m)[0]}`,
  ],
  () => ['news', 'INFO', 'Price impact job: processed 12/12 events'],
  () => ['reporting', 'INFO', 'Daily report generated'],
];

const WARNING_LINES: readonly Line[] = [
  (r, m) => ['news', 'WARNING', `Sentiment unavailable for ${price(r, m)[0]}, using neutral`],
  (r, m) => [
    'technical',
    'WARNING',
    `Only ${Math.floor(r.between(20, 49))} bars for ${price(r, m)[0]}, need 50`,
  ],
  (r, m) => [
    'risk-manager',
    'WARNING',
    `Sector exposure at ${r.between(24, 29).toFixed(1)}% after ${price(r, m)[0]}`,
  ],
  () => ['pattern', 'WARNING', 'Redis not available, cache disabled'],
];

const ERROR_LINES: readonly Line[] = [
  (r, m) => ['scanner', 'ERROR', `Failed to fetch quote for ${price(r, m)[0]}: HTTP 429`],
  (r, m) => ['news', 'ERROR', `News source timed out for ${price(r, m)[0]} after 10 s`],
];

const ACCESS_LINES: readonly [LogSource, string][] = [
  ['scanner', 'POST /api/v1/scan'],
  ['pattern', 'POST /api/v1/detect'],
  ['technical', 'POST /api/v1/analyze'],
  ['risk-manager', 'POST /api/v1/validate-position'],
  ['trading', 'GET /api/v1/positions/active'],
  ['workflow', 'GET /api/v1/workflow/status'],
];

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/app/reporting-service.py", line 412, in get_daily_report',
  '    rows = await conn.fetch(query, cycle_id)',
  '  File "/usr/local/lib/python3.11/site-packages/asyncpg/connection.py", line 690, in fetch',
  '    return await self._execute(',
  'asyncpg.exceptions.DataError: invalid input for query argument $1: 1 (expected str, got int)',
];

/** A stream of ordinary lines with a warning every dozen, an error now and then, a traceback every few minutes. */
export function idleChatter(random: Random): Chatter {
  return (logs, market, faults) => {
    const running = (source: LogSource): boolean => source === 'orchestration' || !faults.serviceDown(source);
    const write = (lines: readonly Line[]): void => {
      const [source, level, message] = random.pick(lines)(random, market);
      if (running(source)) logs.write(source, level, message);
    };
    write(INFO_LINES);
    if (random.chance(0.4)) write(INFO_LINES);
    if (random.chance(0.5)) {
      const [source, request] = random.pick(ACCESS_LINES);
      const from = `172.18.0.${Math.floor(random.between(2, 12))}:${Math.floor(random.between(40_000, 60_000))}`;
      if (running(source)) logs.print(source, `INFO:     ${from} - "${request} HTTP/1.1" 200 OK`);
    }
    if (random.chance(0.12)) write(WARNING_LINES);
    if (random.chance(0.025)) write(ERROR_LINES);
    if (random.chance(0.004) && running('reporting')) traceback(logs);
    for (const fault of faults.list()) {
      if (fault.kind === 'database-down' && random.chance(0.3)) {
        logs.write(
          fault.service,
          'CRITICAL',
          "Database error: [Errno 111] Connect call failed ('127.0.0.1', 5432)",
        );
      }
    }
  };
}

function traceback(logs: LogBook): void {
  logs.write(
    'reporting',
    'CRITICAL',
    'Database error: invalid input for query argument $1: 1 (expected str, got int)',
  );
  for (const line of TRACEBACK) logs.print('reporting', line);
}

/** What the containers print when they start. */
export function banner(logs: LogBook, source: LogSource, version: string): void {
  logs.print(source, '='.repeat(60));
  logs.print(source, `🎩 Catalyst Trading System - ${source.toUpperCase()} v${version}`);
  logs.print(source, '✅ v5.0 Normalized Schema');
  logs.print(source, '='.repeat(60));
  logs.print(source, 'INFO:     Application startup complete.');
}
