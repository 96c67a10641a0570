import { AppError } from '../../contract/errors.ts';
import type { EndpointStatus } from '../../contract/bridge.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { inspectForDoor } from '../bridge/door.ts';
import { digestOf, newToken, openEndpoint } from '../endpoint/endpoint.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Clock, Log } from '../ports.ts';
import type { SettingsStore } from '../settings.ts';

interface Deps {
  settings: SettingsStore;
  bridge: Pick<Bridge, 'openClient' | 'readerOf'>;
  clock: Clock;
  log: Log;
  /** Called after every change. */
  publish(status: EndpointStatus): void;
}

/** The optional second door: the local HTTP endpoint, off until the user opens it for a profile. */
export class EndpointDesk {
  readonly #deps: Deps;
  #endpoint: Endpoint | undefined;
  /** Why the port of the settings could not be opened at start. */
  #problem: AppError | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  status(): EndpointStatus {
    return {
      url: this.#endpoint?.url ?? null,
      profiles: Object.keys(this.#deps.settings.current.endpoint.tokens),
      error: this.#problem?.shape() ?? null,
    };
  }

  /** Opens what the settings say. A taken port does not keep the app from starting; the status tells it. */
  async start(): Promise<void> {
    const { port, tokens } = this.#deps.settings.current.endpoint;
    if (port !== null && Object.keys(tokens).length > 0) {
      try {
        await this.#listen(port);
      } catch (error) {
        this.#problem = error as AppError;
        this.#deps.log.warn('the local endpoint could not be opened', { why: (error as Error).message });
      }
    }
    this.#deps.publish(this.status());
  }

  /**
   * Opens the endpoint for a profile and gives a fresh token, which is shown once; an earlier one of this profile no
   * longer counts. Throws PROFILE_UNKNOWN, APP_PORT_IN_USE.
   */
  async open(profile: string, port: number | undefined): Promise<{ url: string; token: string }> {
    const { settings, bridge } = this.#deps;
    bridge.readerOf(profile);
    const old = settings.current.endpoint;
    const wanted = port ?? old.port ?? 0;
    if (!this.#endpoint || (wanted !== 0 && wanted !== this.#endpoint.port)) {
      await this.#endpoint?.dispose();
      this.#endpoint = undefined;
      await this.#listen(wanted);
    }
    const endpoint = this.#endpoint;
    if (!endpoint) throw new AppError('INTERNAL', 'The local endpoint did not open.', 'Try again.');
    const token = newToken();
    const tokens = { ...old.tokens, [profile]: digestOf(token) };
    await settings.change({ endpoint: { port: endpoint.port, tokens } });
    this.#deps.publish(this.status());
    return { url: endpoint.url, token };
  }

  /** Takes a profile's token back, and closes the endpoint with the last one. */
  async close(profile: string): Promise<void> {
    const { settings } = this.#deps;
    const { [profile]: gone, ...tokens } = settings.current.endpoint.tokens;
    if (gone === undefined) return;
    await settings.change({ endpoint: { ...settings.current.endpoint, tokens } });
    this.#endpoint?.drop(profile);
    if (Object.keys(tokens).length === 0) await this.dispose();
    this.#deps.publish(this.status());
  }

  async dispose(): Promise<void> {
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
    await endpoint?.dispose();
  }

  async #listen(port: number): Promise<void> {
    const { settings, bridge, clock, log } = this.#deps;
    this.#problem = undefined;
    this.#endpoint = await openEndpoint({
      port,
      clock,
      log,
      digests: () => settings.current.endpoint.tokens,
      open: (profile, send, hangUp) => bridge.openClient(profile, 'http', send, hangUp),
      inspect: inspectForDoor,
    });
  }
}
