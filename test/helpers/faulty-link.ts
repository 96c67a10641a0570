import net from 'node:net';

/** `up` is what the client sends, `down` what it gets back. */
export type Direction = 'up' | 'down';

export interface FaultyLinkOptions {
  /** Where connections go on to, on 127.0.0.1. */
  port: number;
  /** Milliseconds added to each direction; a round trip costs twice that. */
  delayMs?: number;
}

/** A TCP proxy on loopback that behaves as badly as a network can. What is set stays until `heal` or `stop`. */
export interface FaultyLink {
  readonly port: number;
  /** How many connections were accepted. */
  readonly accepted: () => number;
  /** How many are open now. */
  readonly open: () => number;
  /** Sets another delay for what comes from now on; `jitterMs` is added at random, bytes never overtake each other. */
  readonly delay: (ms: number, jitterMs?: number) => void;
  /** At most so many bytes a second in each direction of each connection; undefined ends that. */
  readonly throttle: (bytesPerSecond: number | undefined) => void;
  /** Cuts every connection (RST), as a router restart does; new ones are accepted. */
  readonly cut: () => void;
  /** Ends every connection in order (FIN both ways). */
  readonly close: () => void;
  /** Ends one direction of every connection (FIN) and lets the other go on. */
  readonly halfClose: (direction: Direction) => void;
  /** Lets exactly so many more bytes through in one direction, over all connections, then cuts that connection: mid-answer, mid-packet. */
  readonly cutAfter: (bytes: number, direction?: Direction) => void;
  /** From now on nothing is passed on and nothing is closed, in one direction or both; new connections are held too. What is swallowed stays lost. */
  readonly blackhole: (direction?: Direction) => void;
  /** Nothing passes until `thaw`, and nothing is lost: a short outage that TCP's own retransmission survives. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** New connections: `reset` at once, `close` at once (accepted, then FIN), or `nobody` listens. */
  readonly refuse: (how: 'reset' | 'close' | 'nobody') => Promise<void>;
  /** New connections are taken, and nothing is said on them for so long. */
  readonly acceptLate: (ms: number) => void;
  /** Ends what was set, for new connections; a connection that lost bytes stays dead. */
  readonly heal: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A connection may have this many bytes waiting here before its sender is held back. */
const HELD_BYTES = 4 << 20;

interface Weather {
  delayMs: number;
  jitterMs: number;
  perSecond: number | undefined;
  frozen: boolean;
  swallow: Record<Direction, boolean>;
  left: { bytes: number; direction: Direction } | undefined;
}

const calm = (delayMs = 0): Weather => ({
  delayMs,
  jitterMs: 0,
  perSecond: undefined,
  frozen: false,
  swallow: { up: false, down: false },
  left: undefined,
});

type Item = { due: number } & ({ bytes: Buffer } | { end: 'fin' | 'destroy' });

/** One direction of one connection: what arrived waits here until the weather lets it through. */
class Lane {
  private readonly queue: Item[] = [];
  private size = 0;
  private timer: NodeJS.Timeout | undefined;
  lost = false;
  private lastDue = 0;
  private readonly from: net.Socket;
  private readonly to: net.Socket;
  private readonly direction: Direction;
  private readonly weather: () => Weather;

  constructor(from: net.Socket, to: net.Socket, direction: Direction, weather: () => Weather) {
    [this.from, this.to, this.direction, this.weather] = [from, to, direction, weather];
    from.on('data', (bytes: Buffer) => this.take({ bytes }));
    from.on('end', () => this.take({ end: 'fin' }));
    from.on('close', () => this.take({ end: 'destroy' }));
    to.on('drain', () => this.pump());
    to.on('close', () => this.drop());
  }

  /** Whatever is set later, this connection has lost bytes and never goes on. */
  lose(): void {
    this.lost = true;
    this.drop();
  }

  finish(): void {
    this.queue.push({ end: 'fin', due: 0 });
    this.pump();
  }

  pump(): void {
    clearTimeout(this.timer);
    for (let head = this.queue[0]; head; head = this.queue[0]) {
      if (this.weather().frozen || this.to.writableNeedDrain) return;
      const wait = head.due - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), Math.ceil(wait)).unref();
        return;
      }
      this.queue.shift();
      if ('end' in head) {
        if (head.end === 'fin') this.to.end();
        else this.to.destroySoon();
      } else if (!this.pass(head.bytes)) return;
    }
  }

  private take(what: { bytes: Buffer } | { end: 'fin' | 'destroy' }): void {
    const { delayMs, jitterMs, swallow } = this.weather();
    if (swallow[this.direction]) this.lose();
    if (this.lost) return;
    if ('bytes' in what) {
      this.size += what.bytes.length;
      if (this.size > HELD_BYTES) this.from.pause();
    }
    this.lastDue = Math.max(this.lastDue, performance.now() + delayMs + Math.random() * jitterMs);
    this.queue.push({ ...what, due: delayMs + jitterMs === 0 && this.queue.length === 0 ? 0 : this.lastDue });
    this.pump();
  }

  /** Hands bytes on, as many as the weather allows; false where the rest waits or nothing follows any more. */
  private pass(bytes: Buffer): boolean {
    const weather = this.weather();
    const limit = weather.left?.direction === this.direction ? weather.left : undefined;
    if (limit && bytes.length >= limit.bytes) {
      weather.left = undefined;
      this.drop();
      this.to.write(bytes.subarray(0, limit.bytes), () => {
        this.to.resetAndDestroy();
        this.from.resetAndDestroy();
      });
      return false;
    }
    const slice = weather.perSecond === undefined ? bytes.length : Math.max(1, weather.perSecond / 20);
    const now = bytes.subarray(0, slice);
    if (limit) limit.bytes -= now.length;
    this.size -= now.length;
    if (this.size <= HELD_BYTES) this.from.resume();
    if (this.to.writable) this.to.write(now);
    if (weather.perSecond === undefined) return true;
    const pause = performance.now() + 50;
    if (now.length < bytes.length) this.queue.unshift({ bytes: bytes.subarray(now.length), due: pause });
    else if (this.queue[0]) this.queue[0].due = Math.max(this.queue[0].due, pause);
    return true;
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.queue.length = 0;
    this.size = 0;
    this.from.resume();
  }
}

