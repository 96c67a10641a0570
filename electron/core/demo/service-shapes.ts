import type { Market, SimPosition } from './market.ts';
import { decimalText, float, floatOrNull, naiveTime, round2, stamp, zonedTime } from './python-json.ts';
import type { Cycle, Simulation } from './simulation.ts';

/** The JSON of the v5 services, field for field, in Python's spelling of numbers and times. */

const DAILY_LOSS_LIMIT = 2_000;
const RISK_BUDGET = 10_000;

const at = (simulation: Simulation): string => naiveTime(simulation.clock.now());

function percent(position: SimPosition): number | null {
  const gain = position.closed ? position.closed.realized : position.unrealized;
  return gain === null ? null : round2((gain / (position.entry * position.quantity)) * 100);
}

/** A row of trading 5.1.2: no current price, times with +00:00, P&L null until first valued. */
export function positionRow(position: SimPosition): Record<string, unknown> {
  const { closed } = position;
  return {
    position_id: position.id,
    cycle_id: position.cycleId,
    security_id: position.securityId,
    side: position.side,
    quantity: position.quantity,
    entry_price: float(position.entry),
    exit_price: floatOrNull(closed?.price ?? null),
    stop_loss: float(position.stop),
    take_profit: float(position.target),
    risk_amount: float(position.risk),
    status: closed ? 'closed' : 'open',
    opened_at: zonedTime(position.openedAt),
    closed_at: closed ? zonedTime(closed.at) : null,
    unrealized_pnl: floatOrNull(position.unrealized),
    realized_pnl: floatOrNull(closed?.realized ?? null),
    pnl_percent: floatOrNull(percent(position)),
    close_reason: closed?.reason ?? null,
    created_at: zonedTime(position.openedAt),
    updated_at: zonedTime(position.updatedAt),
    symbol: position.symbol,
    company_name: position.company,
    sector_name: position.sector,
  };
}

/** GET trading /api/v1/positions/active; the same text comes through portfolio/positions/open over MCP. */
export function activePositions(simulation: Simulation, cycleId?: string): Record<string, unknown> {
  const rows = simulation.market
    .openPositions()
    .filter((row) => cycleId === undefined || row.cycleId === cycleId);
  return { success: true, positions: rows.map(positionRow), count: rows.length, timestamp: at(simulation) };
}

/** GET trading /api/v1/cycles/active. `current_positions` stays 0 on the real system too. */
export function activeCycles(simulation: Simulation): Record<string, unknown> {
  const { exposure } = simulation.market.totals();
  const used = round2(simulation.market.openPositions().reduce((sum, row) => sum + row.risk, 0));
  const cycle = {
    cycle_id: simulation.tradingCycleId,
    mode: simulation.workflow.params.mode,
    status: 'active',
    max_positions: simulation.workflow.params.max_positions,
    total_risk_budget: float(RISK_BUDGET),
    used_risk_budget: float(used),
    current_positions: 0,
    current_exposure: float(exposure),
    started_at: zonedTime(simulation.startedAt - 95 * 60_000),
    configuration: '{"name": "demo"}',
    available_risk_budget: float(round2(RISK_BUDGET - used)),
  };
  const cycles = simulation.workflow.trading() || simulation.cycle() ? [cycle] : [];
  return { success: true, cycles, count: cycles.length, timestamp: at(simulation) };
}

function maxPositions(simulation: Simulation): number {
  return simulation.cycle()?.maxPositions ?? simulation.workflow.params.max_positions;
}

/** GET risk-manager /api/v1/metrics/{cycle_id}. */
export function riskMetrics(simulation: Simulation, cycleId: string): Record<string, unknown> {
  const totals = simulation.market.totals();
  const count = simulation.market.openPositions().length;
  return {
    cycle_id: cycleId,
    open_positions: count,
    max_positions: maxPositions(simulation),
    position_utilization_pct: float((count / maxPositions(simulation)) * 100),
    total_exposure_usd: float(totals.exposure),
    unrealized_pnl: float(totals.unrealized),
    realized_pnl: float(totals.realized),
    daily_pnl: float(totals.daily),
    daily_loss_limit_usd: float(DAILY_LOSS_LIMIT),
    daily_loss_remaining_usd: float(round2(DAILY_LOSS_LIMIT + totals.daily)),
    timestamp: at(simulation),
  };
}

export function riskParameters(simulation: Simulation): Record<string, unknown> {
  return {
    max_positions: maxPositions(simulation),
    max_position_size_usd: float(20_000),
    max_daily_loss_usd: float(DAILY_LOSS_LIMIT),
    max_sector_exposure_pct: float(40),
    min_risk_reward_ratio: float(1.5),
  };
}

interface Sector {
  name: string;
  count: number;
  exposure: number;
  pnl: number;
}

function sectors(market: Market): Sector[] {
  const byName = new Map<string, Sector>();
  for (const row of market.openPositions()) {
    const sector = byName.get(row.sector) ?? { name: row.sector, count: 0, exposure: 0, pnl: 0 };
    sector.count += 1;
    sector.exposure = round2(sector.exposure + row.entry * row.quantity);
    sector.pnl = round2(sector.pnl + (row.unrealized ?? 0));
    byName.set(row.sector, sector);
  }
  return [...byName.values()].sort((a, b) => b.exposure - a.exposure);
}

