import { moneyText } from './decimal.ts';
import { Amount } from './money.tsx';
import { useWritten } from './written.ts';

/** A result in units of its risk: signed and coloured as money is. */
export function Multiple({ value }: { value: string | null }) {
  const written = useWritten();
  if (value === null) return <Amount value={null} />;
  const { text, tone } = moneyText(value);
  const color = tone === 'gain' ? 'text-gain' : tone === 'loss' ? 'text-loss' : 'text-text';
  return (
    <span className={`whitespace-nowrap tabular-nums ${color}`} data-tone={tone}>
      {written.amount(text)} R
    </span>
  );
}
