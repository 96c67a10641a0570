/** One request of a client that has no answer yet. */
export class Pending {
  /** Raw JSON text of the client's id. */
  readonly id: string;
  readonly method: string;
  /** Raw JSON text of the client's progress token. */
  readonly token: string | undefined;
  /** Aborts what may be given up: a waiting consent, a read. Never a call that changes something. */
  readonly abort = new AbortController();
  /** The client takes no answer any more (cancelled, left, or answered already). */
  over = false;
  /** A call that changes something has been sent: it is held to its end whatever the client does. */
  binding = false;
  /** Our id of the request that is under way upstream. */
  upstreamId: number | undefined;
  progressSeen = false;

  /** Resolves when `abort` aborts. */
  gone(): Promise<void> {
    return new Promise((resolve) => {
      this.abort.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  constructor(id: string, method: string, token: string | undefined) {
    this.id = id;
    this.method = method;
    this.token = token;
  }
}
