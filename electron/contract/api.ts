import { eventIterator, type as shape } from '@orpc/contract';
import { z } from 'zod';
import { base } from './base.ts';
import { LinkState } from './link.ts';
import { dropletCalls } from './droplet-calls.ts';
import { NewProfile, ProfileChange } from './profile-parts.ts';
import { Environment, Limits, Profile, ProfileName, SecretKind, SshLink } from './profile.ts';
import { type ActivityBodies, ActivityExport, ActivityId } from './activity.ts';
import { type LogsBatch, LogsFrom } from './logs.ts';
import {
  EndpointStatus,
  CatalogueView,
  ClientId,
  ClientPlan,
  ClientTarget,
  CloseReport,
  StopReport,
  ToolEntry,
} from './bridge.ts';
import { ClientBundle, ClientCheck } from './clients.ts';
import type { StateEvent } from './state.ts';
import { McpExchange, McpRequest } from './explorer.ts';
import { ImportPlan, TRANSFER_MAX } from './transfer.ts';
import { Preferences, PreferencesChange } from './settings.ts';
import { DoctorEvent, DoctorRun } from './doctor.ts';
import { AuditFilter, AuditPlace } from './audit.ts';
import type { AuditCheck, AuditPage } from './audit.ts';
import { Restart } from './containers.ts';
import { MoneyQuery, PositionsQuery, ServicesQuery } from './history.ts';
import type { MoneyHistory, PositionsHistory, ServicesHistory } from './history.ts';

const InProfile = z.strictObject({ profile: ProfileName });

/**
 * THE table: every call and stream between core and its shells (window, page, CLI). The same router serves it
 * over Electron's MessagePort, WebSocket and the local socket.
 */
