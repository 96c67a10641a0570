import { createRequire } from 'node:module';
import ssh2 from 'ssh2';
import type { ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import { SIGN_SHA256, SIGN_SHA512, wireStrings } from './agent-client.ts';
import type { AgentIdentity } from './agent-client.ts';
import type { Credential, Credentials } from './ssh-auth.ts';
import type { SignInReport } from './ssh-errors.ts';
import { methodQueue } from './ssh-methods.ts';
import type { SignInMethod } from './ssh-methods.ts';

type AgentWay = Extract<Credential, { kind: 'agent' }>;

/** The parts of ssh2 1.17 below its public face that two of its gaps need; the version is pinned by the lock file. */
interface Inside {
  _handlers: { USERAUTH_FAILURE: (proto: unknown, methods: string[], partial: boolean) => void };
  _authsQueue: string[];
  _packetRW: {
    write: { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer };
  };
}

const inside = (client: ssh2.Client): Inside => (client as unknown as { _protocol: Inside })._protocol;

const { sendPacket } = createRequire(import.meta.url)('ssh2/lib/protocol/utils.js') as {
  sendPacket: (proto: Inside, packet: Buffer) => boolean;
};

/** Security keys and certificates: ssh2 knows neither, but the agent signs for them. */
const isForeign = (type: string) => type.startsWith('sk-') || type.includes('-cert-');

/** A foreign key in the shape that ssh2 takes: any key of its own, with another name and other bytes. */
function foreignKey({ blob, type }: AgentIdentity): ParsedKey {
  const zeros = wireStrings(Buffer.from('ssh-ed25519'), Buffer.alloc(32, 1));
  const like = ssh2.utils.parseKey(zeros);
  if (like instanceof Error) throw like;
  const name = type.replace(/^ssh-rsa-cert-/, 'rsa-sha2-512-cert-');
  return Object.create(like, {
    type: { value: name },
    getPublicSSH: { value: () => blob },
  }) as ParsedKey;
}

/** An agent that offers the chosen keys alone, in their order, and never signs with SHA-1. */
class OfferedKeys extends ssh2.BaseAgent<ParsedKey> {
  private readonly way: AgentWay;
  private readonly client: ssh2.Client;
  private readonly report: SignInReport;
  private readonly keys = new Map<ParsedKey, AgentIdentity>();

  constructor(way: AgentWay, client: ssh2.Client, report: SignInReport) {
    super();
    this.way = way;
    this.client = client;
    this.report = report;
  }

  override getIdentities(done: (error: Error | null | undefined, keys?: ParsedKey[]) => void): void {
    for (const identity of this.way.identities) {
      const key = isForeign(identity.type) ? foreignKey(identity) : ssh2.utils.parseKey(identity.blob);
      if (!(key instanceof Error)) this.keys.set(key, identity);
    }
    done(undefined, [...this.keys.keys()]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const done = callback ?? (options as SignCallback);
    const { hash } = typeof options === 'function' ? {} : (options as { hash?: string });
    const identity = this.keys.get(key);
    if (!identity) return done(new Error('that key was not offered'));
    const rsa = identity.type.startsWith('ssh-rsa');
    const flags = hash === 'sha256' ? SIGN_SHA256 : SIGN_SHA512;
    if (identity.type === 'ssh-rsa' && hash !== 'sha256' && hash !== 'sha512') {
      return done(new Error('SHA-1 signatures are not made'));
    }
    this.way.agent.sign(identity.blob, data, rsa ? flags : 0, this.way.limitMs).then(
      (signature) => {
        if (isForeign(identity.type)) this.send(data, signature);
        else done(undefined, inner(signature));
      },
      (error: Error) => {
        this.report.agentProblem = error.message;
        done(error);
      },
    );
  }

  /**
   * Sends the signed request itself: ssh2 would write the certificate's type before the signature, where the plain
   * key's belongs (PROTOCOL.certkeys), and cut the counter off a security key's (PROTOCOL.u2f).
   */
  private send(signed: Buffer, signature: Buffer): void {
    const proto = inside(this.client);
    const request = signed.subarray(4 + signed.readUInt32BE(0));
    const payload = Buffer.concat([request, wireStrings(signature)]);
    const { write } = proto._packetRW;
    const start = write.allocStart;
    const packet = write.alloc(payload.length);
    packet.set(payload, start);
    proto._authsQueue.push('publickey');
    sendPacket(proto, write.finalize(packet));
  }
}

/** A signature without the name of its algorithm, which ssh2 adds. */
function inner(signature: Buffer): Buffer {
  const name = 4 + signature.readUInt32BE(0);
  return signature.subarray(name + 4);
}

/** Drives one sign-in: which method comes next, and what is known of it when it fails. */
export class SignIn {
  readonly report: SignInReport;
  /** For ssh2's `authHandler`. */
  readonly next: (left: readonly string[] | null) => SignInMethod<ParsedKey, ssh2.BaseAgent> | false;
  private readonly client: ssh2.Client;
  private takes: readonly string[] | null = null;
  private enquiring = false;

  constructor(client: ssh2.Client, credentials: Credentials, user: string) {
    this.client = client;
    this.report = {
      problems: credentials.problems,
      left: credentials.ways.reduce((sum, way) => sum + (way.kind === 'agent' ? way.left : 0), 0),
      refusals: 0,
      takes: undefined,
      asked: undefined,
      agentProblem: undefined,
    };
    const methods = credentials.ways.map((way) => this.method(way, user));
    const following = methodQueue(methods, (text) => (this.report.asked ??= text));
    this.next = (left) => {
      const method = following(this.takes ?? left);
      this.enquiring = method !== false && method.type === 'none';
      return method;
    };
  }

  /**
   * To be called after `connect`: ssh2 forgets the server's list of methods where an agent's key was refused, and would
   * then send the password to a server that takes none.
   */
  attach(): void {
    const handlers = inside(this.client)._handlers;
    const handle = handlers.USERAUTH_FAILURE;
    handlers.USERAUTH_FAILURE = (proto, methods, partial) => {
      this.takes = methods;
      this.report.takes = methods;
      if (!partial && !this.enquiring) this.report.refusals += 1;
      handle(proto, methods, partial);
    };
  }

  private method(way: Credential, username: string): SignInMethod<ParsedKey, ssh2.BaseAgent> {
    switch (way.kind) {
      case 'key':
        return { type: 'publickey', username, key: way.key };
      case 'agent':
        return { type: 'agent', username, agent: new OfferedKeys(way, this.client, this.report) };
      case 'password':
        return { type: 'password', username, password: way.password };
      default:
        return way satisfies never;
    }
  }
}
