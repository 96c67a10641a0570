import { execFile, execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, matchesHost, parseKnownHosts } from '../../../electron/core/link/ssh/known-hosts.ts';
import { seeded } from '../../helpers/seeded.ts';

const FILES = 320;
const SEED = 20_261_121;

const NAMES = [
  'droplet',
  'droplet.example.test',
  'web-1.example.test',
  '10.0.0.7',
  '::1',
  '[droplet]:2222',
  '[10.0.0.7]:22022',
  '[web-1.example.test]:8022',
  'nobody',
];

interface Generator {
  pick: <T>(from: readonly T[]) => T;
  chance: (share: number) => boolean;
  bytes: (length: number) => Buffer;
}

function generator(random: () => number): Generator {
  return {
    pick: <T>(from: readonly T[]) => from[Math.floor(random() * from.length)],
    chance: (share) => random() < share,
    bytes: (length) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))),
  };
}

function part(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A host field: names and patterns, some negated, or one hashed name. */
function hosts({ pick, chance, bytes }: Generator): string {
  const name = () => pick(NAMES);
  if (chance(0.3)) {
    const salt = bytes(20);
    const hash = createHmac('sha1', salt).update(name()).digest();
    return `|1|${salt.toString('base64')}|${hash.toString('base64')}`;
  }
  const pattern = () => {
    const text = name();
    const at = Math.min(text.length - 1, 1 + ((bytes(1)[0] ?? 0) % 12));
    const shaped = pick([
      text,
      text,
      text.toUpperCase(),
      `${text.slice(0, at)}*`,
      `*${text.slice(at)}`,
      `${text.slice(0, at)}?${text.slice(at + 1)}`,
      '*',
      '?*?',
      '[*]:2222',
      '*.example.test',
      '10.0.?.*',
      '',
    ]);
    return chance(0.2) ? `!${shaped}` : shaped;
  };
  return Array.from({ length: pick([1, 1, 2, 3, 5]) }, pattern).join(',');
}

/** One line, sometimes an odd one. Keys differ, so that a key names its line. */
function line(random: Generator): string {
  const { pick, chance, bytes } = random;
  const key = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(bytes(32))]);
  // a tab behind a marker is left out: OpenSSH drops such a line where a blank follows later, we heed it
  const marker = pick(['', '', '', '', '@revoked ', '@cert-authority ', '@other ']);
  const blank = pick([' ', ' ', '\t', '  ']);
  const type = chance(0.05) ? 'ssh-rsa' : 'ssh-ed25519';
  const text = `${marker}${hosts(random)}${blank}${type}${blank}${key.toString('base64')}`;
  const note = pick(['', ' note', ' two words', '\tnote', ' # note']);
  if (chance(0.05))
    return pick(['', '   ', '# a comment', `#${text}`, 'droplet', 'droplet ssh-ed25519', '@revoked']);
  if (chance(0.05)) return text.slice(0, text.length - 1 - ((bytes(1)[0] ?? 0) % 40));
  return (chance(0.1) ? pick(['  ', '\t']) : '') + text + note;
}

/** What `ssh-keygen -l -F` finds, as `line marker fingerprint`. */
async function found(name: string, file: string): Promise<string[]> {
  const run = promisify(execFile);
  const { stdout } = await run('ssh-keygen', ['-l', '-F', name, '-f', file]).catch(
    (error: { stdout: string }) => error,
  );
  const lines = stdout.matchAll(/found: line \d+ *(REVOKED|CA)? *\n.*(SHA256:\S+)/g);
  return [...lines].map(([, marker = '', print]) => `${marker} ${print}`);
}

const keygen = fs.existsSync('/usr/bin/ssh-keygen');

describe.skipIf(!keygen)(
  `known_hosts (${keygen ? 'ssh-keygen' : 'needs the Debian package openssh-client'})`,
  () => {
    let dir: string;
    beforeAll(() => {
      dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-agree-'));
    });
    afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

    it(`finds the same lines as ssh-keygen -F in ${FILES} generated files`, async () => {
      const random = generator(seeded(SEED));
      const checks: (() => Promise<void>)[] = [];
      let [matches, hashed] = [0, 0];
      for (let i = 0; i < FILES; i++) {
        const file = path.join(dir, `known_hosts_${i}`);
        const end = random.pick(['\n', '\n', '\r\n']);
        const written = Array.from({ length: 1 + (i % 12) }, () => line(random));
        fs.writeFileSync(file, written.join(end) + random.pick(['', end]));
        if (i % 16 === 0) {
          try {
            // hashes the plain names, and leaves the others
            execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
            hashed += 1;
          } catch {
            // it refuses files with lines that it cannot read
          }
        }
        const text = fs.readFileSync(file, 'latin1');
        const entries = parseKnownHosts(text);
        const name = random.pick(NAMES);
        const ours = entries.filter((entry) => matchesHost(entry.hosts, name));
        const marks = { revoked: 'REVOKED', 'cert-authority': 'CA', none: '' };
        const lines = ours.map(({ marker, key }) => `${marks[marker ?? 'none']} ${fingerprint(key)}`);
        matches += ours.length;
        checks.push(async () =>
          expect({ name, text, lines }).toEqual({ name, text, lines: await found(name, file) }),
        );
      }
      for (let i = 0; i < FILES; i += 8) await Promise.all(checks.slice(i, i + 8).map((check) => check()));
      // the files are not so odd that nothing matches
      expect(matches).toBeGreaterThan(FILES / 2);
      expect(hashed).toBeGreaterThan(3);
    });
  },
);