/** GET risk-manager /api/v1/exposure/{cycle_id}. */
export function riskExposure(simulation: Simulation, cycleId: string): Record<string, unknown> {
  const { exposure } = simulation.market.totals();
  return {
    cycle_id: cycleId,
    total_portfolio_usd: float(exposure),
    sector_exposures: sectors(simulation.market).map((sector) => ({
      sector_name: sector.name,
      position_count: sector.count,
      total_exposure_usd: float(sector.exposure),
      total_pnl: float(sector.pnl),
      exposure_pct: float((sector.exposure / exposure) * 100),
    })),
    timestamp: at(simulation),
  };
}

function ranked(simulation: Simulation): Record<string, unknown>[] {
  const scanned = zonedTime(Math.floor(simulation.clock.now() / 60_000) * 60_000);
  const score = (momentum: number, weight: number): number => round2(0.5 + (momentum * weight) / 2);
  return [...simulation.market.quotes]
    .sort((a, b) => b.momentum - a.momentum)
    .slice(0, 10)
    .map((quote, index) => ({
      rank: index + 1,
      symbol: quote.symbol,
      company_name: quote.company,
      sector_name: quote.sector,
      catalyst_score: float(score(quote.momentum, 0.6)),
      technical_score: float(score(quote.momentum, 0.8)),
      composite_score: float(score(quote.momentum, 0.7)),
      price: float(quote.price),
      volume: quote.volume,
      momentum_score: float(score(quote.momentum, 1)),
      volume_score: float(round2(Math.min(1, quote.volume / 9_000_000))),
      scan_timestamp: scanned,
      scan_metadata: null,
    }));
}

/** GET scanner /api/v1/candidates. */
export function candidates(simulation: Simulation): Record<string, unknown> {
  const rows = ranked(simulation);
  return { success: true, count: rows.length, candidates: rows };
}

/** POST scanner /api/v1/scan: `candidates` is a number here, the rows are in `picks`. */
export function scanResult(simulation: Simulation): Record<string, unknown> {
  const picks = ranked(simulation);
  const cycleId = `${stamp(simulation.clock.now(), '-').slice(0, 8)}-002`;
  return { success: true, cycle_id: cycleId, candidates: picks.length, picks, errors: null };
}

/** GET reporting /api/v1/reports/daily. Decimals inside `positions` are strings there. */
export function dailyReport(simulation: Simulation, cycleId: string): Record<string, unknown> {
  const { market } = simulation;
  const totals = market.totals();
  const closed = market.closedPositions();
  const winners = closed.filter((row) => (row.closed?.realized ?? 0) > 0).length;
  return {
    cycle_id: cycleId,
    date: at(simulation).slice(0, 10),
    summary: {
      open_positions: market.openPositions().length,
      closed_today: closed.length,
      realized_pnl: float(totals.realized),
      unrealized_pnl: float(totals.unrealized),
      total_pnl: float(totals.daily),
      winners_today: winners,
      losers_today: closed.length - winners,
      win_rate_today: float(closed.length === 0 ? 0 : winners / closed.length),
    },
    positions: market.openPositions().map((row) => ({
      symbol: row.symbol,
      side: row.side,
      quantity: row.quantity,
      entry_price: decimalText(row.entry),
      stop_loss: decimalText(row.stop),
      take_profit: decimalText(row.target),
      unrealized_pnl: row.unrealized === null ? null : decimalText(row.unrealized),
      opened_at: zonedTime(row.openedAt),
    })),
    patterns: [],
    sector_breakdown: sectors(market).map((sector) => ({
      sector_name: sector.name,
      positions: sector.count,
      exposure: decimalText(sector.exposure),
    })),
    risk_metrics: { total_exposure: float(totals.exposure), daily_loss_limit: float(DAILY_LOSS_LIMIT) },
  };
}

/** GET reporting /api/v1/reports/performance. `win_rate` is 0 to 1. */
export function performanceReport(simulation: Simulation, cycleId: string): Record<string, unknown> {
  const results = simulation.market.closedPositions().map((row) => row.closed?.realized ?? 0);
  const [wins, losses] = [results.filter((gain) => gain > 0), results.filter((gain) => gain <= 0)];
  const sum = (values: number[]): number => round2(values.reduce((total, value) => total + value, 0));
  const mean = (values: number[]): number => (values.length === 0 ? 0 : round2(sum(values) / values.length));
  return {
    cycle_id: cycleId,
    total_trades: results.length,
    winning_trades: wins.length,
    losing_trades: losses.length,
    win_rate: float(results.length === 0 ? 0 : wins.length / results.length),
    total_pnl: float(sum(results)),
    average_win: float(mean(wins)),
    average_loss: float(mean(losses)),
    largest_win: float(Math.max(0, ...wins)),
    largest_loss: float(Math.min(0, ...losses)),
    profit_factor: losses.length === 0 ? null : float(round2(sum(wins) / Math.max(0.01, -sum(losses)))),
    avg_r_multiple: null,
  };
}

/** Resource trading-cycle/current of the orchestrator. */
export function currentCycle(cycle: Cycle | null, now: number): Record<string, unknown> {
  if (!cycle) return { status: 'no_active_cycle', message: 'No trading cycle is currently active' };
  const seconds = Math.max(0, Math.floor((now - cycle.startedAt) / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    cycle_id: cycle.id,
    status: 'active',
    mode: cycle.mode,
    started_at: naiveTime(cycle.startedAt),
    runtime_seconds: seconds,
    runtime_formatted: `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
    max_positions: cycle.maxPositions,
    aggressiveness: float(cycle.riskLevel),
  };
}
