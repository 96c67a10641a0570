const TYPES = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv',
  txt: 'text/plain',
  json: 'application/json',
} as const;

export type FileFormat = keyof typeof TYPES;

/** `catalyst-audit-20261121-160300.csv`, local time. */
export function exportName(what: string, format: FileFormat, at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return `catalyst-${what}-${day}-${time}.${format}`;
}

/** Hands text to the browser as a file; nothing is sent anywhere. */
export function saveFile(name: string, format: FileFormat, parts: readonly string[]): void {
  save(name, new Blob([...parts], { type: TYPES[format] }));
}

/** The same for bytes in base64. */
export function saveBytes(name: string, type: string, base64: string): void {
  save(name, new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], { type }));
}

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // the browser has taken it by then
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
