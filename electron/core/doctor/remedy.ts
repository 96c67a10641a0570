import type { DoctorCheck } from '../../contract/doctor.ts';
import type { SshLink } from '../../contract/profile.ts';

export type Remedy = NonNullable<DoctorCheck['remedy']>;

/** What helps, as a sentence; before a command it ends with a colon. */
export function remedy(text: string, command: string | null = null): Remedy {
  const bare = text.replace(/[.:;]+$/, '');
  const end = /[!?…]$/.test(bare) ? '' : command === null ? '.' : ':';
  return { text: bare + end, command };
}

const COMMANDS = /^(.{0,400}?): ((?:catalyst-companion|ssh-keygen|ssh-add|ssh|sudo|openssl|getent) .+)$/s;

/**
 * The next step of an error as text and command: our errors write `Do this: COMMAND`. What stands in brackets behind
 * the command belongs to the text.
 */
export function remedyOf(next: string, profile: string): Remedy {
  const named = withoutRetry(next).replaceAll('PROFILE', profile);
  const [, text, rest] = COMMANDS.exec(named) ?? [];
  if (text === undefined || rest === undefined) return remedy(named);
  const [, command = rest, more = ''] = /^(.*?)((?:; | \(|, then ).*)?$/s.exec(rest) ?? [];
  return remedy(`${text}${more}`, command);
}

/** What a link does by itself does not help here: nothing is tried again before the doctor is asked again. */
function withoutRetry(next: string): string {
  const [first = '', ...rest] = next
    .split(/(?<=[.;])\s+|(?<=;)/)
    .filter((part) => !/\bit is (?:tried|opened|asked) again by itself/i.test(part));
  const left = [first, ...rest].join(' ').replace(/;$/, '.');
  const whole = left === '' ? 'Run the doctor again in a moment.' : left;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

/** A word for a POSIX shell. */
export function shellWord(word: string): string {
  return /^[\w.,:/@%+=~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command to be run on the droplet, as typed on this computer. */
export function onDroplet(link: SshLink, command: string): string {
  const hop = ({ user, host, port }: { user: string; host: string; port: number }) =>
    `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;
  const key = link.auth.find((way) => way.kind === 'key');
  return [
    'ssh',
    ...(link.port === 22 ? [] : ['-p', String(link.port)]),
    ...(key ? ['-i', shellWord(key.file)] : []),
    ...(link.jump.length > 0 ? ['-J', shellWord(link.jump.map(hop).join(','))] : []),
    shellWord(`${link.user}@${link.host}`),
    shellWord(command),
  ].join(' ');
}
