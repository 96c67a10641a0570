import { useState } from 'react';
import type { Series } from '../../parts/chart.tsx';
import { LineChart } from '../../parts/chart.tsx';
import { momentText } from '../../parts/time-text.ts';
import { useWritten } from '../../parts/written.ts';

/** A curve of money over time, with what is under the pointer in words above it. */
export function Curve(props: {
  points: Series;
  currency: string;
  label: string;
  /** For the worth of an account: the scale need not show zero. */
  fit?: boolean;
}) {
  const { points, currency } = props;
  const [index, setIndex] = useState<number | null>(null);
  const written = useWritten();
  const at = index === null ? undefined : points[index];
  return (
    <div className="relative h-full">
      <p className="absolute -top-4 right-0 h-4 text-xs text-quiet" aria-hidden>
        {at === undefined || at[1] === null
          ? ''
          : `${momentText(at[0], points.at(-1)?.[0] ?? at[0])}  ${written.prefix(currency)}${written.figure(at[1])}`}
      </p>
      <div className="absolute inset-0">
        <LineChart
          series={points}
          format={written.figure}
          onPoint={setIndex}
          label={props.label}
          fit={props.fit ?? false}
        />
      </div>
    </div>
  );
}
