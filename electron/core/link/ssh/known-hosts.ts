import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../../contract/errors.ts';
import { writeState } from '../../files.ts';
import { readSmallFile } from './keys.ts';

/** One usable line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  /** Comma list of patterns, or one hashed name. */
  readonly hosts: string;
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  readonly type: string;
  readonly key: Buffer;
}

export type KeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** `SHA256:…` without padding, as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The key type that stands inside a public key in wire format; empty where it is malformed. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}

/**
 * Refuses host text that would be more than one name in a line of known_hosts: blanks and line breaks (a line of its
 * own, for any host), commas, patterns, markers, and what is not ASCII. Throws PROFILE_INVALID.
 */
export function checkHostText(host: string): void {
  if (/^[A-Za-z0-9_:][A-Za-z0-9._:%-]*$/.test(host)) return;
  throw new AppError(
    'PROFILE_INVALID',
    'The host of this SSH link is not a host name or an address.',
    'Write the name in ASCII (xn--… for an international one) or the address, without blanks: --ssh user@host',
  );
}

/** Whether a public key has more than its type and ends where its parts do. A line that a full disk cut off must not pass for another key. */
function isWhole(key: Buffer): boolean {
  let [at, parts] = [0, 0];
  for (; at + 4 <= key.length; parts++) at += 4 + key.readUInt32BE(at);
  return at === key.length && parts > 1;
}

/** A machine whose host key is judged: the link's own or a jump host. */
export interface KeyHost {
  readonly host: string;
  readonly port: number;
  /** The name its key is stored under instead (`HostKeyAlias`); ports then play no part. */
  readonly hostKeyAlias?: string | undefined;
}

/** The name a host has in known_hosts: its alias, or lower case and `[host]:port` for a port other than 22. */
export function knownName({ host, port, hostKeyAlias }: KeyHost): string {
  const name = (hostKeyAlias ?? host).toLowerCase();
  return hostKeyAlias !== undefined || port === 22 ? name : `[${name}]:${port}`;
}

/** The name without a port, which ssh asks for too where the port is another than 22 and there is no alias. */
function plainName(host: KeyHost): string {
  return knownName({ ...host, port: 22 });
}

/** Reads the lines we can use; blank, comment and malformed lines are left out, as ssh does. */
export function parseKnownHosts(text: string): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/[ \t]+/);
    let marker: KnownHost['marker'];
    if (words[0]?.startsWith('@')) {
      const word = words.shift();
      if (word === '@revoked') marker = 'revoked';
      else if (word === '@cert-authority') marker = 'cert-authority';
      else continue;
    }
    const [hosts, type, base64] = words;
    if (hosts === undefined || hosts === '' || hosts.startsWith('#') || !type || !base64) continue;
    const key = Buffer.from(base64, 'base64');
    if (keyType(key) === type && isWhole(key)) entries.push({ hosts, marker, type, key });
  }
  return entries;
}

