import fs from 'node:fs';
import net from 'node:net';
import type { Arena } from './arena.ts';
import { readOneLine } from './lines.ts';
import type { ClientState, Hello, Verdict, Welcome } from './wire.ts';
import { WIRE_VERSION, keyPath, newNonce, proofOf, sameProof, socketPath } from './wire.ts';

export class AttachError extends Error {
  override readonly name = 'AttachError';
  readonly code: string;
  readonly next: string;
  constructor(code: string, message: string, next: string) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

/** Welcome and verdict are short. */
const MAX_REPLY = 65_536;
const START = 'Start Catalyst Companion.';

function readKey(home: string): string {
  try {
    return fs.readFileSync(keyPath(home), 'utf8').trim();
  } catch {
    throw new AttachError('APP_NOT_RUNNING', 'Catalyst Companion is not running.', START);
  }
}

/** Reads the socket into an arena. Until there is a `take` the bytes go into the stream, as of any socket. */
export interface Intake {
  arena: Arena;
  take: ((chunk: Buffer) => void) | undefined;
}

function onread(intake: Intake, stream: () => net.Socket): net.OnReadOpts {
  const { arena } = intake;
  return {
    // asked for again after every read
    buffer: () => arena.room(),
    callback: (length) => {
      const chunk = arena.took(length);
      if (intake.take) intake.take(chunk);
      else stream().push(Buffer.from(chunk));
      return true;
    },
  };
}

function open(home: string, intake: Intake | undefined): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const path = socketPath(home);
    const socket: net.Socket = net.connect(
      intake ? { path, onread: onread(intake, () => socket) } : { path },
    );
    socket.once('connect', () => resolve(socket));
    socket.once('error', () =>
      reject(new AttachError('APP_NOT_RUNNING', 'Catalyst Companion is not running.', START)),
    );
  });
}

async function shakeHands(socket: net.Socket, key: string, hello: Hello): Promise<void> {
  const helloLine = JSON.stringify(hello);
  socket.write(`${helloLine}\n`);
  const welcome = JSON.parse(await readOneLine(socket, MAX_REPLY)) as Welcome;
  // the app proves itself first: nothing of the client's goes to a program that does not know the key
  if (!sameProof(welcome.proof, proofOf(key, 'server', helloLine, welcome.nonce)))
    throw new AttachError(
      'APP_SOCKET_REFUSED',
      'The program behind the local socket is not this Catalyst Companion.',
      'Restart Catalyst Companion.',
    );
  socket.write(`${JSON.stringify({ proof: proofOf(key, 'client', helloLine, welcome.nonce) })}\n`);
  const verdict = JSON.parse(await readOneLine(socket, MAX_REPLY)) as Verdict;
  if (!verdict.ok) throw new AttachError(verdict.error.code, verdict.error.message, verdict.error.next);
}

/**
 * Connects to the app of this state folder; both sides have proved that they know the key when it resolves.
 * Throws AttachError.
 */
export async function attach(
  home: string,
  who: { kind: 'bridge' | 'control'; profile: string; state?: ClientState },
  options: { timeoutMs?: number; intake?: Intake } = {},
): Promise<net.Socket> {
  const key = readKey(home);
  const socket = await open(home, options.intake);
  socket.on('error', () => {});
  const waitMs = options.timeoutMs ?? 3000;
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    socket.destroy();
  }, waitMs);
  try {
    await shakeHands(socket, key, {
      v: WIRE_VERSION,
      pid: process.pid,
      nonce: newNonce(),
      ...who,
    });
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof AttachError) throw error;
    if (late)
      throw new AttachError(
        'APP_SOCKET_REFUSED',
        `Catalyst Companion runs, but did not answer within ${waitMs / 1000} s.`,
        'Wait a moment; if it stays, end Catalyst Companion and start it again.',
      );
    throw new AttachError('APP_SOCKET_REFUSED', 'The local socket does not speak our protocol.', START);
  } finally {
    clearTimeout(deadline);
  }
}
