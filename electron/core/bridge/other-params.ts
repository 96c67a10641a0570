import { members } from '../../stub/envelope.ts';
import type { Inspected } from './inspect.ts';

/**
 * The exact JSON text of what a tools/call carries beside name and arguments, as one object; undefined where it
 * carries nothing. It goes to the back end as it came, so a person who is asked sees it too.
 */
export function otherParamsText({ text, paramsSpan }: Inspected): string | undefined {
  if (!paramsSpan) return undefined;
  const others = [...members(text, paramsSpan.start)].filter(
    ([key]) => key !== 'name' && key !== 'arguments',
  );
  if (others.length === 0) return undefined;
  const parts = others.map(([key, span]) => `${JSON.stringify(key)}:${text.slice(span.start, span.end)}`);
  return `{${parts.join(',')}}`;
}
