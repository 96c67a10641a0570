import type { PositionHistory } from '../../../electron/contract/history.ts';
import type { Position } from '../../../electron/contract/models.ts';
import type { SparkPoint } from '../../parts/spark-path.ts';

/** Most points of one position, and how close they may be: the last one always is the newest. */
const MOST = 240;
const STEP_MS = 5_000;

/**
 * The P&L of each position over time, as far as it is known here: what was remembered, and every reading since. A double
 * is good enough for a line; figures come from the decimals.
 */
export class SeriesBook {
  readonly #series = new Map<string, SparkPoint[]>();
  #takenAt = 0;
  #remembered: readonly unknown[] | undefined;

  of(key: string): readonly SparkPoint[] {
    return this.#series.get(key) ?? NONE;
  }

  /** What was remembered goes before what was seen here; the same answer given twice counts once. */
  remember(positions: readonly Pick<PositionHistory, 'key' | 'points'>[]): void {
    if (positions === this.#remembered) return;
    this.#remembered = positions;
    for (const { key, points } of positions) this.#seed(key, lineOf(points));
  }

  #seed(key: string, points: readonly SparkPoint[]): void {
    const last = points.at(-1);
    if (last === undefined) return;
    const newer = (this.#series.get(key) ?? []).filter(([at]) => at > last[0]);
    this.#series.set(key, [...points, ...newer].slice(-MOST));
  }

  /** One reading; the same one given twice counts once. */
  take(rows: readonly Position[], receivedAt: number): void {
    if (receivedAt <= this.#takenAt) return;
    this.#takenAt = receivedAt;
    const here = new Set<string>();
    for (const { key, unrealized } of rows) {
      here.add(key);
      if (unrealized !== null) this.#add(key, [receivedAt, Number(unrealized)]);
    }
    for (const key of this.#series.keys()) if (!here.has(key)) this.#series.delete(key);
  }

  #add(key: string, point: SparkPoint): void {
    const points = this.#series.get(key) ?? [];
    const before = points.at(-2);
    // the newest stands for its step until the step is over
    if (before !== undefined && point[0] - before[0] < STEP_MS) points.pop();
    points.push(point);
    if (points.length > MOST) points.shift();
    this.#series.set(key, points);
  }
}

const NONE: readonly SparkPoint[] = [];

function lineOf(points: PositionHistory['points']): SparkPoint[] {
  return points.flatMap(([at, , unrealized]): SparkPoint[] =>
    unrealized === null ? [] : [[at, Number(unrealized)]],
  );
}
