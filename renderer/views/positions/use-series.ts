import { useMemo } from 'react';
import type { PositionsModel, Reading } from '../../../electron/contract/models.ts';
import { SeriesBook } from './series-book.ts';

/** The P&L of each position over time, for its line: every reading since the page is open. */
export function useSeries(reading: Reading<PositionsModel>): SeriesBook {
  const book = useMemo(() => new SeriesBook(), []);
  // while rendering, so that a row drawn by this reading has this reading at its end; taking one twice counts once
  if (reading.state === 'known') book.take(reading.value.rows, reading.receivedAt);
  return book;
}
