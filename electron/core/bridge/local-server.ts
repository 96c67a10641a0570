import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { readOneLine } from '../../stub/lines.ts';
import type { Hello, Verdict } from '../../stub/wire.ts';
import { WIRE_VERSION, keyPath, newNonce, proofOf, sameProof, socketPath } from '../../stub/wire.ts';
import { AppError, asAppError } from '../../contract/errors.ts';
import type { Log } from '../ports.ts';

const HANDSHAKE_MS = 5000;
/** A hello carries the client's initialize at most; more is not one of ours. */
const MAX_HELLO = 1024 * 1024;
const MAX_SHAKING = 64;

export interface LocalServerOptions {
  /** The state folder. */
  home: string;
  log: Log;
  /** Refuses by throwing AppError (its words reach the client), or takes the connection. */
  onConnection(hello: Hello): (socket: net.Socket) => void;
}

export interface LocalServer {
  /** Ends the socket and every connection. Idempotent. */
  dispose(): Promise<void>;
}

/**
 * Opens the app's local socket: `run/bridge.sock` (0600, in a 0700 folder) or a named pipe. Both sides prove that
 * they know `run/bridge.key` before anything else is said. A socket that a dead app left is replaced; a living
 * one means APP_ALREADY_RUNNING.
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const key = await ensureKey(options.home);
  const sockets = new Set<net.Socket>();
  let shaking = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    if (shaking >= MAX_SHAKING) {
      socket.destroy();
      return;
    }
    shaking++;
    welcome(socket, key, options)
      .catch((error: unknown) => {
        options.log.warn('a local connection was refused', { why: asAppError(error).message });
        socket.destroy();
      })
      .finally(() => shaking--);
  });
  const address = socketPath(options.home);
  await listen(server, options.home, address);
  let disposed: Promise<void> | undefined;
  return {
    dispose: () => {
      disposed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      return disposed;
    },
  };
}

async function ensureKey(home: string): Promise<string> {
  const file = keyPath(home);
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') await fs.chmod(path.dirname(file), 0o700);
  const fresh = randomBytes(32).toString('hex');
  try {
    await fs.writeFile(file, `${fresh}\n`, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (process.platform !== 'win32') await fs.chmod(file, 0o600);
  const kept = (await fs.readFile(file, 'utf8')).trim();
  if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  // half-written by a crash: nothing can rely on it
  await fs.writeFile(file, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}

const tryListen = (server: net.Server, address: string) =>
  new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      resolve(error);
    };
    const listening = () => {
      server.off('error', failed);
      resolve(undefined);
    };
    server.once('error', failed).once('listening', listening).listen(address);
  });

const isAlive = (address: string) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

async function listen(server: net.Server, home: string, address: string): Promise<void> {
  if (process.platform !== 'win32') {
    await fs.mkdir(path.dirname(address), { recursive: true, mode: 0o700 });
    const { uid, mode } = await fs.lstat(path.dirname(address));
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
      throw new AppError(
        'APP_SOCKET_REFUSED',
        `${path.dirname(address)} is open to other users.`,
        `Run: chmod 700 "${path.dirname(address)}"`,
      );
  }
  const busy = await tryListen(server, address);
  if (busy) await replaceStale(server, home, address, busy);
  if (process.platform !== 'win32') await fs.chmod(address, 0o600);
}

/** One app at a time looks whether the socket is dead and takes its place; a folder is the lock, as making one is atomic. */
async function replaceStale(
  server: net.Server,
  home: string,
  address: string,
  busy: NodeJS.ErrnoException,
): Promise<void> {
  const running = () =>
    new AppError(
      'APP_ALREADY_RUNNING',
      'Catalyst Companion is already running with this state folder.',
      `Use the running one, or give another folder in CATALYST_COMPANION_HOME (now ${home}).`,
    );
  if (busy.code !== 'EADDRINUSE')
    throw new AppError(
      'APP_SOCKET_REFUSED',
      `The local socket ${address} cannot be opened (${busy.message}).`,
      'Check the permissions of the state folder.',
      { cause: busy },
    );
  if (process.platform === 'win32') throw running();
  const lock = `${address}.lock`;
  for (let tries = 0; ; tries++) {
    if (await isAlive(address)) throw running();
    try {
      await fs.mkdir(lock, { mode: 0o700 });
      break;
    } catch {
      const { mtimeMs } = await fs.stat(lock).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > 5000) await fs.rm(lock, { recursive: true, force: true });
      if (tries > 60) throw running();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    if (await isAlive(address)) throw running();
    await fs.rm(address, { force: true });
    if (await tryListen(server, address)) throw running();
  } finally {
    await fs.rm(lock, { recursive: true, force: true });
  }
}

async function welcome(socket: net.Socket, key: string, options: LocalServerOptions): Promise<void> {
  const deadline = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
  try {
    const helloLine = await readOneLine(socket, MAX_HELLO);
    const hello = readHello(helloLine);
    const nonce = newNonce();
    socket.write(
      `${JSON.stringify({ v: WIRE_VERSION, nonce, proof: proofOf(key, 'server', helloLine, nonce) })}\n`,
    );
    const { proof } = JSON.parse(await readOneLine(socket, MAX_HELLO)) as { proof?: unknown };
    if (!sameProof(proof, proofOf(key, 'client', helloLine, nonce))) throw new Error('wrong proof');
    const say = (verdict: Verdict) => socket.write(`${JSON.stringify(verdict)}\n`);
    let take: (socket: net.Socket) => void;
    try {
      take = options.onConnection(hello);
    } catch (error) {
      say({ ok: false, error: asAppError(error).shape() });
      socket.end();
      return;
    }
    say({ ok: true });
    take(socket);
  } finally {
    clearTimeout(deadline);
  }
}

function readHello(line: string): Hello {
  const hello = JSON.parse(line) as Partial<Hello>;
  const usable =
    typeof hello.v === 'number' &&
    (hello.kind === 'bridge' || hello.kind === 'control') &&
    typeof hello.profile === 'string' &&
    typeof hello.pid === 'number' &&
    typeof hello.nonce === 'string' &&
    hello.nonce.length >= 32;
  if (!usable) throw new Error('not a hello of ours');
  return hello as Hello;
}
