import { createPrivateKey } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../contract/errors.ts';
import { recogniseKey, sshKeyText } from './key-text.ts';
import type { KeyKind } from './key-text.ts';

/** bcrypt rounds above this take over 10 s here; `ssh-keygen` itself writes 16 or 24. The field is a uint32 without a bound. */
const MAX_ROUNDS = 512;
const MAX_BYTES = 64 << 10;
const DECRYPT_MS = 15_000;

/** The ciphers of OpenSSH's key files that ssh2 decrypts; `ssh-keygen -Z` also writes chacha20-poly1305. */
const READABLE_CIPHERS = new Set([
  'none',
  '3des-cbc',
  ...['128', '192', '256'].flatMap((bits) => [`aes${bits}-ctr`, `aes${bits}-cbc`]),
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
]);

/** Text out of a file for a message: one short line. */
function printable(text: string): string {
  return text.replace(/[^ -~]+/g, ' ').slice(0, 40);
}

/** The path with a leading `~` as the user's home folder. */
export function expandHome(file: string): string {
  return file === '~' || file.startsWith('~/') || file.startsWith('~\\')
    ? path.join(os.homedir(), file.slice(1))
    : file;
}

function formatError(file: string, what: string, nextStep: string, cause?: unknown): AppError {
  return new AppError('LINK_KEY_FORMAT', `${file} ${what}`, nextStep, { cause });
}

/** A small regular file. Opened without waiting: reading a named pipe would hold one of node's few threads for good. */
export async function readSmallFile(file: string, maxBytes: number): Promise<string> {
  // Windows has no such flag, and there it counts as 0
  const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new Error('it is not a regular file');
    if (info.size > maxBytes) throw new Error('it is too large');
    return await handle.readFile('latin1');
  } finally {
    await handle.close();
  }
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readSmallFile(file, MAX_BYTES);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new AppError(
        'LINK_KEY_MISSING',
        `The SSH key file ${file} does not exist.`,
        `Give the right path, or make a key: ssh-keygen -t ed25519 -f "${file}"`,
        { cause: error },
      );
    }
    throw new AppError(
      'LINK_KEY_UNREADABLE',
      `The SSH key file ${file} cannot be read (${(error as Error).message}).`,
      `Check its permissions: ls -l "${file}"`,
      { cause: error },
    );
  }
}

/**
 * The work of decryption, on a thread of its own: ssh2's bcrypt is synchronous (270 ms at 16 rounds). It is program
 * text, not a file, so that the bundled app needs no second entry; ssh2 itself is never bundled.
 */
const DECRYPTION = `
const { parentPort, workerData } = require('node:worker_threads');
const { createPrivateKey } = require('node:crypto');
const { text, passphrase, openssh, ssh2 } = workerData;
try {
  let pem;
  if (openssh) {
    const key = require(ssh2).utils.parseKey(text, passphrase);
    if (key instanceof Error) throw key;
    pem = key.getPrivatePEM();
  } else {
    pem = createPrivateKey({ key: text, passphrase }).export({ format: 'pem', type: 'pkcs8' });
  }
  parentPort.postMessage({ pem });
} catch (error) {
  parentPort.postMessage({ error: String(error.message), code: String(error.code ?? '') });
}`;

/** The decrypted key as PEM, or the library's error text. */
function decrypt(
  text: string,
  passphrase: string,
  openssh: boolean,
): Promise<{ pem: string } | { error: string }> {
  return new Promise((resolve) => {
    const worker = new Worker(DECRYPTION, {
      eval: true,
      env: {},
      execArgv: [],
      workerData: { text, passphrase, openssh, ssh2: createRequire(import.meta.url).resolve('ssh2') },
    });
    const timer = setTimeout(() => end({ error: 'time' }), DECRYPT_MS);
    const end = (result: { pem: string } | { error: string }) => {
      clearTimeout(timer);
      resolve(result);
      void worker.terminate();
    };
    worker.once('message', end);
    worker.once('error', (error) => end({ error: (error as Error).message }));
    worker.once('exit', () => end({ error: 'the decryption ended early' }));
  });
}

/**
 * Whether a library's text says that it does not know how the key is encrypted, and not that the passphrase is wrong:
 * OpenSSL's, which Node has, and BoringSSL's, which Electron has.
 */
export function isUnreadableCipher(error: string): boolean {
  return (
    /digital envelope routines::unsupported|unknown|algorithm/i.test(error) ||
    /\bUNSUPPORTED_[A-Z]/.test(error)
  );
}

async function decrypted(
  file: string,
  text: string,
  passphrase: string,
  openssh: boolean,
  profile: string,
): Promise<string> {
  const result = await decrypt(text, passphrase, openssh);
  if ('pem' in result) return result.pem;
  if (result.error === 'time') {
    throw formatError(
      file,
      'takes too long to decrypt.',
      `Write it again with fewer rounds: ssh-keygen -p -a 24 -f "${file}"`,
    );
  }
  const wrong = (sentence: string) =>
    new AppError(
      'LINK_KEY_PASSPHRASE_WRONG',
      sentence,
      `Set the right one: catalyst-companion secret set ${profile} passphrase`,
    );
  // the texts of ssh2 (integrity check, GCM authentication) and of OpenSSL for a wrong passphrase
  if (
    /integrity|bad passphrase|bad decrypt|authenticat|decrypt|interrupted or cancelled/i.test(result.error)
  ) {
    throw wrong(`The stored passphrase does not open the SSH key ${file}.`);
  }
  // one wrong passphrase of 256 leaves a padding that looks right, and then rubbish instead of a key
  if (!openssh && !isUnreadableCipher(result.error)) {
    throw wrong(`The stored passphrase does not open the SSH key ${file}, or the file is damaged.`);
  }
  throw formatError(
    file,
    'is encrypted in a way that is not supported.',
    `Write it again in OpenSSH's format: ssh-keygen -p -f "${file}"`,
    new Error(result.error),
  );
}

