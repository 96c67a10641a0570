import type { ServerResponse } from 'node:http';

/** A local client of the bridge, as the endpoint drives it. */
export interface LocalClient {
  /** One message of the client. */
  line(bytes: Buffer): void;
  /** The client has gone. Idempotent. */
  close(): Promise<void>;
}

export type OpenClient = (
  send: (id: string, pieces: readonly (string | Buffer)[]) => void,
  hangUp: () => void,
) => LocalClient;

/** Longer messages that answer nothing are not looked into; they go to the stream that is open anyway. */
const LOOK_INTO = 65_536;

interface Waiting {
  readonly response: ServerResponse;
  /** JSON text of the token that its progress is marked with. */
  readonly progressToken: string | undefined;
}

const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

function writeEvent(response: ServerResponse, pieces: readonly (string | Buffer)[]): void {
  response.cork();
  response.write('event: message\ndata: ');
  for (const piece of pieces) response.write(piece);
  response.write('\n\n');
  response.uncork();
}

/** The line without the newline at its end, which would end an event. */
function withoutNewline(pieces: readonly (string | Buffer)[]): (string | Buffer)[] {
  const last = pieces.at(-1);
  if (last === undefined) return [];
  const cut =
    typeof last === 'string' ? last.replace(/\n$/, '') : last.at(-1) === 10 ? last.subarray(0, -1) : last;
  return [...pieces.slice(0, -1), cut];
}

/** `_meta.progressToken` of a request or the token of a progress notification, as JSON text. */
export function tokenOf(message: unknown): string | undefined {
  const params = (message as { params?: { progressToken?: unknown; _meta?: { progressToken?: unknown } } })
    .params;
  const token = params?.progressToken ?? params?._meta?.progressToken;
  return token === undefined ? undefined : JSON.stringify(token);
}

/**
 * One client over Streamable HTTP: a POST's answer and its progress go out on the POST's own event stream, everything
 * else on the GET stream where there is one, else on the oldest open POST (2025-11-25, transports). Nothing is queued
 * for a stream that may never come.
 */
export class HttpSession {
  lastAt: number;
  private readonly client: LocalClient;
  private readonly waiting = new Map<string, Waiting>();
  private stream: ServerResponse | undefined;
  private closed = false;

  constructor(open: OpenClient, now: number, ended: () => void) {
    this.lastAt = now;
    this.client = open(
      (id, pieces) => this.send(id, pieces),
      () => {
        void this.close();
        ended();
      },
    );
  }

  get busy(): boolean {
    return this.waiting.size > 0 || this.stream !== undefined;
  }

  isOpen(id: string): boolean {
    return this.waiting.has(id);
  }

  /** Takes a request; the response ends with its answer. When the client hangs up, what only reads goes on unheard. */
  request(
    id: string,
    body: Buffer,
    token: string | undefined,
    response: ServerResponse,
    headers: object,
  ): void {
    this.waiting.set(id, { response, progressToken: token });
    response.writeHead(200, { ...EVENT_STREAM, ...headers });
    response.flushHeaders();
    response.once('close', () => {
      if (this.waiting.get(id)?.response === response) this.waiting.delete(id);
    });
    this.client.line(body);
  }

  /** Takes a notification or a response. */
  tell(body: Buffer): void {
    this.client.line(body);
  }

  /** The one stream for what answers nothing; false: there is one already. */
  listen(response: ServerResponse): boolean {
    if (this.stream) return false;
    this.stream = response;
    response.writeHead(200, EVENT_STREAM);
    response.flushHeaders();
    response.once('close', () => {
      if (this.stream === response) this.stream = undefined;
    });
    return true;
  }

  /** A comment that keeps proxies and clients from giving an idle stream up. */
  keepAlive(): void {
    for (const response of [this.stream, ...[...this.waiting.values()].map((each) => each.response)])
      response?.write(': keep-alive\n\n');
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.stream?.end();
    for (const { response } of this.waiting.values()) response.end();
    this.waiting.clear();
    await this.client.close();
  }

  private send(id: string, pieces: readonly (string | Buffer)[]): void {
    const event = withoutNewline(pieces);
    const asked = id === '' ? undefined : this.waiting.get(id);
    if (asked) {
      writeEvent(asked.response, event);
      asked.response.end();
      this.waiting.delete(id);
      return;
    }
    const target = this.related(event) ?? this.stream ?? [...this.waiting.values()][0]?.response;
    if (target && !target.writableEnded) writeEvent(target, event);
  }

  /** The POST that a progress notification belongs to. */
  private related(event: readonly (string | Buffer)[]): ServerResponse | undefined {
    const parts = event.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
    if (parts.reduce((sum, part) => sum + part.length, 0) > LOOK_INTO) return undefined;
    const message = JSON.parse(Buffer.concat(parts).toString('utf8')) as { method?: unknown };
    if (message.method !== 'notifications/progress') return undefined;
    const token = tokenOf(message);
    return [...this.waiting.values()].find((each) => each.progressToken === token)?.response;
  }
}
