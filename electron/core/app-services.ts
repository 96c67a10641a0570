import os from 'node:os';
import type { CatalogueView, CloseReport, StopReport } from '../contract/bridge.ts';
import { AppError } from '../contract/errors.ts';
import type { LinkState } from '../contract/link.ts';
import type { LogsBatch } from '../contract/logs.ts';
import type { Profile, SecretKind } from '../contract/profile.ts';
import type { NewProfile, ProfileChange } from '../contract/profile-parts.ts';
import type { AppPorts } from './app-interface.ts';
import type { AuditDesk } from './audit/desk.ts';
import type { AuditLog } from './audit/log.ts';
import type { Bridge } from './bridge/bridge.ts';
import type { EndpointDesk } from './desks/endpoint-desk.ts';
import type { ClientDesk } from './desks/client-desk.ts';
import type { Consent } from './guard/consent.ts';
import type { GuardGate } from './guard/gate.ts';
import type { ContainerDesk } from './desks/container-desk.ts';
import type { History } from './history/history.ts';
import type { GuardDesk } from './desks/guard-desk.ts';
import { restoreGuard } from './guard-restore.ts';
import type { Log } from './ports.ts';
import { ProfileChanges } from './profiles/profile-changes.ts';
import type { ProfileRuntime } from './profiles/profile-runtime.ts';
import { ProfileSet } from './profiles/profile-set.ts';
import type { Profiles } from './profiles/profiles.ts';
import { completed, DEMO_PROFILE, notKept } from './profiles/profiles.ts';
import type { RecordActivity } from './seams.ts';
import type { OwnLines } from './logs/own-lines.ts';
import type { Redactor } from './secrets/redact.ts';
import type { Vault } from './secrets/vault.ts';
import type { Services } from './services.ts';
import type { SettingsStore } from './settings.ts';
import { stopShortcut } from './stop-shortcut.ts';
import type { Store } from './store.ts';
import { TradingActions } from './desks/trading-actions.ts';

export interface Parts {
  ports: AppPorts;
  store: Store;
  log: Log;
  record: RecordActivity;
  redact: Redactor;
  ownLines: OwnLines;
  vault: Vault;
  profiles: Profiles;
  audit: AuditLog;
  auditDesk: AuditDesk;
  consent: Consent;
  gate: GuardGate;
  guardDesk: GuardDesk;
  bridge: Bridge;
  settings: SettingsStore;
  clients: ClientDesk;
  endpoint: EndpointDesk;
  history: History;
  containers: ContainerDesk;
}

const COMMAND_LINE = { client: { name: 'catalyst-companion', version: '' }, transport: 'cli' as const };

