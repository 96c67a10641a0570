import { percentText } from './uptime.ts';
import { useWritten } from './written.ts';

/** A time that something took, as this user writes numbers; `-` when unknown. */
export function Duration({ ms }: { ms: number | null }) {
  return <span className="whitespace-nowrap tabular-nums">{useWritten().duration(ms)}</span>;
}

/** A share of a time, cut and not rounded; `-` when unknown. */
export function Share({ value }: { value: number | null }) {
  return <span className="whitespace-nowrap tabular-nums">{useWritten().amount(percentText(value))}</span>;
}
