import type { Log } from '../core/ports.ts';

/** The log of what runs before core is there: silent until it becomes core's own. */
export class LateLog implements Log {
  #log: Log | undefined;

  become(log: Log): void {
    this.#log = log;
  }

  debug(message: string, fields?: object): void {
    this.#log?.debug(message, fields);
  }

  info(message: string, fields?: object): void {
    this.#log?.info(message, fields);
  }

  warn(message: string, fields?: object): void {
    this.#log?.warn(message, fields);
  }

  error(message: string, fields?: object): void {
    this.#log?.error(message, fields);
  }
}
