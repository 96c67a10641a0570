import { z } from 'zod';
import { Profile } from './profile.ts';
import { Chain, ErrorShapeSchema, LinkState, Millis } from './link.ts';
import { ClientCheck } from './clients.ts';
import { GuardState } from './guard.ts';
import { Preferences } from './settings.ts';
import { HistoryStatus, MoneySample } from './history.ts';
import { ContainersModel } from './containers.ts';
import { HealthModel, LogsStatus, TradingModel } from './models.ts';
import { RecordsModel } from './records.ts';
import {
  ActivityEntry,
  BridgeClient,
  CatalogueView,
  ConsentEnd,
  ConsentRequest,
  StopReport,
  EndpointStatus,
} from './bridge.ts';

export const ProfileState = z.strictObject({
  profile: Profile,
  /** Which secrets are set; never their values. */
  secrets: z.array(z.string()),
  link: LinkState,
  /** Every link of the profile in the user's order, with which one is in use. */
  chain: Chain,
  health: HealthModel,
  trading: TradingModel,
  records: RecordsModel,
  logs: LogsStatus,
  catalogue: CatalogueView,
  /** The last emergency stop of this run. */
  lastStop: StopReport.nullable(),
  guard: GuardState,
  containers: ContainersModel,
  history: z.strictObject({
    /** Figures received in this run, oldest first, the newest MONEY_KEPT: what a chart goes on with after `history.money`. */
    money: z.array(MoneySample),
  }),
});
export type ProfileState = z.infer<typeof ProfileState>;

export const AppInfo = z.strictObject({
  version: z.string(),
  shell: z.enum(['electron', 'serve']),
  platform: z.string(),
  home: z.string(),
  startedAt: Millis,
  /** How secrets are protected, said plainly; `weak` when by file permissions only. */
  secrets: z.strictObject({ protection: z.enum(['os', 'file']), note: z.string() }),
  /** True while no profile of the user's own exists: the page shows the onboarding. */
  onboarding: z.boolean(),
  /** The profile that a person is setting up step by step; null: none. Kept over restarts. */
  setup: z.string().nullable(),
  /** Keys that stop new trades from any program (desktop only); null: none. */
  stopShortcut: z.string().nullable(),
});
export type AppInfo = z.infer<typeof AppInfo>;

/** The whole state of the app as the page mirrors it. Core alone changes it. */
export const AppState = z.strictObject({
  app: AppInfo,
  /** By profile name; `order` is the display order. */
  profiles: z.record(z.string(), ProfileState),
  order: z.array(z.string()),
  clients: z.record(z.string(), BridgeClient),
  /** The newest 500, oldest first. */
  activity: z.array(ActivityEntry),
  /** In the order they arrived; the page shows one at a time. */
  consents: z.array(ConsentRequest),
  /** How the last requests that are gone ended; the newest 20, oldest first. */
  consentEnds: z.array(ConsentEnd),
  endpoint: EndpointStatus,
  settings: Preferences,
  /** Entries that we wrote into clients' files, by their id; absent until they were looked at. */
  clientChecks: z.record(z.string(), ClientCheck).optional(),
  history: HistoryStatus,
  /** Why the audit trail cannot be written now; null or absent: it can, as far as is known. */
  auditFault: ErrorShapeSchema.nullable().optional(),
});
export type AppState = z.infer<typeof AppState>;

/** One change: set or remove the value at a path of keys, or append to an array and keep its newest `keep`. */
export type PatchOp =
  | { op: 'set'; path: readonly string[]; value: unknown }
  | { op: 'remove'; path: readonly string[] }
  | { op: 'append'; path: readonly string[]; values: readonly unknown[]; keep: number };

/**
 * The state stream: a snapshot first (or on a gap), then patches. `seq` grows by one per patch; a reader drops
 * patches with a `seq` it already has and asks again (with the last id) after a cut.
 */
export type StateEvent =
  | { type: 'snapshot'; seq: number; state: AppState }
  | { type: 'patch'; seq: number; ops: readonly PatchOp[] };

type Tree = { [key: string]: unknown };

function withValue(node: unknown, path: readonly string[], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(node);
  if (Array.isArray(node)) {
    const copy = [...(node as unknown[])];
    copy[Number(key)] = withValue(copy[Number(key)], rest, change);
    return copy;
  }
  const tree = (node ?? {}) as Tree;
  return { ...tree, [key]: withValue(tree[key], rest, change) };
}

function without(node: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  const tree = (node ?? {}) as Tree;
  if (key === undefined || !(key in tree)) return node;
  if (Array.isArray(node)) return node.with(Number(key), without(node[Number(key)], rest)) as unknown[];
  if (rest.length > 0) return { ...tree, [key]: without(tree[key], rest) };
  const { [key]: _gone, ...kept } = tree;
  return kept;
}

/** Copies once: the lists that grow most are long and grow with every call. */
function appended(
  old: readonly unknown[],
  { values, keep }: { values: readonly unknown[]; keep: number },
): unknown[] {
  const kept = old.slice(Math.max(0, old.length + values.length - keep));
  kept.push(...values.slice(-keep));
  return kept;
}

/** Applies patch operations without mutating; unchanged branches keep their identity, so a page re-renders little. */
export function applyPatch(state: AppState, ops: readonly PatchOp[]): AppState {
  let next: unknown = state;
  for (const op of ops) {
    if (op.op === 'set') next = withValue(next, op.path, () => op.value);
    else if (op.op === 'remove') next = without(next, op.path);
    else next = withValue(next, op.path, (old) => appended((old as unknown[] | undefined) ?? [], op));
  }
  return next as AppState;
}
