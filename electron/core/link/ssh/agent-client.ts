import net from 'node:net';

/** A key that an agent holds; never its private half. */
export interface AgentIdentity {
  /** The public key in wire format; for a certificate the certificate. */
  readonly blob: Buffer;
  readonly type: string;
  readonly comment: string;
}

/** `absent`: nobody answers there. `silent`: no answer in time. `refused`: the agent said no. `garbled`: not the protocol. */
export type AgentTrouble = 'absent' | 'silent' | 'refused' | 'garbled';

export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly trouble: AgentTrouble;

  constructor(trouble: AgentTrouble, message: string) {
    super(message);
    this.trouble = trouble;
  }
}

/** Message numbers of the agent protocol (draft-miller-ssh-agent, 5.1). */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

/** What asks an agent for SHA-2 instead of SHA-1 signatures of RSA keys. */
export const SIGN_SHA256 = 2;
export const SIGN_SHA512 = 4;

/** OpenSSH's own bound (AGENT_MAX_LEN). */
const MAX_ANSWER = 256 << 10;

/** Reads length-prefixed parts of the SSH wire format; throws `garbled` past the end. */
class WireReader {
  private readonly data: Buffer;
  private at: number;

  constructor(data: Buffer, at = 0) {
    this.data = data;
    this.at = at;
  }

  uint32(): number {
    if (this.at + 4 > this.data.length) throw new AgentError('garbled', 'it answered with a cut message');
    this.at += 4;
    return this.data.readUInt32BE(this.at - 4);
  }

  string(): Buffer {
    const length = this.uint32();
    if (this.at + length > this.data.length) {
      throw new AgentError('garbled', 'it answered with a cut message');
    }
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }
}

/** The parts with their lengths before them (RFC 4251, 5: `string`). */
export function wireStrings(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}

/**
 * Speaks to an SSH agent over a Unix socket or a Windows pipe: OpenSSH's, Pageant's, and those of password managers.
 * Each request has a connection of its own, so that one that hangs holds up no other. Rejects with AgentError.
 */
export class AgentClient {
  readonly socket: string;

  constructor(socket: string) {
    this.socket = socket;
  }

  /** The keys it holds; a locked agent says none. */
  async list(limitMs: number): Promise<AgentIdentity[]> {
    const answer = await this.ask(Buffer.from([REQUEST_IDENTITIES]), IDENTITIES_ANSWER, limitMs);
    const fields = new WireReader(answer);
    const count = fields.uint32();
    const identities: AgentIdentity[] = [];
    for (let i = 0; i < count; i++) {
      const blob = fields.string();
      const comment = fields.string().toString('utf8');
      const type = new WireReader(blob).string().toString('latin1');
      identities.push({ blob, type, comment });
    }
    return identities;
  }

  /** A signature in wire format, with its algorithm. `flags` choose the hash for RSA. */
  async sign(blob: Buffer, data: Buffer, flags: number, limitMs: number): Promise<Buffer> {
    const last = Buffer.alloc(4);
    last.writeUInt32BE(flags);
    const request = Buffer.concat([Buffer.from([SIGN_REQUEST]), wireStrings(blob, data), last]);
    return new WireReader(await this.ask(request, SIGN_RESPONSE, limitMs)).string();
  }

  private ask(request: Buffer, expected: number, limitMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.socket);
      const end = (run: () => void) => {
        clearTimeout(timer);
        socket.destroy();
        run();
      };
      const failed = (trouble: AgentTrouble, text: string) =>
        end(() => reject(new AgentError(trouble, text)));
      const timer = setTimeout(
        () => failed('silent', `no answer within ${limitMs / 1000} s; it may wait for a touch or a password`),
        limitMs,
      ).unref();
      let answer = Buffer.alloc(0);
      socket.on('connect', () => socket.write(wireStrings(request)));
      socket.on('data', (part: Buffer) => {
        answer = Buffer.concat([answer, part]);
        if (answer.length < 5) return;
        const length = answer.readUInt32BE(0);
        if (length < 1 || length > MAX_ANSWER) failed('garbled', 'what answers there is no SSH agent');
        else if (answer.length < 4 + length) return;
        else if (answer[4] === expected) end(() => resolve(answer.subarray(5, 4 + length)));
        else failed('refused', 'it refused');
      });
      socket.on('error', (error: NodeJS.ErrnoException) =>
        failed('absent', `nothing answers at ${this.socket}: ${error.code ?? error.message}`),
      );
      socket.on('close', () => failed('refused', 'it hung up without an answer'));
    });
  }
}
