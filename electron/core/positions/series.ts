import type { Decimal } from '../../contract/models.ts';

export type Point = [number, number];

export interface Series {
  /** Takes one sample at our time of receipt (ms); null adds none. Gives the series, oldest first. */
  add(at: number, value: Decimal | null): Point[];
}

const MOST = 2000;

/** P&L over time, at most 2,000 points: when full, every second point of the older half goes, so a day still fits. */
export function createSeries(most = MOST): Series {
  let points: Point[] = [];
  return {
    add(at, value) {
      // a double is good enough for a chart; figures in words come from the decimal
      if (value !== null && at > (points.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY)) {
        points = [...points, [at, Number(value)]];
        const half = points.length >> 1;
        if (points.length > most) points = points.filter((_point, index) => index >= half || index % 2 === 0);
      }
      return points;
    },
  };
}
