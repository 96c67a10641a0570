import type {
  EndpointStatus,
  CatalogueView,
  CloseReport,
  StopReport,
  ToolEntry,
} from '../contract/bridge.ts';
import type { LinkState } from '../contract/link.ts';
import type { LogsBatch } from '../contract/logs.ts';
import type { Limits, Profile, SecretKind } from '../contract/profile.ts';
import type { NewProfile, ProfileChange } from '../contract/profile-parts.ts';
import type { FollowFrom } from './logs/follow-book.ts';
import type { ConsentExtras } from './guard/consent.ts';
import type { DropletDesk } from './desks/droplet-desk.ts';
import type { ActivityDesk } from './desks/activity-desk.ts';
import type { AuditDesk } from './audit/desk.ts';
import type { DoctorDesk } from './desks/doctor-desk.ts';
import type { Explorer } from './desks/explorer.ts';
import type { SettingsDesk } from './desks/settings-desk.ts';
import type { ClientDesk } from './desks/client-desk.ts';
import type { ContainerDesk } from './desks/container-desk.ts';
import type { History } from './history/history.ts';
import type { SetupDesk } from './desks/setup-desk.ts';
import type { TransferDesk } from './desks/transfer-desk.ts';
import type { Store } from './store.ts';

export type ClientAction = 'install' | 'remove' | 'undo';

/** Desks that the router asks beside the services. */
export interface Desks {
  activity: Pick<ActivityDesk, 'body' | 'replay' | 'export'>;
  settings: Pick<SettingsDesk, 'change'>;
  transfer: Pick<TransferDesk, 'exportText' | 'preview' | 'import'>;
  droplet: DropletDesk;
  containers: Pick<ContainerDesk, 'restart' | 'refresh'>;
  history: Pick<History, 'money' | 'positions' | 'services'>;
  doctor: Pick<DoctorDesk, 'run' | 'last'>;
  explorer: Explorer;
  setup: SetupDesk;
}

/** What the router needs of core; every method throws AppError with a stable code. */
export interface Services {
  store: Store;
  addProfile(input: NewProfile): Promise<Profile>;
  changeProfile(change: ProfileChange): Promise<Profile>;
  removeProfile(profile: string): Promise<void>;
  setSecret(profile: string, kind: SecretKind, value: string): Promise<void>;
  connect(profile: string, waitMs: number): Promise<LinkState>;
  disconnect(profile: string): Promise<LinkState>;
  retry(profile: string): Promise<LinkState>;
  trust(profile: string, fingerprint: string): Promise<LinkState>;
  untrust(profile: string, fingerprint: string): Promise<number>;
  answerConsent(id: string, nonce: string, decision: 'allow' | 'deny', extras?: ConsentExtras): void;
  guard: {
    setLimits(profile: string, limits: Limits, confirm: string | undefined): Promise<Profile>;
    revokeGrant(profile: string, id: string): boolean;
    /** Throws INPUT_INVALID where there is no such outcome. */
    dismiss(profile: string, id: string): Promise<void>;
    approveTools(input: {
      profile: string;
      tools: { name: string; hash: string }[];
      as?: 'read' | 'stop' | 'start' | undefined;
      confirm?: string | undefined;
    }): Promise<ToolEntry[]>;
    blockTools(profile: string, tools: string[]): Promise<ToolEntry[]>;
  };
  stopTrading(profile: string): Promise<StopReport>;
  closeAll(profile: string, confirm: string): Promise<CloseReport>;
  catalogueOf(profile: string): Promise<CatalogueView>;
  /** `signal` aborts when the caller has gone; a request for consent is then withdrawn. */
  callTool(
    profile: string,
    tool: string,
    argumentsText: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown>;
  readResource(profile: string, uri: string): Promise<unknown>;
  followLogs(profile: string, from: FollowFrom, signal: AbortSignal | undefined): AsyncGenerator<LogsBatch>;
  clients: Pick<ClientDesk, 'list' | 'preview' | 'apply' | 'repair' | 'dismiss' | 'noted' | 'bundle'>;
  audit: Pick<AuditDesk, 'page' | 'verify' | 'export'>;
  endpoint: {
    status(): EndpointStatus;
    open(profile: string, port: number | undefined): Promise<{ url: string; token: string }>;
    close(profile: string): Promise<void>;
  };
  /** Throws INPUT_INVALID for keys that are none, or could be typed by chance. */
  setStopShortcut(keys: string | null): Promise<string | null>;
  dashboardUrl(): string | null;
}
