import type { Claim } from '../../stub/era.ts';
import { Marks } from './marks.ts';
import type { ResultForm } from './modern/result-form.ts';

/** What the server asks the client before it goes on with a request. All texts are as it wrote them. */
export interface Question {
  /** Raw JSON text of the id of the server's request. */
  id: string;
  method: string;
  params: string | undefined;
}

/** One request of a client that waits for an answer. */
export interface Asking {
  /** Raw JSON text of the client's id. */
  readonly id: string;
  readonly method: string;
  /** Raw JSON text of the client's progress token. */
  readonly token: string | undefined;
  readonly form: ResultForm;
  /** Bytes that a line to this client may have. */
  readonly limit: number;
  /** The client takes no answer any more (cancelled, left, or answered already). */
  over: boolean;
  /** What it waits for; absent while that has not begun. */
  pending?: Pending;
}

/**
 * One request that is under way to the back end and has no answer yet. In the modern era several requests of the
 * client may wait for it one after the other, as the server asks questions in between.
 */
export class Pending {
  /** Raw JSON text of the id under which the client asked first. */
  readonly id: string;
  readonly method: string;
  /** Raw JSON text of the progress token that the back end was given. */
  readonly token: string | undefined;
  /** What the client said of itself; undefined for the earlier eras. */
  readonly claim: Claim | undefined;
  /** Aborts what may be given up: a waiting consent, a read. Never a call that changes something. */
  readonly abort = new AbortController();
  /** A call that changes something has been sent: it is held to its end whatever the client does. */
  binding = false;
  /** Our id of the request that is under way upstream. */
  upstreamId: number | undefined;
  progressSeen = false;
  readonly marks = new Marks();
  /** The name by which the client calls the tool, where it differs from the server's. */
  called: string | undefined;
  /** The client's request that waits for it now. */
  asking: Asking | undefined;
  /** Questions that the client was not given yet. */
  questions: Question[] = [];
  #wake = () => {};

  constructor(id: string, method: string, token: string | undefined, claim?: Claim) {
    this.id = id;
    this.method = method;
    this.token = token;
    this.claim = claim;
  }

  /** Whether nobody waits for it now. */
  get over(): boolean {
    return this.asking?.over ?? true;
  }

  /** Resolves when `abort` aborts. */
  gone(): Promise<void> {
    return new Promise((resolve) => {
      this.abort.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  ask(question: Question): void {
    this.questions.push(question);
    this.#wake();
  }

  /** Resolves when the server has asked something. */
  asked(): Promise<'asked'> {
    return new Promise((resolve) => {
      this.#wake = () => resolve('asked');
      if (this.questions.length > 0) this.#wake();
    });
  }
}