/** Core's services behind the router: each method is one thing a user can do. */
export class AppServices implements Services {
  readonly #parts: Parts;
  readonly #set: ProfileSet;
  readonly #trading: TradingActions;
  readonly #changes: ProfileChanges;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#set = new ProfileSet(parts);
    this.#trading = new TradingActions(parts);
    this.#changes = new ProfileChanges(parts, {
      runtime: (name) => this.#runtime(name),
      audit: (...entry) => this.#audit(...entry),
    });
  }

  get store(): Store {
    return this.#parts.store;
  }

  get clients(): ClientDesk {
    return this.#parts.clients;
  }

  get guard(): GuardDesk {
    return this.#parts.guardDesk;
  }

  get endpoint(): EndpointDesk {
    return this.#parts.endpoint;
  }

  get audit(): AuditDesk {
    return this.#parts.auditDesk;
  }

  linkOf(profile: string): ProfileRuntime['link'] | undefined {
    return this.#set.find(profile)?.link;
  }

  hold(profile: string): () => void {
    return this.#runtime(profile).hold();
  }

  #runtime(profile: string): ProfileRuntime {
    return this.#set.get(profile);
  }

  /** Not for a profile that was removed meanwhile: half of one must not come back. */
  #put(profile: string, path: string[], value: unknown): void {
    if (this.store.state.profiles[profile]) this.store.set(['profiles', profile, ...path], value);
  }

  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      const { consent, bridge, audit, endpoint } = this.#parts;
      consent.dispose();
      this.#parts.clients.dispose();
      await endpoint.dispose();
      await bridge.dispose();
      await this.#set.dispose();
      await audit.close();
    })();
    return this.#stopping;
  }

  async addProfile(input: NewProfile): Promise<Profile> {
    const profile = await this.#parts.profiles.add({ ...completed(input, os.homedir()), wanted: false });
    await this.#set.open(profile);
    await this.#audit('profile-added', profile.name);
    return profile;
  }

  async changeProfile(change: ProfileChange): Promise<Profile> {
    return await this.#changes.change(change);
  }

  async removeProfile(name: string): Promise<void> {
    this.#runtime(name);
    if (name === DEMO_PROFILE)
      throw new AppError(
        'PROFILE_INVALID',
        'The built-in demo cannot be removed.',
        'Disconnect it; with a profile of your own it does not start by itself.',
      );
    await this.#parts.endpoint.close(name);
    await this.#set.close(name);
    await this.#parts.profiles.remove(name);
    await this.#parts.vault.removeProfile(name);
    await this.#audit('profile-removed', name);
  }

  async setSecret(profile: string, kind: SecretKind, value: string): Promise<void> {
    const { link } = this.#runtime(profile);
    if (value === '')
      throw new AppError(
        'SECRET_EMPTY',
        'The value is empty; nothing was stored.',
        `Give it on standard input: printf %s "$VALUE" | catalyst-companion secret set ${profile} ${kind}`,
      );
    await this.#parts.vault.set(profile, kind, value);
    this.#put(profile, ['secrets'], this.#parts.vault.list(profile));
    this.#parts.record({ profile, kind: 'secret', actor: 'you', title: `Stored the ${kind}`, outcome: 'ok' });
    await this.#audit('secret-set', profile, kind);
    // what was missing or refused may be what was given now
    if (link.state.state !== 'blocked' || link.state.reason !== 'host-key-changed') link.retry();
  }

  async #want(name: string, wanted: boolean): Promise<void> {
    await this.#parts.profiles.setWanted(name, wanted).catch(notKept(name, wanted));
    this.#put(name, ['profile', 'wanted'], wanted);
  }

  async connect(profile: string, waitMs: number): Promise<LinkState> {
    const { link } = this.#runtime(profile);
    link.connect(); // first, as in disconnect
    await this.#want(profile, true);
    return await link.settled(waitMs);
  }

  async disconnect(profile: string): Promise<LinkState> {
    const { link } = this.#runtime(profile);
    link.disconnect(); // first: a disk that refuses to keep the wish must not keep the link up
    await this.#want(profile, false);
    return link.state;
  }

  async retry(profile: string): Promise<LinkState> {
    const { link } = this.#runtime(profile);
    link.retry();
    return await Promise.resolve(link.state);
  }

  async trust(profile: string, fingerprint: string): Promise<LinkState> {
    const { link } = this.#runtime(profile);
    await link.trust(fingerprint);
    await this.#audit('host-key-trusted', profile, fingerprint);
    await this.#want(profile, true);
    return await link.settled(30_000);
  }

  async untrust(profile: string, fingerprint: string): Promise<number> {
    const removed = await this.#runtime(profile).link.untrust(fingerprint);
    if (removed > 0) await this.#audit('host-key-removed', profile, fingerprint);
    return removed;
  }

  answerConsent(...answer: Parameters<Services['answerConsent']>): void {
    this.#parts.consent.answer(...answer);
  }

  async stopTrading(profile: string): Promise<StopReport> {
    return await this.#trading.stop(this.#runtime(profile), profile);
  }

  async closeAll(profile: string, confirm: string): Promise<CloseReport> {
    return await this.#trading.closeAll(this.#runtime(profile), profile, confirm);
  }

  async catalogueOf(profile: string): Promise<CatalogueView> {
    const { catalogue } = this.#parts.bridge;
    // never read yet and on its way: a first list is worth waiting for
    if (this.#runtime(profile).link.transport) await catalogue.whenKnown(profile, 5_000);
    return catalogue.view(profile);
  }

  async callTool(
    profile: string,
    tool: string,
    argumentsText: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    this.#runtime(profile);
    return await this.#parts.bridge.callAs({
      ...COMMAND_LINE,
      profile,
      method: 'tools/call',
      paramsText: `{"name":${JSON.stringify(tool)},"arguments":${argumentsText}}`,
      signal,
    });
  }

  async readResource(profile: string, uri: string): Promise<unknown> {
    this.#runtime(profile);
    return await this.#parts.bridge.callAs({
      ...COMMAND_LINE,
      profile,
      method: 'resources/read',
      paramsText: JSON.stringify({ uri }),
    });
  }

  followLogs(...[profile, ...how]: Parameters<Services['followLogs']>): AsyncGenerator<LogsBatch> {
    return this.#runtime(profile).followLogs(...how);
  }

  async setStopShortcut(text: string | null): Promise<string | null> {
    const keys = text === null ? null : stopShortcut(text);
    await this.#parts.settings.change({ stopShortcut: keys });
    this.store.set(['app', 'stopShortcut'], keys);
    return keys;
  }

  dashboardUrl(): string | null {
    return this.#parts.ports.dashboardUrl();
  }

  /** The trail of what changes trust; a trail that cannot be written does not undo what was done, it is logged. */
  async #audit(kind: string, profile: string, detail?: string): Promise<void> {
    try {
      await this.#parts.audit.append(
        { actor: 'you', kind, profile, ...(detail === undefined ? {} : { detail }) },
        { sync: true },
      );
    } catch (error) {
      this.#parts.log.error('audit entry could not be written', { kind, profile, error });
    }
  }

  /** The socket is the lock, so it comes first: a second app ends there, before it opens the trail of the first. */
  async start(): Promise<void> {
    const { bridge, audit, gate, ports, log } = this.#parts;
    await bridge.start();
    await audit.open(); // a disk that refuses now is tried again
    const unreadable = (file: string) => log.error('this file of the audit trail cannot be read', { file });
    await restoreGuard(gate, ports.home.audit, ports.clock.now(), unreadable);
    await this.#set.start();
    await this.#parts.endpoint.start();
    this.#parts.auditDesk.checkSoon();
    void this.#parts.clients.start(); // says itself what goes wrong
  }

  /** The machine woke or was unlocked, or the network came back. What was allowed for a time was allowed by who sat there then. */
  wake(): void {
    this.#parts.gate.grants.endAll('the machine slept or was locked');
    this.#set.wake();
  }
}
