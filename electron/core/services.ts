import type {
  EndpointStatus,
  CatalogueView,
  ClientId,
  ClientPlan,
  ClientTarget,
  StopReport,
  ToolEntry,
} from '../contract/bridge.ts';
import type { LinkState } from '../contract/link.ts';
import type { LogLine } from '../contract/models.ts';
import type { Profile, SecretKind } from '../contract/profile.ts';
import type { Store } from './store.ts';

export type ClientAction = 'install' | 'remove' | 'undo';

/** What the router needs of core; every method throws AppError with a stable code. */
export interface Services {
  store: Store;
  addProfile(input: Omit<Profile, 'wanted'>): Promise<Profile>;
  removeProfile(profile: string): Promise<void>;
  setSecret(profile: string, kind: SecretKind, value: string): Promise<void>;
  connect(profile: string, waitMs: number): Promise<LinkState>;
  disconnect(profile: string): Promise<LinkState>;
  retry(profile: string): Promise<LinkState>;
  trust(profile: string, fingerprint: string): Promise<LinkState>;
  untrust(profile: string, fingerprint: string): Promise<number>;
  answerConsent(id: string, nonce: string, decision: 'allow' | 'deny'): void;
  stopTrading(profile: string): Promise<StopReport>;
  catalogueOf(profile: string): Promise<CatalogueView>;
  approveTools(input: {
    profile: string;
    tools: { name: string; hash: string }[];
    as?: 'read' | 'stop' | 'start' | undefined;
    confirm?: string | undefined;
  }): Promise<ToolEntry[]>;
  blockTools(profile: string, tools: string[]): Promise<ToolEntry[]>;
  /** `signal` aborts when the caller has gone; a request for consent is then withdrawn. */
  callTool(
    profile: string,
    tool: string,
    argumentsText: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown>;
  readResource(profile: string, uri: string): Promise<unknown>;
  followLogs(profile: string, tail: number, signal: AbortSignal | undefined): AsyncGenerator<LogLine[]>;
  clients: {
    list(): Promise<ClientTarget[]>;
    preview(client: ClientId, profile: string, action: ClientAction): Promise<ClientPlan>;
  };
  applyClientPlan(input: {
    client: ClientId;
    profile: string;
    action: ClientAction;
    token: string;
  }): Promise<ClientPlan>;
  endpoint: {
    status(): EndpointStatus;
    open(profile: string, port: number | undefined): Promise<{ url: string; token: string }>;
    close(profile: string): Promise<void>;
  };
  dashboardUrl(): string | null;
}
