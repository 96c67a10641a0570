import type { Preferences } from '../../electron/contract/settings.ts';
import { usePreferences } from '../api/preferences.ts';
import { currencyPrefix } from './decimal.ts';

/** Group and decimal marks of a grouped text such as `1,234.50`, by an example of how they shall look. */
export function inStyle(text: string, style: Preferences['numbers']): string {
  if (style === '1,234.56') return text;
  const [group, point] = [style[1] ?? ',', style.at(-3) ?? '.'];
  return text.replace(/[,.]/g, (mark) => (mark === ',' ? group : point));
}

/** How this user wants amounts and currencies written. */
export function useWritten(): { amount: (text: string) => string; prefix: (currency: string) => string } {
  const { numbers, currency: as } = usePreferences();
  return {
    amount: (text) => inStyle(text, numbers),
    prefix: (currency) => (as === 'code' ? `${currency}\u00a0` : currencyPrefix(currency)),
  };
}
