import type { SimPosition } from './market.ts';
import { float, floatOrNull, naiveTime, round2, zonedTime } from './python-json.ts';
import { positionRow } from './service-shapes.ts';
import type { Simulation } from './simulation.ts';

/** What the planned versions of Catalyst offer beside the state of the moment (facts 1.3, 1.5), in the v5 spelling. */

const NEWEST = 200;

function ended(simulation: Simulation): SimPosition[] {
  const { archive, market } = simulation;
  return [...archive.trades(), ...market.closedPositions()].slice(-NEWEST).toReversed();
}

/** Resource positions/history: trades that ended, newest first. */
export function positionHistory(simulation: Simulation): Record<string, unknown> {
  const rows = ended(simulation).map(positionRow);
  return { success: true, positions: rows, count: rows.length, timestamp: naiveTime(simulation.clock.now()) };
}

function orderRows(position: SimPosition): Record<string, unknown>[] {
  const [into, out] = position.side === 'long' ? ['buy', 'sell'] : ['sell', 'buy'];
  const row = (part: number, side: string | undefined, over: Record<string, unknown>) => ({
    order_id: `${position.id}-${part}`,
    position_id: position.id,
    symbol: position.symbol,
    side,
    quantity: position.quantity,
    ...over,
  });
  const filled = (at: number, price: number) => ({
    status: 'filled',
    filled_quantity: position.quantity,
    filled_price: float(price),
    submitted_at: zonedTime(at - 900),
    filled_at: zonedTime(at),
  });
  const { closed } = position;
  const stopped = closed?.reason === 'stop_loss';
  return [
    row(1, into, { order_type: 'market', ...filled(position.openedAt, position.entry) }),
    row(2, out, {
      order_type: 'stop',
      stop_price: float(position.stop),
      ...(closed && stopped
        ? { ...filled(closed.at, closed.price), submitted_at: zonedTime(position.openedAt) }
        : {
            status: closed ? 'cancelled' : 'new',
            filled_quantity: 0,
            filled_price: null,
            submitted_at: zonedTime(position.openedAt),
            filled_at: null,
          }),
    }),
    ...(closed && !stopped
      ? [row(3, out, { order_type: 'market', ...filled(closed.at, closed.price) })]
      : []),
  ];
}

/** GET trading /orders: of the open positions and the last trades. */
export function orders(simulation: Simulation): Record<string, unknown> {
  const positions = [...simulation.market.openPositions(), ...ended(simulation)];
  const rows = positions.flatMap(orderRows).slice(0, NEWEST);
  return { count: rows.length, orders: rows };
}

interface Session {
  cycleId: string;
  startedAt: number;
  endedAt: number | null;
  trades: SimPosition[];
}

function sessions(simulation: Simulation): Session[] {
  const byCycle = new Map<string, Session>();
  for (const trade of ended(simulation)) {
    const session = byCycle.get(trade.cycleId) ?? {
      cycleId: trade.cycleId,
      startedAt: trade.openedAt,
      endedAt: null,
      trades: [],
    };
    session.startedAt = Math.min(session.startedAt, trade.openedAt);
    session.endedAt = Math.max(session.endedAt ?? 0, trade.closed?.at ?? 0);
    session.trades.push(trade);
    byCycle.set(trade.cycleId, session);
  }
  return [...byCycle.values()];
}

/** Resource trading-cycle/history: one cycle a trading day, with what it made. */
export function cycleHistory(simulation: Simulation): Record<string, unknown> {
  const current = new Set([simulation.tradingCycleId, simulation.cycle()?.id]);
  const rows = sessions(simulation).map(({ cycleId, startedAt, endedAt, trades }) => {
    const results = trades.map((trade) => trade.closed?.realized ?? 0);
    const active = current.has(cycleId);
    return {
      cycle_id: cycleId,
      mode: 'normal',
      status: active ? 'active' : 'stopped',
      started_at: zonedTime(startedAt),
      stopped_at: active || endedAt === null ? null : zonedTime(endedAt),
      trades_executed: trades.length,
      trades_won: results.filter((result) => result > 0).length,
      trades_lost: results.filter((result) => result < 0).length,
      total_pnl: floatOrNull(round2(results.reduce((sum, result) => sum + result, 0))),
    };
  });
  return { cycles: rows, count: rows.length };
}
