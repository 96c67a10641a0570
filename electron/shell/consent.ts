import type { MessageBoxOptions } from 'electron';
import type { ConsentRequest } from '../contract/bridge.ts';
import { asAppError } from '../contract/errors.ts';
import type { App } from '../core/app-interface.ts';
import type { Clock } from '../core/ports.ts';
import { askWhere, consentDialog, dialogDecision } from './consent-text.ts';

export interface ConsentParts {
  app: Pick<App, 'state' | 'act' | 'log'>;
  clock: Clock;
  platform: string;
  windowVisible(): boolean;
  /** Shows the window and draws attention to it, without taking the focus from what the user types in. */
  callAttention(): void;
  /** dialog.showMessageBox; resolves with the button, closes early when `signal` aborts. */
  ask(options: MessageBoxOptions, signal: AbortSignal): Promise<number>;
}

/** Brings each consent request in front of the user: on the page where it is seen, else as a native dialog. */
export class ConsentAsker {
  readonly #parts: ConsentParts;
  #current: { id: string; closing: AbortController } | undefined;

  constructor(parts: ConsentParts) {
    this.#parts = parts;
  }

  /** To be called after each change of state. */
  refresh(): void {
    const first = this.#parts.app.state().consents[0];
    if (this.#current && this.#current.id === first?.id) return;
    // answered, expired or withdrawn: a dialog that is still open speaks of something gone
    this.#current?.closing.abort();
    this.#current = undefined;
    if (first) this.#show(first);
  }

  /** The window was hidden or shown: what waits is asked where it can be seen now. */
  reconsider(): void {
    this.dispose();
    this.refresh();
  }

  dispose(): void {
    this.#current?.closing.abort();
    this.#current = undefined;
  }

  #show(request: ConsentRequest): void {
    const closing = new AbortController();
    this.#current = { id: request.id, closing };
    const where = askWhere(request, { visible: this.#parts.windowVisible() }, this.#parts.platform);
    if (where === 'window') return this.#parts.callAttention();
    this.#askByDialog(request, closing.signal).catch((thrown: unknown) => {
      this.#parts.app.log.warn('a consent answer was not taken', { code: asAppError(thrown).code });
    });
  }

  async #askByDialog(request: ConsentRequest, signal: AbortSignal): Promise<void> {
    const { app, clock } = this.#parts;
    for (;;) {
      const shownAt = clock.monotonic();
      const button = await this.#parts.ask(consentDialog(request, clock.now()), signal);
      if (signal.aborted) return;
      const decision = dialogDecision(button, clock.monotonic() - shownAt);
      if (decision === 'ask-again') continue;
      const armsIn = request.armedAt - clock.now();
      // core refuses what comes before the request is armed, a Deny too
      if (armsIn > 0) await new Promise<void>((resolve) => clock.after(armsIn, resolve));
      if (!signal.aborted) app.act.answerConsent(request.id, request.nonce, decision);
      return;
    }
  }
}