interface Pair {
  near: net.Socket;
  far: net.Socket | undefined;
  lanes: Record<Direction, Lane> | undefined;
}

class Proxy {
  port = 0;
  private readonly target: number;
  private readonly usual: number;
  private weather: Weather;
  private server: net.Server | undefined;
  private turnedAway: 'reset' | 'close' | undefined;
  private lateMs = 0;
  private count = 0;
  private readonly pairs = new Set<Pair>();

  constructor(options: FaultyLinkOptions) {
    this.target = options.port;
    this.usual = options.delayMs ?? 0;
    this.weather = calm(this.usual);
  }

  accepted(): number {
    return this.count;
  }

  open(): number {
    return this.pairs.size;
  }

  async listen(): Promise<void> {
    const server = net.createServer({ allowHalfOpen: true }, (near) => this.arrived(near));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    this.port = (server.address() as net.AddressInfo).port;
  }

  delay(ms: number, jitterMs = 0): void {
    this.weather.delayMs = ms;
    this.weather.jitterMs = jitterMs;
  }

  throttle(bytesPerSecond: number | undefined): void {
    this.weather.perSecond = bytesPerSecond;
  }

  cut(): void {
    for (const { near, far } of this.pairs) {
      near.resetAndDestroy();
      far?.resetAndDestroy();
    }
  }

  close(): void {
    for (const { near, far } of this.pairs) {
      near.end();
      far?.end();
    }
  }

  halfClose(direction: Direction): void {
    for (const { lanes } of this.pairs) lanes?.[direction].finish();
  }

  cutAfter(bytes: number, direction: Direction = 'down'): void {
    this.weather.left = { bytes, direction };
  }

  blackhole(direction?: Direction): void {
    for (const one of direction ? [direction] : (['up', 'down'] as const)) {
      this.weather.swallow[one] = true;
      for (const { lanes } of this.pairs) lanes?.[one].lose();
    }
  }

  freeze(): void {
    this.weather.frozen = true;
  }

  thaw(): void {
    this.weather.frozen = false;
    for (const { lanes } of this.pairs) {
      lanes?.up.pump();
      lanes?.down.pump();
    }
  }

  async refuse(how: 'reset' | 'close' | 'nobody'): Promise<void> {
    if (how !== 'nobody') {
      this.turnedAway = how;
      return;
    }
    // not waited for its `close`: the connections that are open go on
    this.server?.close();
    this.server = undefined;
    await Promise.resolve();
  }

  acceptLate(ms: number): void {
    this.lateMs = ms;
  }

  async heal(): Promise<void> {
    this.thaw();
    this.weather = calm(this.usual);
    this.turnedAway = undefined;
    this.lateMs = 0;
    if (!this.server) await this.listen();
  }

  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => {
      if (this.server) this.server.close(() => resolve());
      else resolve();
    });
    this.server = undefined;
    this.cut();
    await gone;
  }

  private arrived(near: net.Socket): void {
    this.count += 1;
    near.on('error', () => {});
    if (this.turnedAway === 'reset') near.resetAndDestroy();
    else if (this.turnedAway === 'close') near.destroy();
    else this.join(near);
  }

  private join(near: net.Socket): void {
    const pair: Pair = { near, far: undefined, lanes: undefined };
    this.pairs.add(pair);
    near.setNoDelay(true);
    const gone = () => {
      if (near.destroyed && pair.far?.destroyed !== false) this.pairs.delete(pair);
    };
    near.on('close', gone);
    // a connection that comes in while everything is swallowed never gets further
    if (this.weather.swallow.up && this.weather.swallow.down) {
      near.resume();
      return;
    }
    const go = () => {
      if (near.destroyed) return;
      const far = net.connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true });
      far.setNoDelay(true);
      far.on('error', () => {
        if (!pair.lanes?.down.lost) near.resetAndDestroy();
      });
      far.on('close', gone);
      pair.far = far;
      const weather = () => this.weather;
      pair.lanes = { up: new Lane(near, far, 'up', weather), down: new Lane(far, near, 'down', weather) };
    };
    if (this.lateMs > 0) setTimeout(go, this.lateMs).unref();
    else go();
  }
}

/** Starts the proxy in front of a port of this machine. */
export async function startFaultyLink(options: FaultyLinkOptions): Promise<FaultyLink> {
  const proxy = new Proxy(options);
  await proxy.listen();
  return {
    port: proxy.port,
    accepted: () => proxy.accepted(),
    open: () => proxy.open(),
    delay: (ms, jitterMs) => proxy.delay(ms, jitterMs),
    throttle: (bytesPerSecond) => proxy.throttle(bytesPerSecond),
    cut: () => proxy.cut(),
    close: () => proxy.close(),
    halfClose: (direction) => proxy.halfClose(direction),
    cutAfter: (bytes, direction) => proxy.cutAfter(bytes, direction),
    blackhole: (direction) => proxy.blackhole(direction),
    freeze: () => proxy.freeze(),
    thaw: () => proxy.thaw(),
    refuse: (how) => proxy.refuse(how),
    acceptLate: (ms) => proxy.acceptLate(ms),
    heal: () => proxy.heal(),
    stop: () => proxy.stop(),
  };
}
