/** `[time in ms, value]`, oldest first. */
export type SparkPoint = readonly [number, number];

/** Room around the line, in units of the picture. */
export const PAD = 2;

/** Drawn in units of the picture; a pause longer than `gapMs` breaks the line, since nobody looked in between. */
export function sparkPath(points: readonly SparkPoint[], width: number, height: number, gapMs: number) {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return null;
  const values = points.map(([, value]) => value);
  // zero belongs to the picture: it says which side of the entry this is
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const time = last[0] - first[0] || 1;
  const x = (at: number) => (PAD + ((at - first[0]) / time) * (width - 2 * PAD)).toFixed(1);
  const y = (value: number) => (PAD + ((high - value) / span) * (height - 2 * PAD)).toFixed(1);
  const line = points
    .map(([at, value], index) => {
      const before = points[index - 1];
      return `${before === undefined || at - before[0] > gapMs ? 'M' : 'L'}${x(at)} ${y(value)}`;
    })
    .join('');
  return { line, zero: y(0), end: { x: x(last[0]), y: y(last[1]) } };
}
