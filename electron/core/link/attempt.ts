import { AppError, asAppError } from '../../contract/errors.ts';
import type { LinkStage, LinkVia } from '../../contract/link.ts';
import type { OpenLink } from './dialling.ts';
import type { ProbeResult } from './probe.ts';

/** How one link of the chain is reached and asked; the supervisor's options in the form that attempts need. */
export interface Dialler {
  via(index: number): LinkVia;
  dial(index: number, signal: AbortSignal, stage: (stage: LinkStage) => void): Promise<OpenLink>;
  ask(link: OpenLink, signal: AbortSignal): Promise<ProbeResult>;
}

/** An open link with what its first probe said. Whoever receives it closes it. */
export interface Opened {
  readonly index: number;
  readonly link: OpenLink;
  readonly result: Exclude<ProbeResult, { kind: 'refused' }>;
}

export interface AttemptEvents {
  staged(): void;
  opened(opened: Opened): void;
  failed(error: AppError): void;
}

const closedEarly = () =>
  new AppError(
    'LINK_LOST',
    'The connection was closed before its first answer.',
    'It is tried again by itself.',
  );

/**
 * One dial of one link up to its first probe. It ends with exactly one of `opened` and `failed`, or with neither
 * after `abort`, which closes whatever it had opened. `events` may be exchanged while it runs: an attempt outlives the
 * race that started it.
 */
export class Attempt {
  readonly index: number;
  stage: LinkStage = 'resolve';
  events: AttemptEvents;
  private readonly dialler: Dialler;
  private readonly controller = new AbortController();

  constructor(index: number, dialler: Dialler, events: AttemptEvents) {
    this.index = index;
    this.dialler = dialler;
    this.events = events;
  }

  start(): void {
    const { signal } = this.controller;
    this.run(signal).then(
      (opened) => {
        if (signal.aborted) opened?.link.close();
        else if (opened) this.events.opened(opened);
      },
      (error: unknown) => {
        if (!signal.aborted) this.events.failed(asAppError(error));
      },
    );
  }

  abort(): void {
    this.controller.abort();
  }

  private reach(stage: LinkStage): void {
    if (this.controller.signal.aborted || this.stage === stage) return;
    this.stage = stage;
    this.events.staged();
  }

  private async run(signal: AbortSignal): Promise<Opened | undefined> {
    const { dialler, index } = this;
    const link = await dialler.dial(index, signal, (stage) => this.reach(stage));
    if (signal.aborted) {
      link.close();
      return undefined;
    }
    const abort = () => link.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      this.reach('probe');
      const closed = link.closed.then((error): never => {
        throw error ?? closedEarly();
      });
      closed.catch(() => {});
      const result = await Promise.race([dialler.ask(link, signal), closed]);
      // SSH has a connection of its own: with MCP silent, logs and other services may still be reached
      const usable = result.kind !== 'silent' || link.via.kind === 'ssh';
      if (result.kind === 'refused' || !usable) throw result.error;
      return { index, link, result };
    } catch (error) {
      link.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}
