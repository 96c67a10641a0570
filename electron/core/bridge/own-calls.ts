import { cutToolResult, partOf } from './cut.ts';
import type { SessionHost } from './host.ts';
import type { Inspected } from './inspect.ts';
import { toolText } from './words.ts';

/** `companion_continue` waits this long for a running call before it says that it still runs. */
const WAIT_MS = 40_000;

/** Answers to what the app itself offers in every profile. */
export class OwnCalls {
  readonly #host: SessionHost;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /** The result of one of our tools as JSON text; undefined for other tools. */
  tool(message: Inspected, limit: number): Promise<string> | undefined {
    const name = message.params['name'];
    const args = message.params['arguments'] as { handle?: unknown } | undefined;
    switch (name) {
      case 'companion_status':
      case 'companion_positions': {
        const text = this.#host.own.tool(this.#host.profile, name);
        return Promise.resolve(
          text === undefined
            ? toolText('Catalyst Companion knows nothing of this profile yet.', true)
            : toolText(text),
        );
      }
      case 'companion_continue':
        return this.#continue(typeof args?.handle === 'string' ? args.handle : '', limit);
      default:
        return undefined;
    }
  }

  /** The result of resources/read for a URI that is ours and not the server's; undefined for others. */
  resource(message: Inspected): string | undefined {
    const { uri } = message.params;
    if (message.method !== 'resources/read' || typeof uri !== 'string') return undefined;
    if (this.#host.catalogue.listsResource(this.#host.profile, uri)) return undefined;
    const text = this.#host.own.resource(this.#host.profile, uri);
    if (text === undefined) return undefined;
    return JSON.stringify({ contents: [{ uri, mimeType: 'application/json', text }] });
  }

  async #continue(handle: string, limit: number): Promise<string> {
    const found = this.#host.held.look(this.#host.profile, handle);
    if (!found)
      return toolText(
        'This handle is unknown or expired (handles are kept for 30 minutes, until Catalyst Companion quits). Nothing was called again.',
        true,
      );
    if (found.kind === 'rest') return partOf(found.text, found.from, handle.split('.')[0] ?? '');
    let cancel = () => {};
    const late = new Promise<undefined>((resolve) => {
      cancel = this.#host.clock.after(Math.min(WAIT_MS, this.#host.limits.deadlineMs * 0.8), () =>
        resolve(undefined),
      );
    });
    const result = await Promise.race([found.done, late]);
    cancel();
    const seconds = Math.round((this.#host.clock.now() - found.since) / 1000);
    if (result === undefined)
      return toolText(
        `${found.tool} is still running (answered late ${seconds} s ago). Do not call it again; ask again with the same handle.`,
      );
    // with room for the id and the rest of the line
    if (Buffer.byteLength(result) <= limit - 2048) return result;
    return cutToolResult(JSON.parse(result) as Record<string, unknown>, (text) =>
      this.#host.held.keepText(this.#host.profile, text),
    );
  }
}
