import { amountDecimal, moneyText, plainDecimal, signOf } from './decimal.ts';
import { useWritten } from './written.ts';

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
  const written = useWritten();
  if (value === null) return <Unknown why="not reported" />;
  const { arrow, text: plain, tone } = moneyText(value, most);
  const text = written.amount(plain);
  const prefix = currency === undefined ? '' : written.prefix(currency);
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
  const written = useWritten();
  if (value === null) return <Unknown why="not reported" />;
  const { text, tone } = moneyText(value);
  return (
    <span className={`whitespace-nowrap tabular-nums ${TONES[tone]}`} data-tone={tone}>
      {written.amount(text)} %
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
  const written = useWritten();
  if (value === null) return <Unknown why="not reported" />;
  return (
    <span className="whitespace-nowrap tabular-nums">{written.amount(plainDecimal(value, least, most))}</span>
  );
}

/** An amount of money that is no profit or loss, e.g. exposure. */
export function Sum({ value, currency }: { value: string | null; currency: string }) {
  const written = useWritten();
  if (value === null) return <Unknown why="not reported" />;
  return (
    <span className="whitespace-nowrap tabular-nums">
      {signOf(value) < 0 ? '−' : ''}
      {written.prefix(currency)}
      {written.amount(amountDecimal(value))}
    </span>
  );
}