function refuseType(file: string, type: string): void {
  if (type.startsWith('sk-')) {
    throw formatError(
      file,
      'belongs to a hardware security key, which works through ssh-agent only.',
      `Load it into the agent (ssh-add "${file}") and use --agent.`,
    );
  }
  if (type === 'ssh-dss' || type.includes('-cert-')) {
    throw formatError(
      file,
      `holds a key of type ${type}, which is not supported.`,
      'Use an ed25519 key: ssh-keygen -t ed25519',
    );
  }
}

function refuseEncryption(file: string, found: Extract<KeyKind, { kind: 'openssh' }>): void {
  if (!READABLE_CIPHERS.has(found.cipher)) {
    throw formatError(
      file,
      `is encrypted with ${printable(found.cipher)}, which is not supported.`,
      `Write it again with the usual cipher: ssh-keygen -p -Z aes256-ctr -f "${file}"`,
    );
  }
  if (found.encrypted && found.rounds > MAX_ROUNDS) {
    throw formatError(
      file,
      `asks for ${found.rounds} rounds of key derivation; more than ${MAX_ROUNDS} are refused.`,
      `Write it again with fewer: ssh-keygen -p -a 24 -f "${file}"`,
    );
  }
}

/** Refuses what is no private key that can be used, with the way to make it one. Throws LINK_KEY_FORMAT. */
function usable(file: string, found: KeyKind): Extract<KeyKind, { encrypted: boolean }> {
  if (found.kind === 'putty') {
    throw formatError(
      file,
      `is a PuTTY key (PPK version ${found.version}), which is not read here.`,
      `In PuTTYgen: Load this file, then Conversions > Export OpenSSH key, and give the saved file. On a command line: puttygen "${file}" -O private-openssh -o "${file.replace(/\.ppk$/i, '')}_openssh"`,
    );
  }
  if (found.kind === 'public' && found.certificate) {
    throw formatError(
      file,
      'holds a certificate; those work through ssh-agent only.',
      `Load the key with it into the agent (ssh-add "${file.replace(/-cert\.pub$/, '')}") and use --agent.`,
    );
  }
  if (found.kind === 'public') {
    throw formatError(
      file,
      'holds the public half of a key.',
      `Give the private key, usually the same name without .pub: ${file.replace(/\.pub$/, '')}`,
    );
  }
  if (found.kind === 'utf16') {
    throw formatError(
      file,
      'is saved as UTF-16 text, which is not read here.',
      'Copy the original file again without a redirection in PowerShell, or save it as plain ASCII text.',
    );
  }
  if (found.kind === 'unknown') {
    throw formatError(
      file,
      'is not a private key in a known format.',
      'Give an OpenSSH or PEM private key; make one with: ssh-keygen -t ed25519',
    );
  }
  if (found.kind === 'openssh') refuseType(file, found.type);
  if (found.kind === 'openssh') refuseEncryption(file, found);
  return found;
}

/**
 * A private key file as unencrypted text that ssh2 reads. Throws LINK_KEY_MISSING, LINK_KEY_UNREADABLE, LINK_KEY_ENCRYPTED
 * (no passphrase stored), LINK_KEY_PASSPHRASE_WRONG or LINK_KEY_FORMAT, each with the command that helps.
 * `passphrase` is asked for only when the key needs one.
 */
export async function loadKey(
  path: string,
  profile: string,
  passphrase: () => Promise<string | undefined>,
): Promise<string> {
  const file = expandHome(path);
  // read as latin1, a byte order mark of UTF-8 is these three
  const text = (await readKeyFile(file)).replace(/^\u00ef\u00bb\u00bf/, '');
  const found = usable(file, recogniseKey(text));
  if (!found.encrypted) return found.kind === 'openssh' ? text : pemText(file, text);
  const secret = await passphrase();
  if (secret === undefined) {
    throw new AppError(
      'LINK_KEY_ENCRYPTED',
      `The SSH key ${file} is encrypted and no passphrase is stored for it.`,
      `Store it: catalyst-companion secret set ${profile} passphrase`,
    );
  }
  return pemText(file, await decrypted(file, text, secret, found.kind === 'openssh', profile));
}

function pemText(file: string, pem: string): string {
  let text: string | undefined;
  try {
    text = sshKeyText(createPrivateKey(pem));
  } catch (error) {
    throw formatError(
      file,
      'is damaged or not a private key.',
      `Check it with: ssh-keygen -y -f "${file}"`,
      error,
    );
  }
  if (text === undefined) {
    throw formatError(
      file,
      'holds a kind of key that SSH links cannot use.',
      'Use an ed25519 key: ssh-keygen -t ed25519',
    );
  }
  return text;
}
