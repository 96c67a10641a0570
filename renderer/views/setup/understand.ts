/** What a person pasted, as far as it says how to reach a droplet. */
export type Understood =
  | { kind: 'nothing' }
  | {
      kind: 'ssh';
      /** `user@host` or `user@host:port`, as the form has it. */
      target: string;
      user: string;
      host: string;
      port: number;
      /** The private key of `-i`. */
      identity: string | undefined;
      /** `user@host`, the first one dialled first. */
      jump: readonly string[];
      /** What was left out, one sentence each. */
      notes: readonly string[];
    }
  | { kind: 'https'; url: string; host: string }
  | { kind: 'direct'; url: string }
  /** A name without a user, which may be a host of ~/.ssh/config. */
  | { kind: 'alias'; alias: string }
  | { kind: 'problem'; text: string };

const problem = (text: string): Understood => ({ kind: 'problem', text });

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.%a-z]*)$/;

/** Options of ssh that take a value (ssh(1)); those not named below change nothing here. */
const WITH_VALUE = 'BbcDEeFIiJLlmOoPpQRSWw';

/** Words as a POSIX shell cuts them, quotes taken off; undefined where a quote stays open. */
function words(text: string): string[] | undefined {
  const found: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const [whole = ''] = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest) ?? [];
    if (whole === '') return undefined;
    found.push(whole.replaceAll(/"([^"]*)"|'([^']*)'/g, (_all, a?: string, b?: string) => a ?? b ?? ''));
    rest = rest.slice(whole.length).trimStart();
  }
  return found;
}

interface Reading {
  user: string | undefined;
  port: string | undefined;
  identity: string | undefined;
  jump: string[];
  notes: string[];
}

function readOption(reading: Reading, letter: string, value: string): string | undefined {
  if (letter === 'p') reading.port = value;
  else if (letter === 'i') reading.identity = value;
  else if (letter === 'l') reading.user = value;
  else if (letter === 'J') reading.jump.push(...value.split(','));
  else if (letter === 'o') return readSetting(reading, value);
  else if ('LDRW'.includes(letter))
    reading.notes.push(`-${letter} is not needed: the app has its own way through the connection.`);
  else if (letter === 'F')
    return 'Another configuration file (-F) is not read; name host, port and key instead.';
  return undefined;
}

function readSetting(reading: Reading, text: string): string | undefined {
  const [, name = '', value = ''] = /^\s*(\w+)\s*[= ]\s*(.*)$/.exec(text) ?? [];
  const letter = { port: 'p', user: 'l', identityfile: 'i', proxyjump: 'J' }[name.toLowerCase()];
  if (letter !== undefined) return readOption(reading, letter, value);
  if (/^(?:stricthostkeychecking|userknownhostsfile)$/i.test(name))
    reading.notes.push(`${name} is left out: the app always asks about a key that it does not know.`);
  return undefined;
}

