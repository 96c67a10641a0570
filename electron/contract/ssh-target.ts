const TARGET = /^([A-Za-z0-9._-]{1,64})@(?:\[([0-9A-Fa-f:.%a-z]+)\]|([^@:\s/[\]]+))(?::(\d{1,5}))?$/;

/** `user@host[:port]` (IPv6 in brackets) as its parts; undefined where the text is none. */
export function parseSshTarget(text: string): { user: string; host: string; port: number } | undefined {
  const [, user, bracketed, plain, port = '22'] = TARGET.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  if (user === undefined || host === undefined || number < 1 || number > 65_535) return undefined;
  return { user, host, port: number };
}
