import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BridgeClient, CatalogueView } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import type { Hello } from '../../stub/wire.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import type { LocalClient } from '../endpoint/http-session.ts';
import type { Home } from '../files.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { Gate, McpReader, RecordActivity, RpcAnswer, StateOf } from '../seams.ts';
import { Held } from './held.ts';
import type { BridgeLimits, ClientFacts } from './host.ts';
import { DEFAULT_LIMITS } from './host.ts';
import { sessionLine } from './marks.ts';
import type { LocalServer } from './local-server.ts';
import { startLocalServer } from './local-server.ts';
import { OWN_RESOURCES, OWN_TOOLS, OwnAnswers } from './own-answers.ts';
import { ProfileBridge } from './profile-bridge.ts';
import { rpcAnswer } from './reply.ts';
import { ClientSession } from './session.ts';
import type { Send } from './session.ts';
import { StubConnection } from './stub-connection.ts';

/** Counts and times of clients are published at most this often. */
const PUBLISH_MS = 500;

export interface BridgeOptions {
  home: Home;
  clock: Clock;
  log: Log;
  /** Version of the app, told to servers. */
  version: string;
  gate: Gate;
  stateOf: StateOf;
  profileOf(name: string): Profile | undefined;
  linkOf(name: string): LinkHandle | undefined;
  recordActivity: RecordActivity;
  publishClients(clients: BridgeClient[]): void;
  publishCatalogue(profile: string, view: CatalogueView): void;
  /** A control connection of the CLI, authenticated; bytes both ways. */
  onControl(duplex: Duplex): void;
  limits?: Partial<BridgeLimits>;
  /** How old an answer for a resource may be, milliseconds; absent or 0: always asked for anew. */
  ttlMs?(profile: string, uri: string): number;
}

export interface ClientCall {
  profile: string;
  client: { name: string; version: string };
  transport: 'cli' | 'http' | 'page';
  method: string;
  /** JSON text of params. */
  paramsText: string;
  /** Aborts when the caller has gone; a request for consent is then withdrawn. */
  signal?: AbortSignal | undefined;
  /** Whatever is no read is refused. */
  onlyReads?: boolean;
}

export interface Bridge {
  readonly catalogue: Catalogue;
  /** Opens the local socket. Throws APP_ALREADY_RUNNING. */
  start(): Promise<void>;
  /** Begins to serve a profile that profileOf and linkOf know. Idempotent. */
  addProfile(name: string): Promise<void>;
  /** Ends its clients' sessions and deletes its catalogue. */
  removeProfile(name: string): Promise<void>;
  /** The app's own MCP client of the profile. Throws PROFILE_UNKNOWN. */
  readerOf(profile: string): McpReader;
  /** Reads the lists of the back end anew. Throws AppError when it does not answer. */
  refresh(profile: string): Promise<void>;
  /** A client that comes another way than by a stub. `hangUp` is called when its profile goes. Throws PROFILE_UNKNOWN. */
  openClient(profile: string, transport: 'http', send: Send, hangUp: () => void): LocalClient;
  /** One request through bridge and guard as a client of its own. Throws PROFILE_UNKNOWN, or CONSENT_WITHDRAWN when its signal aborts. */
  callAs(call: ClientCall): Promise<RpcAnswer>;
  /** The same, with the answer as the JSON-RPC text that came. */
  answerText(call: ClientCall): Promise<string>;
  /** Ends socket, sessions and readers. Idempotent. */
  dispose(): Promise<void>;
}

export function createBridge(options: BridgeOptions): Bridge {
  const hub = new Hub(options);
  return {
    catalogue: hub.catalogue,
    start: () => hub.start(),
    addProfile: (name) => hub.addProfile(name),
    removeProfile: (name) => hub.removeProfile(name),
    readerOf: (profile) => hub.profile(profile).reader,
    refresh: (profile) => hub.profile(profile).refresh(),
    openClient: (...of) => hub.openClient(...of),
    callAs: async (call) => rpcAnswer(await hub.answerText(call)),
    answerText: (call) => hub.answerText(call),
    dispose: () => hub.dispose(),
  };
}

class Hub {
  readonly catalogue: Catalogue;
  readonly #o: BridgeOptions;
  readonly #profiles = new Map<string, ProfileBridge>();
  /** By session: its profile, and how to end its connection. */
  readonly #sessions = new Map<ClientSession, { of: string; hangUp: () => void }>();
  readonly #own: OwnAnswers;
  readonly #held: Held;
  #server: LocalServer | undefined;
  #cancelPublish: (() => void) | undefined;
  #disposed = false;

