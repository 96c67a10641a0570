import type { Span } from '../../stub/envelope.ts';
import { elements, members } from '../../stub/envelope.ts';

/**
 * A tools/list result without output schemas of anything but objects, every other character as it was: a client of the
 * earlier eras refuses the whole list over one of those that 2026-07-28 allows.
 */
export function classicTools(text: string): string {
  const tools = members(text).get('tools');
  if (!tools || !text.includes('"outputSchema"')) return text;
  let changed = false;
  const entries = elements(text, tools.start).map(({ start, end }) => {
    const tool = text.slice(start, end);
    const { outputSchema } = JSON.parse(tool) as { outputSchema?: { type?: unknown } };
    const fits = outputSchema === undefined || outputSchema.type === 'object';
    changed ||= !fits;
    return fits ? tool : withMembers(tool, { start: 0, end: tool.length }, { outputSchema: undefined });
  });
  if (!changed) return text;
  return `${text.slice(0, tools.start)}[${entries.join(',')}]${text.slice(tools.end)}`;
}

/** The text with members of one of its objects left out or replaced by other JSON text. */
export function withMembers(text: string, object: Span, by: Record<string, string | undefined>): string {
  const kept: string[] = [];
  for (const [key, { start, end }] of members(text, object.start))
    if (!Object.hasOwn(by, key)) kept.push(`${JSON.stringify(key)}:${text.slice(start, end)}`);
  for (const [key, value] of Object.entries(by))
    if (value !== undefined) kept.push(`${JSON.stringify(key)}:${value}`);
  return `${text.slice(0, object.start)}{${kept.join(',')}}${text.slice(object.end)}`;
}
