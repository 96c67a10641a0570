import { readPort } from './values.ts';

/** One jump host as written; what is not said comes from the configuration under its own alias. */
export interface JumpSpec {
  readonly alias: string;
  readonly user?: string;
  readonly port?: number;
}

/** No space, quote or character of a shell: such a hop is a mistake. */
const HOST = /^(?!-)[^\s"'`$\\;&<>|(){}*?#@,/]+$/;

/** The user's name before the `@`: of a URI decoded and without connection parameters. Undefined where it is none. */
function readUser(text: string, uri: boolean): string | undefined {
  if (!uri) return text || undefined;
  try {
    return decodeURIComponent(text.split(';')[0] ?? '') || undefined;
  } catch {
    return undefined;
  }
}

/** `[user@]host[:port]` (IPv6 in brackets when a port follows) or `ssh://…`; undefined where the text is neither. */
export function readTarget(text: string): JumpSpec | undefined {
  const uri = text.startsWith('ssh://');
  const bare = uri ? text.slice(6).replace(/\/$/, '') : text;
  const at = bare.lastIndexOf('@');
  const user = at < 0 ? undefined : readUser(bare.slice(0, at), uri);
  const [, bracketed, plain = '', digits] =
    /^(?:\[([^\]]+)\]|([^:]*))(?::(.+))?$/.exec(bare.slice(at + 1)) ?? [];
  const alias = bracketed ?? plain;
  const port = digits === undefined ? undefined : readPort(digits);
  const complete = (at < 0 || user !== undefined) && (digits === undefined || port !== undefined);
  if (!complete || !HOST.test(alias)) return undefined;
  return { alias, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

/** The hops of `a,user@b:22,ssh://c`, the first one dialled first; undefined for `none`. Throws Error naming what is no hop. */
export function readJump(text: string): JumpSpec[] | undefined {
  const plain = text.replace(/#.*$/s, '').trim();
  if (plain.toLowerCase() === 'none') return undefined;
  return plain.split(',').map((part) => {
    const hop = readTarget(part);
    if (!hop) throw new Error(`"${part}" is no jump host; it is user@host:port, several with commas`);
    return hop;
  });
}
