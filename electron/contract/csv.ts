/**
 * One text as a field by RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it, also where
 * it is spelled in full width, which some spreadsheets take as well (OWASP, CSV injection).
 */
export function csvText(value: string): string {
  const text = /^[\s\p{Cf}]*[=+\-@\t\r＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A decimal as a field: plain digits, so that a loss stays a number and is no formula. Anything else is text. */
export function csvDecimal(value: string | null): string {
  if (value === null) return '';
  return /^-?\d+(?:\.\d+)?$/.test(value) ? value : csvText(value);
}

/** A time in ms as ISO 8601, UTC; empty where there is none. */
export function csvTime(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}

/** Fields that are spelled already, as one record. */
export function csvRow(fields: readonly string[]): string {
  return `${fields.join(',')}\r\n`;
}