export const contract = {
  state: {
    /** Snapshot, then numbered patches. Resumes after the last event id where the gap is still buffered. */
    follow: base.output(eventIterator(shape<StateEvent>())),
  },
  activity: {
    /** Request and answer of one entry, masked and cut; INPUT_INVALID when the entry is no longer kept. */
    body: base.input(ActivityId).output(shape<ActivityBodies>()),
    /** Asks a read again through the guard, as a client of our own. Refuses whatever is no read. */
    replay: base.input(ActivityId).output(shape<{ response: unknown }>()),
    /** Entries as text in parts; secrets masked, and no field that a spreadsheet would take for a formula. */
    export: base.input(ActivityExport).output(eventIterator(z.strictObject({ text: z.string() }))),
  },
  logs: {
    /** The newest `tail` lines (at most 50,000; only those after line `after.n` of the same run), then new lines in batches. */
    follow: base.input(LogsFrom).output(eventIterator(shape<LogsBatch>())),
  },
  profiles: {
    add: base.input(NewProfile).output(Profile),
    remove: base.input(InProfile).output(z.strictObject({ removed: z.literal(true) })),
    /** Replaces what can be changed in place, and makes the link anew where that is due. PROFILE_BUSY while a call that may change state is open. */
    change: base.input(ProfileChange).output(Profile),
    /** Replaces the limits of a profile. Making any looser needs `confirm` = the profile's name; grants end. */
    setLimits: base
      .input(z.strictObject({ profile: ProfileName, limits: Limits, confirm: z.string().optional() }))
      .output(Profile),
    setSecret: base
      .input(z.strictObject({ profile: ProfileName, kind: SecretKind, value: z.string() }))
      .output(z.strictObject({ set: z.literal(true) })),
    /** The hosts that ~/.ssh/config names, to choose from. */
    sshHosts: base.output(
      z.array(
        z.strictObject({ alias: z.string(), hostName: z.string(), user: z.string(), port: z.number().int() }),
      ),
    ),
    /** The link that a host of ~/.ssh/config stands for, and what of it is not supported, by file and line. Runs nothing. */
    resolveSsh: base.input(z.strictObject({ alias: z.string().min(1).max(255) })).output(
      z.strictObject({
        link: SshLink,
        notes: z.array(z.strictObject({ file: z.string(), line: z.number().int(), text: z.string() })),
      }),
    ),
  },
  links: {
    /** Sets the wanted state to connected; resolves with the first live, degraded or blocked state, after `waitMs` at most (30 s). */
    connect: base
      .input(
        z.strictObject({ profile: ProfileName, waitMs: z.number().int().min(0).max(30_000).default(30_000) }),
      )
      .output(LinkState),
    disconnect: base.input(InProfile).output(LinkState),
    /** Tries at once where a retry is waiting, or after a blocked state was repaired. */
    retry: base.input(InProfile).output(LinkState),
    /** Accepts the host key that was shown as unknown, then connects. A changed key is refused with LINK_HOST_KEY_CHANGED. */
    trust: base.input(z.strictObject({ profile: ProfileName, fingerprint: z.string() })).output(LinkState),
    /** Removes a stored host key of this profile's hosts. */
    untrust: base
      .input(z.strictObject({ profile: ProfileName, fingerprint: z.string() }))
      .output(z.strictObject({ removed: z.number().int() })),
  },
  consent: {
    /**
     * Answers one consent request. Refused when unknown, expired or when the nonce differs; an allow also when not yet
     * armed, with CONSENT_NOT_CONFIRMED while a warning's id is not in `confirmed`, and with GRANT_REFUSED for
     * `grantMinutes` that the request does not offer (live never does). What was refused goes on waiting.
     */
    answer: base
      .input(
        z.strictObject({
          id: z.string(),
          nonce: z.string(),
          decision: z.enum(['allow', 'deny']),
          /** Ids of the warnings that were confirmed. */
          confirmed: z.array(z.string()).optional(),
          /** Allows further calls of this tool by this client for so long, too. */
          grantMinutes: z.number().int().optional(),
        }),
      )
      .output(z.strictObject({ decided: z.enum(['allow', 'deny']) })),
  },
  guard: {
    /** Ends a standing permission now; `revoked` false: it had ended already. */
    revokeGrant: base
      .input(z.strictObject({ profile: ProfileName, id: z.string() }))
      .output(z.strictObject({ revoked: z.boolean() })),
    /** A person has looked: an unknown outcome is no longer held up as open. Recorded; it stays `unknown` on record. */
    dismiss: base
      .input(z.strictObject({ profile: ProfileName, id: z.string() }))
      .output(z.strictObject({ dismissed: z.literal(true) })),
  },
  trading: {
    /** Emergency stop of new trades: sends, reads the state again, and reports what is known. */
    stop: base.input(InProfile).output(StopReport),
    /** Sells every position, where the back end has a tool for it; `confirm` is the profile's name, held or typed by a person. */
    closeAll: base.input(z.strictObject({ profile: ProfileName, confirm: z.string() })).output(CloseReport),
  },
  tools: {
    list: base.input(InProfile).output(CatalogueView),
    /** Approves the shown definitions (by hash); `as` re-classes them. For env other than demo a class of read or stop for a name the preset does not list needs `confirm` = the profile's name. */
    approve: base
      .input(
        z.strictObject({
          profile: ProfileName,
          tools: z.array(z.strictObject({ name: z.string(), hash: z.string() })),
          as: z.enum(['read', 'stop', 'start']).optional(),
          confirm: z.string().optional(),
        }),
      )
      .output(z.array(ToolEntry)),
    block: base
      .input(z.strictObject({ profile: ProfileName, tools: z.array(z.string()) }))
      .output(z.array(ToolEntry)),
  },
  mcp: {
    /** One tools/call through bridge and guard, as a client of its own. `argumentsText` is a JSON object. */
    call: base
      .input(
        z.strictObject({ profile: ProfileName, tool: z.string(), argumentsText: z.string().default('{}') }),
      )
      .output(shape<{ response: unknown }>()),
    /** One request of the Tools page with the raw texts of both ways. Withdrawn, where it still waits for consent, when the caller aborts. */
    exchange: base.input(z.strictObject({ profile: ProfileName, request: McpRequest })).output(McpExchange),
    read: base
      .input(z.strictObject({ profile: ProfileName, uri: z.string() }))
      .output(shape<{ response: unknown }>()),
  },
  clients: {
    list: base.output(z.array(ClientTarget)),
    preview: base
      .input(
        z.strictObject({
          client: ClientId,
          profile: ProfileName,
          action: z.enum(['install', 'remove', 'undo']).default('install'),
          /** An undo that also takes away what others changed since. */
          despiteChanges: z.boolean().default(false),
        }),
      )
      .output(ClientPlan),
    /** Carries out a previewed plan; `token` must be the preview's, so what was shown is what is written. */
    apply: base
      .input(
        z.strictObject({
          client: ClientId,
          profile: ProfileName,
          action: z.enum(['install', 'remove', 'undo']),
          token: z.string(),
          despiteChanges: z.boolean().default(false),
        }),
      )
      .output(ClientPlan),
    /** Writes a vanished entry back: at once, or as soon as the client has quit (then `armed`). `id` is a check's. */
    repair: base.input(z.strictObject({ id: z.string() })).output(ClientCheck),
    /** An entry that a person took out on purpose is not missed any more. */
    dismiss: base
      .input(z.strictObject({ id: z.string() }))
      .output(z.strictObject({ dismissed: z.literal(true) })),
    /** A change that the command line made while the app runs, for the audit trail. */
    noted: base
      .input(
        z.strictObject({
          client: ClientId,
          profile: z.string(),
          action: z.enum(['install', 'remove', 'undo']),
        }),
      )
      .output(z.strictObject({ noted: z.literal(true) })),
    /** A Claude Desktop extension (.mcpb) for a profile. */
    bundle: base.input(InProfile).output(ClientBundle),
  },
  audit: {
    /** Lines of the audit trail, newest first, from before a place or from the end. May hold fewer than asked for, with more to come. */
    page: base
      .input(
        z.strictObject({
          before: AuditPlace.optional(),
          limit: z.number().int().min(1).max(500).default(200),
          filter: AuditFilter.default({}),
        }),
      )
      .output(shape<AuditPage>()),
    /** Checks the whole trail: each byte, the chain, the signatures, and both anchors. */
    verify: base.output(shape<AuditCheck>()),
    /** What passes the filter, oldest first, as text in chunks. */
    export: base
      .input(z.strictObject({ format: z.enum(['jsonl', 'csv']), filter: AuditFilter.default({}) }))
      .output(eventIterator(z.strictObject({ text: z.string() }))),
  },
  containers: {
    /**
     * Asks a person on this dashboard, then restarts one container; ends when that ended. Refused by default after 45 s.
     * What was sent without a known end is `unknown`, and is not sent again.
     */
    restart: base
      .input(z.strictObject({ profile: ProfileName, service: z.string().max(64) }))
      .output(Restart),
    /** Reads now what containers run. */
    refresh: base.input(InProfile).output(z.strictObject({ read: z.literal(true) })),
  },
  /** What is remembered over time. Asked once for a span; the state stream brings what comes after (contract/history.ts). */
  history: {
    /** Figures over a span, one series for each metric and currency. HISTORY_UNAVAILABLE where nothing can be read. */
    money: base.input(MoneyQuery).output(shape<MoneyHistory>()),
    /** Positions seen in a span, with prices and P&L; those that are gone too. */
    positions: base.input(PositionsQuery).output(shape<PositionsHistory>()),
    /** How services and the link did over a span: bars, latency, incidents. */
    services: base.input(ServicesQuery).output(shape<ServicesHistory>()),
  },
  doctor: {
    /** Looks at a profile layer by layer, each check told as it ends; the last event is `end`. Changes nothing; leaving the stream stops it. */
    run: base.input(InProfile).output(eventIterator(DoctorEvent)),
    /** The last finished run since the app started. */
    last: base.input(InProfile).output(DoctorRun.nullable()),
  },
  endpoint: {
    status: base.output(EndpointStatus),
    /** Opens the local HTTP endpoint for a profile; the token is given this once. An earlier token of the profile ends. */
    open: base
      .input(z.strictObject({ profile: ProfileName, port: z.number().int().min(1).max(65_535).optional() }))
      .output(z.strictObject({ url: z.string(), token: z.string() })),
    close: base.input(InProfile).output(EndpointStatus),
  },
  settings: {
    /** Changes some of the user's preferences; the answer is what holds then, as `state.settings` does. */
    change: base.input(PreferencesChange).output(Preferences),
    /** Settings and profiles as JSON text, without secrets and host keys. */
    exportFile: base.output(z.strictObject({ text: z.string() })),
    /** What such a file would change here. Throws INPUT_INVALID for what is none. */
    previewImport: base.input(z.strictObject({ text: z.string().max(TRANSFER_MAX) })).output(ImportPlan),
    /** Carries out a previewed import, of what is named. Overwrites no profile; what is added stays disconnected. */
    importFile: base
      .input(
        z.strictObject({
          text: z.string().max(TRANSFER_MAX),
          token: z.string(),
          profiles: z.array(ProfileName),
          settings: z.boolean(),
        }),
      )
      .output(z.strictObject({ added: z.array(ProfileName), settings: z.boolean() })),
  },
  droplet: dropletCalls,
  app: {
    /** Sets the keys of the global emergency stop, which the desktop app registers; null: none. Gives them as they are spelled. */
    stopShortcut: base
      .input(z.strictObject({ keys: z.string().max(64).nullable() }))
      .output(z.strictObject({ keys: z.string().nullable() })),
    /** A fresh one-time dashboard URL of the running app; null where the shell has no web server. */
    dashboardUrl: base.output(z.strictObject({ url: z.string().nullable() })),
    info: base.output(
      z.strictObject({ version: z.string(), pid: z.number().int(), environment: Environment.nullable() }),
    ),
  },
};
export type Contract = typeof contract;
