import type { Position } from '../../../electron/contract/models.ts';
import type { PositionFigures } from '../../../electron/contract/position-figures.ts';
import { positionFigures } from '../../../electron/contract/position-figures.ts';

/** Gives the figures of a position, worked out once for each state of it. */
export type FiguresOf = (position: Position) => PositionFigures;

export function createFigures(): FiguresOf {
  const known = new WeakMap<Position, PositionFigures>();
  return (position) => {
    const before = known.get(position);
    if (before !== undefined) return before;
    const figures = positionFigures(position);
    known.set(position, figures);
    return figures;
  };
}