/** `*` and `?` as in sshd(8). By hand: as a regular expression a line of many stars would take for ever. */
function matchesPattern(pattern: string, name: string): boolean {
  let [at, i, star, mark] = [0, 0, -1, 0];
  while (i < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      mark = i;
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++mark;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

function matchesHashed(hosts: string, name: string): boolean {
  const [, , salt, hash] = hosts.split('|');
  if (!salt || !hash) return false;
  const mine = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  const theirs = Buffer.from(hash, 'base64');
  return theirs.length === mine.length && timingSafeEqual(mine, theirs);
}

/** Whether a line's host field covers a name; a negated pattern that matches excludes the whole line. */
export function matchesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return matchesHashed(hosts, name);
  let found = false;
  for (const raw of hosts.toLowerCase().split(',')) {
    if (raw.startsWith('!')) {
      if (matchesPattern(raw.slice(1), name)) return false;
    } else if (raw !== '' && matchesPattern(raw, name)) found = true;
  }
  return found;
}

/**
 * What the stored lines say about a key offered by `host`. Any line with the exact key makes it known; a different
 * key of the same type makes it changed; a key of a type not stored is unknown (it never silently replaces another).
 * A revoked key is refused whatever else is stored. `@cert-authority` lines concern certificates only. As ssh does,
 * a key stored for the plain host name also counts on another port.
 */
export function judgeKey(
  entries: readonly KnownHost[],
  host: KeyHost,
  key: Buffer,
): { verdict: KeyVerdict; known: string[] } {
  const name = knownName(host);
  const plain = plainName(host);
  const forHost = entries.filter((entry) => matchesHost(entry.hosts, name));
  const stored = forHost.filter((entry) => entry.marker === undefined);
  const known = [...new Set(stored.map((entry) => fingerprint(entry.key)))];
  const same = (entry: KnownHost) => entry.key.equals(key);
  const elsewhere = entries.filter((entry) => same(entry) && matchesHost(entry.hosts, plain));
  if ([...forHost, ...elsewhere].some((entry) => entry.marker === 'revoked' && same(entry))) {
    return { verdict: 'revoked', known };
  }
  if (stored.some(same)) return { verdict: 'known', known };
  if (stored.some((entry) => entry.type === keyType(key))) return { verdict: 'changed', known };
  if (elsewhere.some((entry) => entry.marker === undefined)) return { verdict: 'known', known };
  return { verdict: 'unknown', known };
}

const HOST_KEY_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
export type HostKeyAlgorithm = (typeof HOST_KEY_ALGORITHMS)[number];

/** Host key algorithms to offer, those of stored keys first, so that a known host shows the key we know. Never SHA-1. */
export function hostKeyAlgorithms(entries: readonly KnownHost[], host: KeyHost): HostKeyAlgorithm[] {
  const names = [knownName(host), plainName(host)];
  const types = new Set(
    entries
      .filter((entry) => entry.marker === undefined && names.some((name) => matchesHost(entry.hosts, name)))
      .map((entry) => entry.type),
  );
  const isKnown = (algorithm: string) => types.has(algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm);
  return HOST_KEY_ALGORITHMS.toSorted((a, b) => Number(isKnown(b)) - Number(isKnown(a)));
}

const MAX_BYTES = 16 << 20;

/** Reads known_hosts files; a missing one is empty, and so are `none` and `/dev/null`, which ssh configurations name. Throws LINK_KNOWN_HOSTS_UNREADABLE: what cannot be read is not trusted. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const parts = await Promise.all(
    files.map(async (file) => {
      if (file === 'none' || file === '/dev/null') return [];
      try {
        return parseKnownHosts(await readSmallFile(file, MAX_BYTES));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw new AppError(
          'LINK_KNOWN_HOSTS_UNREADABLE',
          `The file of known host keys ${file} cannot be read, so no host key can be trusted.`,
          `Check its permissions: ls -l "${file}"`,
          { cause: error },
        );
      }
    }),
  );
  return parts.flat();
}

/** Appends a key to OUR file in one write (O_APPEND, so that two links never lose each other's line), mode 0600. Throws STATE_WRITE_FAILED. */
export async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  const [present] = (await readKnownHosts([file])).filter(
    (entry) => entry.marker === undefined && entry.key.equals(key) && matchesHost(entry.hosts, name),
  );
  if (present) return;
  try {
    await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await fs.open(file, 'a+', 0o600);
    try {
      const { size } = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      const lead = size > 0 && last.toString() !== '\n' ? '\n' : '';
      const line = Buffer.from(`${lead}${name} ${keyType(key)} ${key.toString('base64')}\n`, 'latin1');
      const { bytesWritten } = await handle.write(line);
      if (bytesWritten < line.length) throw new Error('the disk is full');
      await handle.chmod(0o600);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new AppError(
      'STATE_WRITE_FAILED',
      `The host key could not be saved to ${file} (${(error as Error).message}).`,
      'Free disk space or fix the permissions of the state folder.',
      { cause: error },
    );
  }
}

/** Removes the lines of OUR file that store this key for one of the names; returns how many. Other lines stay as they are. */
export async function removeKnownHost(
  file: string,
  names: readonly string[],
  print: string,
): Promise<number> {
  await readKnownHosts([file]);
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  let removed = 0;
  const kept = text.split('\n').filter((line) => {
    const [entry] = parseKnownHosts(line);
    const gone =
      entry !== undefined &&
      entry.marker === undefined &&
      fingerprint(entry.key) === print &&
      names.some((name) => matchesHost(entry.hosts, name));
    if (gone) removed += 1;
    return !gone;
  });
  if (removed > 0) await writeState(file, kept.join('\n'));
  return removed;
}
