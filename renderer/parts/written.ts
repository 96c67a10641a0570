import { useMemo } from 'react';
import type { Preferences } from '../../electron/contract/settings.ts';
import { usePreferences } from '../api/preferences.ts';
import { currencyPrefix } from './decimal.ts';
import { durationText } from './time-text.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const figure = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const change = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2, signDisplay: 'exceptZero' });

/** Group and decimal marks of a grouped text such as `1,234.50`, by an example of how they shall look. */
export function inStyle(text: string, style: Preferences['numbers']): string {
  if (style === '1,234.56') return text;
  const [group, point] = [style[1] ?? ',', style.at(-3) ?? '.'];
  return text.replace(/[,.]/g, (mark) => (mark === ',' ? group : point));
}

/** How one user wants numbers and currencies written. Times, log lines and what came from others stay as they are. */
export interface Written {
  /** A text grouped as `1,234.50`. */
  amount: (text: string) => string;
  /** What stands before an amount. */
  prefix: (currency: string) => string;
  /** `50,000`. */
  count: (value: number) => string;
  /** `1.2K`, where there is no room for all of it. */
  short: (value: number) => string;
  /** `1,234.5` for a curve: a real minus sign, at most two decimals; `signed` puts a plus before a gain. */
  figure: (value: number, signed?: boolean) => string;
  /** `38 ms`, `1.24 s`, `-` when unknown. */
  duration: (ms: number | null) => string;
}

export function writtenIn({ numbers, currency: as }: Pick<Preferences, 'numbers' | 'currency'>): Written {
  const amount = (text: string) => inStyle(text, numbers);
  return {
    amount,
    prefix: (currency) => (as === 'code' ? `${currency}\u00a0` : currencyPrefix(currency)),
    count: (value) => amount(whole.format(value)),
    short: (value) => amount(short.format(value)),
    figure: (value, signed = false) => amount((signed ? change : figure).format(value).replace('-', '−')),
    duration: (ms) => amount(durationText(ms)),
  };
}

/** How this user wants numbers written; the same object until that changes. */
export function useWritten(): Written {
  const { numbers, currency } = usePreferences();
  return useMemo(() => writtenIn({ numbers, currency }), [numbers, currency]);
}
