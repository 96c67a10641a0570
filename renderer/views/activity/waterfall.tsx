import type { RequestTimes } from '../../../electron/contract/activity.ts';
import type { TimePart } from '../../../electron/contract/time-parts.ts';
import { timeParts } from '../../../electron/contract/time-parts.ts';
import { Duration } from '../../parts/quantity.tsx';
import { useWritten } from '../../parts/written.ts';
import { placed } from './placed.ts';

/** Fills of the parts: one hue in steps, since time is no state; the word stands beside each in the drawer. */
const FILL: Record<TimePart['part'], string> = {
  local: 'fill-(--accent)',
  guard: 'fill-(--unknown)',
  link: 'fill-(--line-strong)',
  upstream: 'fill-(--text-quiet)',
  wire: 'fill-(--text-quiet)',
};

const WORDS: Record<TimePart['part'], readonly [string, string]> = {
  local: ['This app', 'Taking the request, and sending it on'],
  guard: ['Guard', 'Rules, your consent where it was asked, the audit record'],
  link: ['Link', 'Round trip of the last probe through the link'],
  upstream: ['Back end', 'The rest, until its answer had come'],
  wire: [
    'Link and back end',
    'Not told apart: the last round trip of the link is not known, or was longer than this',
  ],
};

/** The parts of a request's time as one bar. */
export function TimeBar({ times, className = '' }: { times: RequestTimes; className?: string }) {
  const parts = placed(timeParts(times));
  const written = useWritten();
  const words = parts.map(({ part, ms }) => `${WORDS[part][0]} ${written.duration(ms)}`).join(', ');
  return (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={words} className={className}>
      <title>{words}</title>
      {parts.map(({ part, x, width }) => (
        <rect key={part} x={x} y={0} width={Math.max(0.6, width)} height={8} className={FILL[part]} />
      ))}
    </svg>
  );
}

/** Where the time of one request went, part by part. */
export function Waterfall({ times }: { times: RequestTimes }) {
  const parts = placed(timeParts(times));
  return (
    <section aria-label="Time" className="flex flex-col gap-2" data-testid="waterfall">
      <h3 className="text-sm text-quiet">Where the time went</h3>
      <ul className="flex flex-col gap-1">
        {parts.map(({ part, ms, x, width }) => (
          <li
            key={part}
            data-part={part}
            title={WORDS[part][1]}
            className="grid grid-cols-[104px_minmax(0,1fr)_64px] items-center gap-2 text-sm"
          >
            <span>{WORDS[part][0]}</span>
            <svg
              viewBox="0 0 100 8"
              preserveAspectRatio="none"
              aria-hidden
              className="h-2 w-full rounded-sm bg-sunken"
            >
              <rect x={Math.min(x, 99)} y={0} width={Math.max(1, width)} height={8} className={FILL[part]} />
            </svg>
            <span className="text-right text-quiet">
              <Duration ms={ms} />
            </span>
          </li>
        ))}
      </ul>
      {parts.some(({ part }) => part === 'link') ? (
        <p className="text-xs text-quiet">
          Link is the round trip of its last probe; the rest of the wait is counted to the back end.
        </p>
      ) : null}
      {times.wire === null ? <p className="text-sm text-quiet">Nothing was sent to the back end.</p> : null}
    </section>
  );
}
