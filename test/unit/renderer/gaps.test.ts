import { describe, expect, it } from 'vitest';
import { withGaps } from '../../../renderer/parts/gaps.ts';

describe('a line over a pause', () => {
  it('has a hole where nobody looked, and none elsewhere', () => {
    expect(
      withGaps(
        [
          [0, 1],
          [10, 2],
          [500, 3],
        ],
        100,
      ),
    ).toEqual([
      [0, 1],
      [10, 2],
      [11, null],
      [500, 3],
    ]);
    expect(withGaps([], 100)).toEqual([]);
  });
});
