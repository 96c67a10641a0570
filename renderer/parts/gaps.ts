import type { Series } from './chart.tsx';

/** The points with a hole wherever two are further apart than `gapMs`: nobody looked in between, so no line is drawn. */
export function withGaps(points: readonly (readonly [number, number])[], gapMs: number): Series {
  return points.flatMap((point, index): [number, number | null][] => {
    const before = points[index - 1];
    const own: [number, number | null] = [point[0], point[1]];
    return before !== undefined && point[0] - before[0] > gapMs ? [[before[0] + 1, null], own] : [own];
  });
}
