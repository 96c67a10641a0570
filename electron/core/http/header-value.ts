/**
 * Why a text cannot go out as the value of an HTTP header, as the rest of a sentence; undefined where it can. A line
 * break would begin a header of its own, spaces at the ends are cut off by the server, and outside ASCII client and
 * server do not agree on the bytes (RFC 9110, 5.5).
 */
export function headerProblem(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'holds a line break';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) return 'holds a control character';
  if (/[^ -~]/.test(value)) return 'holds a character outside ASCII';
  return value.trim() === value ? undefined : 'begins or ends with a space';
}
