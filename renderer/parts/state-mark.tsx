import type { Tone } from '../../electron/contract/present.ts';

/** Text colour of a tone. */
export const TONE_TEXT: Record<Tone, string> = {
  off: 'text-quiet',
  working: 'text-accent',
  live: 'text-live',
  attention: 'text-attention',
  danger: 'text-danger',
  unknown: 'text-unknown',
};

export const TONE_SOFT: Record<Tone, string> = {
  off: 'bg-sunken',
  working: 'bg-accent-soft',
  live: 'bg-live-soft',
  attention: 'bg-attention-soft',
  danger: 'bg-danger-soft',
  unknown: 'bg-unknown-soft',
};

function shape(tone: Tone) {
  switch (tone) {
    case 'live':
      return <circle cx="6" cy="6" r="4" fill="currentColor" />;
    case 'working':
      return (
        <path
          d="M6 2a4 4 0 1 1-4 4"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
          className="turning origin-center"
        />
      );
    case 'attention':
      return <path d="M6 1.4 11 10.4H1Z" fill="currentColor" />;
    case 'danger':
      return (
        <path
          d="m2.6 2.6 6.8 6.8m0-6.8-6.8 6.8"
          stroke="currentColor"
          strokeWidth="2.2"
          strokeLinecap="round"
        />
      );
    case 'unknown':
      return <path d="M6 1.2 10.8 6 6 10.8 1.2 6Z" fill="none" stroke="currentColor" strokeWidth="1.6" />;
    case 'off':
      return <circle cx="6" cy="6" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />;
    default:
      return tone satisfies never;
  }
}

/** A state by shape and colour alike, so that either is enough. The word beside it is the caller's. */
export function StateMark({ tone, size = 12 }: { tone: Tone; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden className={`shrink-0 ${TONE_TEXT[tone]}`}>
      {shape(tone)}
    </svg>
  );
}

/** Mark and word. */
export function StateWord({ tone, label, ...rest }: { tone: Tone; label: string; 'data-testid'?: string }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${TONE_TEXT[tone]}`}
      {...rest}
    >
      <StateMark tone={tone} />
      {label}
    </span>
  );
}
