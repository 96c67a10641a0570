import type { Outcome } from '../../electron/contract/bridge.ts';

const WORDS: Record<Outcome, { word: string; look: string }> = {
  pending: { word: 'waiting', look: 'text-accent' },
  ok: { word: 'ok', look: 'text-quiet' },
  error: { word: 'error', look: 'text-danger' },
  denied: { word: 'denied', look: 'text-attention' },
  refused: { word: 'refused', look: 'text-attention' },
  unknown: { word: 'outcome unknown', look: 'text-unknown font-medium' },
  cached: { word: 'from cache', look: 'text-quiet' },
};

/** How something ended, in a word; only what went other than asked is coloured. */
export function OutcomeWord({ outcome }: { outcome: Outcome }) {
  const { word, look } = WORDS[outcome];
  return (
    <span className={`whitespace-nowrap ${look}`} data-outcome={outcome}>
      {word}
    </span>
  );
}
