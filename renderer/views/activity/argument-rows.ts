/** A number with the spelling it was sent in: 1.10 must not be shown as 1.1. */
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

const asSent: Reviver = (_key, value, { source }) => {
  const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => unknown };
  return typeof value === 'number' && source !== undefined && rawJSON ? rawJSON(source) : value;
};

function parsed(text: string): unknown {
  return JSON.parse(text, asSent as (key: string, value: unknown) => unknown) as unknown;
}

/** One row a top-level argument with its exact value; null where the text is no JSON object. */
export function argumentRows(text: string): { name: string; value: string }[] | null {
  try {
    const value = parsed(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.entries(value).map(([name, one]) => ({ name, value: JSON.stringify(one) }));
  } catch {
    return null;
  }
}
