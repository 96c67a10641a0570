import { currencyPrefix, groupDecimal, moneyText, plainDecimal, signOf } from './decimal.ts';

const TONES = { gain: 'text-gain', loss: 'text-loss', neutral: 'text-text' } as const;

function Unknown({ why }: { why: string }) {
  return (
    <span className="text-quiet" title={why}>
      -
    </span>
  );
}

/** A profit or loss: sign, arrow and colour; zero neutral; not reported is `-`. */
export function ProfitLoss({
  value,
  currency,
  most = 2,
}: {
  value: string | null;
  currency?: string;
  most?: number;
}) {
  if (value === null) return <Unknown why="not reported" />;
  const { arrow, text, tone } = moneyText(value, most);
  const prefix = currency === undefined ? '' : currencyPrefix(currency);
  const signed = tone === 'neutral' ? `${prefix}${text}` : `${text[0]}${prefix}${text.slice(1)}`;
  return (
    <span className={`whitespace-nowrap tabular-nums ${TONES[tone]}`} data-tone={tone}>
      {signed}
      <span aria-hidden className="ml-1 inline-block w-[1em] text-[0.7em] leading-none">
        {arrow}
      </span>
    </span>
  );
}

export function Percent({ value }: { value: string | null }) {
  if (value === null) return <Unknown why="not reported" />;
  const { text, tone } = moneyText(value);
  return (
    <span className={`whitespace-nowrap tabular-nums ${TONES[tone]}`} data-tone={tone}>
      {text} %
    </span>
  );
}

/** A price or quantity; not reported is `-`. */
export function Amount({
  value,
  least = 0,
  most = 4,
}: {
  value: string | null;
  least?: number;
  most?: number;
}) {
  if (value === null) return <Unknown why="not reported" />;
  return <span className="whitespace-nowrap tabular-nums">{plainDecimal(value, least, most)}</span>;
}

/** An amount of money that is no profit or loss, e.g. exposure. */
export function Sum({ value, currency }: { value: string | null; currency: string }) {
  if (value === null) return <Unknown why="not reported" />;
  return (
    <span className="whitespace-nowrap tabular-nums">
      {signOf(value) < 0 ? '−' : ''}
      {currencyPrefix(currency)}
      {groupDecimal(value)}
    </span>
  );
}