/** `user@host`, `user@host:port`, `[::1]`, `ssh://user@host:port` as their parts. */
function destinationOf(text: string): { user?: string; host: string; port?: string } | undefined {
  const plain = text.replace(/^ssh:\/\//i, '').replace(/\/$/, '');
  const [, user, bracketed, host, port] =
    /^(?:([^@\s]*)@)?(?:\[([^\]]+)\]|([^@:\s/[\]]+|[0-9A-Fa-f]*(?::[0-9A-Fa-f.]*){2,}))(?::(\d+))?$/.exec(
      plain,
    ) ?? [];
  const name = bracketed ?? host;
  if (name === undefined || !HOST.test(name)) return undefined;
  return { host: name, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

/** Reads options from `at` on; gives the place behind them, or what is wrong. */
function readOptions(list: readonly string[], from: number, reading: Reading): number | string {
  let at = from;
  for (; at < list.length; at += 1) {
    const word = list[at] ?? '';
    if (word === '--') return at + 1;
    if (!/^-[A-Za-z0-9]/.test(word)) break;
    // flags may stand together, the last of them with a value: -Np 2222
    const last = word.slice(1).search(new RegExp(`[${WITH_VALUE}]`));
    if (last === -1) continue;
    const glued = word.slice(last + 2);
    const value = glued === '' ? list[(at += 1)] : glued;
    if (value === undefined) return `${word} has no value.`;
    const wrong = readOption(reading, word[last + 1] ?? '', value);
    if (wrong !== undefined) return wrong;
  }
  return at;
}

function sshOf(list: readonly string[]): Understood {
  const reading: Reading = { user: undefined, port: undefined, identity: undefined, jump: [], notes: [] };
  const at = readOptions(list, 0, reading);
  if (typeof at === 'string') return problem(at);
  const text = list[at];
  if (text === undefined) return problem('The host is missing: ssh root@203.0.113.10');
  // ssh reads options behind the host as well
  const end = readOptions(list, at + 1, reading);
  if (typeof end === 'string') return problem(end);
  if (end < list.length) reading.notes.push('The command behind the host is left out.');
  return targetFrom(text, reading);
}

function targetFrom(text: string, reading: Reading): Understood {
  const found = destinationOf(text);
  if (found === undefined)
    return problem(`“${text.slice(0, 60)}” is not a host. Write it as root@203.0.113.10.`);
  const user = reading.user ?? found.user;
  if (user === undefined) return { kind: 'alias', alias: text };
  if (!NAME.test(user)) return problem(`“${user.slice(0, 40)}” is not a user name.`);
  const port = Number(reading.port ?? found.port ?? '22');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return problem('The port is a number from 1 to 65535.');
  const host = found.host.includes(':') ? `[${found.host}]` : found.host;
  const { identity, jump, notes } = reading;
  const target = `${user}@${host}${port === 22 ? '' : `:${port}`}`;
  return { kind: 'ssh', target, user, host: found.host, port, identity, jump, notes };
}

/** Addresses that are this computer's or its own network's, where plain HTTP shows nothing to strangers. */
const NEAR =
  /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|[^.]+\.(?:local|lan|internal))$/;

function urlOf(text: string): Understood {
  if (!URL.canParse(text))
    return problem('This address cannot be read. Write it as https://trading.example.com/mcp.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return problem('Leave the name and password out of the address; a key is asked for below.');
  if (url.protocol === 'https:') return { kind: 'https', url: text, host: url.hostname };
  if (NEAR.test(url.hostname)) return { kind: 'direct', url: text };
  return problem(
    `Plain http:// shows positions and orders to everybody on the way. Use https://${url.hostname}, or SSH: root@${url.hostname}.`,
  );
}

/** Reads what a person has at hand: an ssh command, `user@host`, or an address. Pure. */
export function understand(pasted: string): Understood {
  const text = pasted
    .trim()
    .replace(/^[$#>]\s+/, '')
    .replace(/^(["'`])([^"'`]*)\1$/, '$2');
  if (text === '') return { kind: 'nothing' };
  if (/\n/.test(text)) return problem('Paste one line: the ssh command, user@host, or the address.');
  if (/^https?:\/\//i.test(text)) return urlOf(text);
  const list = words(text);
  if (list === undefined) return problem('A quote is not closed.');
  if (/^(?:.*[\\/])?ssh(?:\.exe)?$/i.test(list[0] ?? '')) return sshOf(list.slice(1));
  if (list.length > 1) return problem('Paste the whole command, beginning with ssh, or user@host alone.');
  if (/^[a-z]+:\/\//i.test(text) && !/^ssh:/i.test(text))
    return problem('This kind of address is not known here. Use ssh or https.');
  return sshOf(list);
}

/** How it was understood, as one sentence; empty where nothing was. */
export function understoodText(found: Understood): string {
  switch (found.kind) {
    case 'nothing':
      return '';
    case 'problem':
      return found.text;
    case 'alias':
      return `Who signs in there? Write it as root@${found.alias}, or take a host of ~/.ssh/config.`;
    case 'https':
      return `Over HTTPS to ${found.host}.`;
    case 'direct':
      return 'Straight to a server on this computer or in its network.';
    case 'ssh': {
      const port = found.port === 22 ? '' : `, port ${found.port}`;
      const key = found.identity === undefined ? '' : `, with the key ${found.identity}`;
      const jump = found.jump.length === 0 ? '' : `, by way of ${found.jump.join(', then ')}`;
      return `Over SSH to ${found.host}${port}, signing in as ${found.user}${key}${jump}.${found.notes.map((note) => ` ${note}`).join('')}`;
    }
    default:
      return found satisfies never;
  }
}
