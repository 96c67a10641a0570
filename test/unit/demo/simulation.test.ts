import { describe, expect, it } from 'vitest';
import { FaultBoard } from '../../../electron/core/demo/faults.ts';
import { activePositions, riskMetrics } from '../../../electron/core/demo/service-shapes.ts';
import { Simulation } from '../../../electron/core/demo/simulation.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

function simulate(seed: number) {
  const clock = new ManualClock(Date.UTC(2026, 10, 20, 14, 30));
  const simulation = new Simulation({ seed, clock, faults: new FaultBoard() });
  return { clock, simulation, positions: () => JSON.stringify(activePositions(simulation)) };
}

describe('the simulated market', () => {
  it('plays the same hour for the same seed, down to the log lines', () => {
    const runs = [simulate(42), simulate(42)].map(({ clock, simulation, positions }) => {
      clock.advance(3_600_000);
      return { positions: positions(), logs: simulation.logs.tail(['trading', 'scanner'], 500) };
    });
    expect(runs[0]).toEqual(runs[1]);
  });

  it('plays another one for another seed', () => {
    const [a, b] = [simulate(1), simulate(2)];
    a.clock.advance(10_000);
    b.clock.advance(10_000);
    expect(a.positions()).not.toBe(b.positions());
  });

  it('has three positions with P&L from the first second, and one that is not valued yet', () => {
    const open = simulate(7).simulation.market.openPositions();
    expect(open.filter(({ unrealized }) => unrealized !== null).length).toBeGreaterThanOrEqual(3);
    expect(open.filter(({ unrealized }) => unrealized === null)).toHaveLength(1);
  });

  it('moves P&L every second and values the newest position within ten', () => {
    const { clock, simulation } = simulate(7);
    const seen = new Set<number>();
    for (let second = 0; second < 10; second += 1) {
      clock.advance(1_000);
      seen.add(simulation.market.totals().unrealized);
    }
    expect(seen.size).toBeGreaterThanOrEqual(9);
    expect(simulation.market.openPositions().some(({ unrealized }) => unrealized === null)).toBe(false);
  });

  it('opens and closes positions over an hour, at stop, target or signal, and never holds fewer than three', () => {
    const { clock, simulation } = simulate(3);
    let fewest = Infinity;
    for (let second = 0; second < 3_600; second += 1) {
      clock.advance(1_000);
      fewest = Math.min(fewest, simulation.market.openPositions().length);
    }
    const reasons = new Set(simulation.market.closedPositions().map(({ closed }) => closed?.reason));
    expect(fewest).toBeGreaterThanOrEqual(3);
    expect(reasons).toEqual(new Set(['signal_exit', 'stop_loss', 'take_profit']));
  });

  it('adds up: daily is realized plus unrealized, realized is the sum of what was closed', () => {
    const { clock, simulation } = simulate(11);
    clock.advance(1_800_000);
    const { daily, realized, unrealized } = simulation.market.totals();
    const closed = simulation.market
      .closedPositions()
      .reduce((sum, row) => sum + (row.closed?.realized ?? 0), 0);
    expect(realized).toBeCloseTo(closed, 6);
    expect(daily).toBeCloseTo(realized + unrealized, 6);
  });

  it('begins a new day at zero realized', () => {
    const { clock, simulation } = simulate(11);
    clock.advance(3_600_000);
    expect(simulation.market.totals().realized).not.toBe(0);
    clock.advance(Date.UTC(2026, 10, 21) - clock.now());
    expect(simulation.market.closedPositions().every(({ closed }) => (closed?.at ?? 0) >= clock.now())).toBe(
      true,
    );
    expect(simulation.market.totals().daily).toBeCloseTo(
      simulation.market.totals().unrealized + simulation.market.totals().realized,
      6,
    );
  });
});

describe('the two states', () => {
  it('runs the workflow by itself while the orchestrator has no cycle', () => {
    const { clock, simulation } = simulate(5);
    const seen = new Set<string>();
    for (let second = 0; second < 90; second += 1) {
      clock.advance(1_000);
      seen.add(simulation.workflow.status);
    }
    expect([...seen]).toEqual([
      'scanning',
      'filtering_news',
      'analyzing_patterns',
      'technical_analysis',
      'risk_validation',
      'executing_trades',
      'completed',
    ]);
    expect(simulation.cycle()).toBeNull();
  });

  it('opens nothing any more after both were stopped', () => {
    const { clock, simulation } = simulate(5);
    const request = { mode: 'normal', scanFrequency: 300, maxPositions: 5, riskLevel: 0.5 };
    simulation.startCycle(request);
    expect(simulation.startCycle(request)).toBeUndefined();
    clock.advance(5_000);
    simulation.workflow.stop(clock.now());
    expect(simulation.stopCycle(true, 'test')?.closed).toBeGreaterThanOrEqual(3);
    clock.advance(1_800_000);
    expect(simulation.market.openPositions()).toHaveLength(0);
    expect(simulation.workflow.status).toBe('idle');
  });

  it('leaves no timer behind when stopped', () => {
    const { clock, simulation } = simulate(5);
    clock.advance(3_000);
    simulation.stop();
    expect(clock.waiting).toBe(0);
  });
});

describe('spelling', () => {
  it('writes floats, nulls and times as the Python services do', () => {
    const { simulation, positions } = simulate(9);
    const text = positions();
    expect(text).toMatch(/"entry_price":\d+\.\d{1,2},/);
    expect(text).toMatch(/"opened_at":"2026-11-20T\d\d:\d\d:\d\d\.\d{6}\+00:00"/);
    expect(text).toMatch(/"timestamp":"2026-11-20T14:30:00\.000000"\}$/);
    expect(text).toContain('"unrealized_pnl":null');
    expect(text).not.toContain('current_price');
    expect(JSON.stringify(riskMetrics(simulation, 'x'))).toContain('"daily_loss_limit_usd":2000.0');
  });

  it('holds 200 positions that change twice a second when asked, and none once everything is closed and stopped', () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 20, 14, 30));
    const faults = new FaultBoard();
    faults.set({ kind: 'many-positions' });
    const simulation = new Simulation({ seed: 5, clock, faults });
    clock.advance(1_000);
    const { market } = simulation;
    expect(new Set(market.openPositions().map(({ symbol }) => symbol)).size).toBe(200);
    clock.advance(10_000);
    const changes = [500, 500, 500, 500].map((ms) => {
      const before = new Map(market.openPositions().map(({ id, unrealized }) => [id, unrealized]));
      clock.advance(ms);
      return market.openPositions().filter(({ id, unrealized }) => before.get(id) !== unrealized).length;
    });
    expect(Math.min(...changes)).toBeGreaterThan(150);
    simulation.workflow.stop(clock.now());
    market.closeAll(clock.now(), 'test');
    clock.advance(5_000);
    expect(market.openPositions()).toHaveLength(0);
  });
});
