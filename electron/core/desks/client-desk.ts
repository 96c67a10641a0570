import type { ClientId, ClientPlan, ClientTarget } from '../../contract/bridge.ts';
import type { ClientBundle, ClientCheck } from '../../contract/clients.ts';
import { quitWords } from '../../contract/present-clients.ts';
import { AppError } from '../../contract/errors.ts';
import type { Clients } from '../clients/clients.ts';
import type { Inspection } from '../clients/inspect.ts';
import { installStub } from '../clients/stub-install.ts';
import { makeBundle } from '../clients/mcpb.ts';
import { ClientWatch } from '../clients/watch/watcher.ts';
import type { AppPorts } from '../app-interface.ts';
import type { AuditLog } from '../audit/log.ts';
import type { RecordActivity } from '../seams.ts';
import type { ClientAction } from '../services.ts';
import type { Log } from '../ports.ts';
import type { Store } from '../store.ts';

interface Change {
  client: ClientId;
  profile: string;
  action: ClientAction;
}

interface Parts {
  ports: AppPorts;
  store: Store;
  log: Log;
  record: RecordActivity;
  audit: AuditLog;
  clients: Clients;
}

const DONE: Record<ClientAction, string> = {
  install: 'Set up',
  remove: 'Took our entry out of',
  undo: 'Restored the file of',
};

/** A page takes a bundle in one answer; with a program of its own inside it is written by the command line. */
const MOST_BUNDLE = 8 * 1024 * 1024;

/** What can be done about the clients' configurations: shown first, recorded, and watched from then on. */
export class ClientDesk {
  readonly #parts: Parts;
  readonly #watch: ClientWatch;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { clients, store, log } = parts;
    this.#watch = new ClientWatch({
      clients,
      clock: parts.ports.clock,
      log,
      publish: (checks) => store.set(['clientChecks'], checks),
      onNews: (check) => this.#tell(check),
      writeBack: async (check) => this.#writeAgain(check, 'Wrote back the entry in'),
    });
  }

  list(): Promise<ClientTarget[]> {
    return this.#parts.clients.list();
  }

  /** What stands in every file, for the doctor. */
  inspect(): Promise<Inspection> {
    return this.#parts.clients.inspect();
  }

  preview(
    client: ClientId,
    profile: string,
    action: ClientAction,
    despiteChanges = false,
  ): Promise<ClientPlan> {
    return this.#parts.clients.preview(client, profile, action, despiteChanges);
  }

  async apply(change: Change & { token: string; despiteChanges?: boolean }): Promise<ClientPlan> {
    const { client, profile, action, token, despiteChanges } = change;
    const plan = await this.#parts.clients.apply(client, profile, action, token, despiteChanges);
    await this.#recorded(change, 'you', DONE[action], plan.files.map((file) => file.path).join(', '));
    void this.#watch.look();
    return plan;
  }

  /** A change that the command line made while we run: it belongs into our trail, and the entry under watch. */
  async noted(change: Change): Promise<void> {
    await this.#recorded(change, 'you', DONE[change.action], 'on the command line');
    await this.#watch.look();
  }

  /** Writes an entry back that vanished: now, or as soon as the client has quit. Throws CLIENT_* and INPUT_INVALID. */
  async repair(id: string): Promise<ClientCheck> {
    const known = this.#known(id);
    if (known.state === 'changed') {
      throw new AppError(
        'CONFIRMATION_NEEDED',
        `The entry ${known.key} was changed by somebody; what would be written over has to be looked at first.`,
        `catalyst-companion clients preview ${known.client} ${known.profile}`,
      );
    }
    return (await this.#watch.repair(id)) ?? known;
  }

  /** A person took the entry out on purpose: it is not missed any more. */
  async dismiss(id: string): Promise<void> {
    const { client, path, key } = this.#known(id);
    const standing = (await this.#parts.clients.standings()).find(
      ({ written }) => written.client === client && written.path === path && written.key === key,
    );
    if (standing) await this.#parts.clients.forget(standing.written);
    await this.#watch.look();
  }

  async bundle(profile: string): Promise<ClientBundle> {
    const { stub, version, home } = this.#parts.ports;
    const bundle = await makeBundle({
      profile,
      version,
      stubFile: stub.file,
      platform: process.platform,
      home: stub.defaultHome ? null : home.dir,
    });
    if (bundle.bytes.length > MOST_BUNDLE) {
      throw new AppError(
        'NOT_AVAILABLE_YET',
        `The bundle is ${Math.round(bundle.bytes.length / 1_048_576)} MB, too large for a page to take.`,
        `Write it with: catalyst-companion mcpb ${profile} --out ${bundle.name}`,
      );
    }
    return { name: bundle.name, base64: Buffer.from(bundle.bytes).toString('base64') };
  }

  /** Brings what clients start up to date where the app has moved, then watches. Never rejects. */
  async start(): Promise<void> {
    try {
      await this.#refresh();
    } catch (error) {
      this.#parts.log.warn('what clients start could not be brought up to date', { reason: String(error) });
    }
    await this.#watch.look();
  }

  dispose(): void {
    this.#watch.dispose();
  }

  #known(id: string): ClientCheck {
    const check = this.#watch.checks[id];
    if (check) return check;
    throw new AppError(
      'INPUT_INVALID',
      'No entry of that name is under watch.',
      'See what is there: catalyst-companion clients list',
    );
  }

  async #refresh(): Promise<void> {
    const { clients, ports } = this.#parts;
    const standings = await clients.standings();
    if (standings.length === 0) return;
    await installStub({ from: ports.stub.file, home: ports.home });
    const moved = new Map(
      standings
        .filter((each) => each.state === 'moved')
        .map(({ written: { client, profile } }) => [`${client}/${profile}`, { client, profile }]),
    );
    for (const { client, profile } of moved.values()) {
      await this.#writeAgain({ client, profile }, 'The app has moved: wrote the entry again in');
    }
  }

  async #writeAgain({ client, profile }: Pick<Change, 'client' | 'profile'>, title: string): Promise<void> {
    const { clients } = this.#parts;
    const { token } = await clients.preview(client, profile, 'install');
    const plan = await clients.apply(client, profile, 'install', token);
    const files = plan.files.map((file) => file.path).join(', ');
    await this.#recorded({ client, profile, action: 'install' }, 'app', title, files);
  }

  #tell(check: ClientCheck): void {
    const gone = check.state === 'changed' ? 'was changed' : 'is gone';
    this.#parts.record({
      profile: check.profile,
      kind: 'config',
      actor: 'app',
      title: `The entry ${check.key} ${gone} in ${check.label}`,
      outcome: 'error',
      detail: check.state === 'armed' ? quitWords(process.platform) : check.path,
    });
    this.#parts.log.warn('client entry', { state: check.state, cause: check.cause, path: check.path });
  }

  async #recorded(
    { client, profile, action }: Change,
    actor: 'you' | 'app',
    title: string,
    detail: string,
  ): Promise<void> {
    const { record, audit, log } = this.#parts;
    record({ profile, kind: 'config', actor, title: `${title} ${client}`, outcome: 'ok', detail });
    const kind = `client-${action}`;
    try {
      await audit.append({ actor, kind, profile, detail: client }, { sync: true });
    } catch (error) {
      // a trail that cannot be written does not undo what was done
      log.error('audit entry could not be written', { kind, profile, error });
    }
  }
}