  constructor(options: BridgeOptions) {
    this.#o = options;
    this.#own = new OwnAnswers(options.stateOf, options.clock);
    this.#held = new Held(options.clock);
    this.catalogue = new Catalogue({
      home: options.home,
      clock: options.clock,
      log: options.log,
      classify: (profile, tool) => options.gate.classify(profile, tool),
      tableClass: (profile, tool) => options.gate.tableClass(profile, tool),
      own: { tools: OWN_TOOLS, resources: OWN_RESOURCES },
      publish: (profile, view) => options.publishCatalogue(profile, view),
      onListsChanged: (profile, kinds) => {
        for (const [session, { of }] of this.#sessions) if (of === profile) session.listsChanged(kinds);
      },
    });
  }

  async start(): Promise<void> {
    this.#server = await startLocalServer({
      home: this.#o.home.dir,
      log: this.#o.log,
      onConnection: (hello) => {
        if (hello.kind === 'control') return (socket) => this.#o.onControl(socket);
        const profile = this.profile(hello.profile);
        return (socket) => this.#attach(profile, hello, socket);
      },
    });
  }

  profile(name: string): ProfileBridge {
    const found = this.#profiles.get(name);
    if (found) return found;
    throw new AppError(
      'PROFILE_UNKNOWN',
      `Catalyst Companion has no profile named ${name}.`,
      'catalyst-companion profile list shows all profiles.',
    );
  }

  async addProfile(name: string): Promise<void> {
    await this.catalogue.load(name);
    const link = this.#o.linkOf(name);
    if (!link || this.#profiles.has(name) || this.#disposed) return;
    const { clock, log, version, gate, recordActivity } = this.#o;
    const shared = { clock, log, gate, recordActivity, own: this.#own, held: this.#held };
    const profile = new ProfileBridge({
      ...shared,
      profile: name,
      version,
      link,
      catalogue: this.catalogue,
      limits: { ...DEFAULT_LIMITS, ...this.#o.limits },
      environment: () => this.#o.profileOf(name)?.environment ?? 'live',
      ttlMs: (uri) => this.#o.ttlMs?.(name, uri) ?? 0,
      onClientChanged: (now) => this.#publish(now),
    });
    this.#profiles.set(name, profile);
    profile.start();
  }

  async removeProfile(name: string): Promise<void> {
    const profile = this.#profiles.get(name);
    this.#profiles.delete(name);
    for (const [session, { of, hangUp }] of this.#sessions)
      if (of === name) {
        // the stub then says that there is no such profile; it would wait for answers otherwise
        hangUp();
        await this.#leave(session);
      }
    await profile?.dispose();
    await this.catalogue.remove(name);
  }

  async answerText(call: ClientCall): Promise<string> {
    const profile = this.profile(call.profile);
    const gone = () => new AppError('CONSENT_WITHDRAWN', 'The caller has gone.', 'Call again.');
    if (call.signal?.aborted) throw gone();
    const { promise: answered, resolve, reject } = Promise.withResolvers<string>();
    const client = this.#newClient(call.transport, null);
    Object.assign(client, call.client, call.onlyReads && { onlyReads: true });
    const session = new ClientSession(profile.host, client, (id, pieces) => {
      // `null`: refused before its id could be read
      if (id === '1' || id === 'null')
        resolve(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString('utf8'));
    });
    const left = () => reject(gone());
    const removed = () =>
      reject(
        new AppError(
          'PROFILE_UNKNOWN',
          `${call.profile} was removed.`,
          'See: catalyst-companion profile list',
        ),
      );
    this.#sessions.set(session, { of: call.profile, hangUp: removed });
    call.signal?.addEventListener('abort', left, { once: true });
    try {
      const method = JSON.stringify(call.method);
      session.line(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":${method},"params":${call.paramsText}}`));
      return await answered;
    } finally {
      call.signal?.removeEventListener('abort', left);
      // not waited for: a call that was sent is held to its end
      void this.#leave(session);
    }
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#cancelPublish?.();
    // what was decided just now, such as a consent that quitting denied, still reaches its client
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    await this.#server?.dispose();
    const leaving = [...this.#sessions.keys()].map((session) => session.close());
    // calls that are held upstream would keep the app from quitting: their outcome is then unknown
    const late = new Promise<void>((resolve) => void this.#o.clock.after(2000, resolve));
    await Promise.race([Promise.all(leaving), late]);
    await Promise.all([...this.#profiles.values()].map((profile) => profile.dispose()));
  }

  #attach(profile: ProfileBridge, hello: Hello, socket: Socket): void {
    const client = this.#newClient('stdio', hello.pid);
    const session = new ClientSession(profile.host, client, (id, pieces) => connection.send(id, pieces));
    const connection = new StubConnection(
      socket,
      (line) => session.line(line),
      () => {
        this.#record(profile.name, client, 'left');
        void this.#leave(session);
      },
    );
    this.#sessions.set(session, { of: profile.name, hangUp: () => socket.destroy() });
    if (hello.state) session.adopt(hello.state);
    this.#publish(true);
  }

  openClient(name: string, transport: 'http', send: Send, hangUp: () => void): LocalClient {
    const profile = this.profile(name);
    const session = new ClientSession(profile.host, this.#newClient(transport, null), send);
    this.#sessions.set(session, { of: name, hangUp });
    this.#publish(true);
    return { line: (bytes) => session.line(bytes), close: () => this.#leave(session) };
  }

  #record(profile: string, client: ClientFacts, what: string): void {
    this.#o.recordActivity(sessionLine(profile, client, what));
  }

  async #leave(session: ClientSession): Promise<void> {
    this.#sessions.delete(session);
    this.#publish(true);
    await session.close();
  }

  #newClient(transport: ClientFacts['transport'], pid: number | null): ClientFacts {
    const now = this.#o.clock.now();
    return {
      id: randomUUID(),
      name: 'unknown',
      version: '',
      transport,
      pid,
      since: now,
      lastAt: now,
      calls: 0,
    };
  }

  #publish(now: boolean): void {
    if (this.#disposed) return;
    if (now) {
      this.#cancelPublish?.();
      this.#cancelPublish = undefined;
      this.#o.publishClients(
        [...this.#sessions].map(([session, { of }]) => ({
          ...session.client,
          profile: of,
          inFlight: session.inFlight,
        })),
      );
    } else this.#cancelPublish ??= this.#o.clock.after(PUBLISH_MS, () => this.#publish(true));
  }
}
