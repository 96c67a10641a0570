import type { Received } from '../reply.ts';
import type { SessionFacts } from './session-facts.ts';

export interface SendOptions {
  /** Milliseconds from sending to the end of the answer. */
  timeoutMs: number;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * One local client's side of a back end, whatever revision that speaks: 2024-11-05 (HTTP+SSE), 2025-03-26 to
 * 2025-11-25 (Streamable HTTP with sessions) or 2026-07-28 (stateless). Messages go in as the client wrote them, under
 * an id of ours; which era they are written in is seen in their `_meta`. Where client and back end speak the same era
 * the bytes pass unchanged, otherwise they are translated here.
 */
export interface UpstreamSession {
  /** What the back end said when it was opened; undefined while it is not. */
  readonly facts: SessionFacts | undefined;
  /** A request id of our own, not used before in any session of this process (guarding against shared transports). */
  newId(): number;
  /** Opens it if it is not. Throws UpstreamFailure. */
  open(): Promise<SessionFacts>;
  /** Makes sure that the back end is there before something that must not be lost is sent. Throws UpstreamFailure `unsent`. */
  verify(timeoutMs: number): Promise<void>;
  /** Sends one request and resolves with its answer. Throws UpstreamFailure; never sends twice. */
  request(id: number, body: string, options: SendOptions): Promise<Received>;
  /** Sends a notification or a response. Throws UpstreamFailure. */
  notify(body: string): Promise<void>;
  /** Ends it: 1 s at most, errors ignored. Idempotent. */
  close(): Promise<void>;
}
