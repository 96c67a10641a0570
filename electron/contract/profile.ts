import { z } from 'zod';
import { parseSshTarget } from './ssh-target.ts';

/** A profile's name is also the key written into client configurations, where hosts limit it. */
export const ProfileName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,15}$/, 'use 1 to 16 of a-z, 0-9 and -');

export const Environment = z.enum(['live', 'paper', 'demo']);
export type Environment = z.infer<typeof Environment>;

export const PresetName = z.enum(['catalyst', 'stockspark', 'stockpulse', 'kubernetes', 'generic']);
export type PresetName = z.infer<typeof PresetName>;

const Port = z.number().int().min(1).max(65535);

/** How an SSH link proves who we are. Secrets (passphrase, password) are in the vault, never here. */
export const SshAuth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('key'), file: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('agent'),
    /** The agent's socket or pipe (`IdentityAgent`); absent: the system's own. */
    socket: z.string().min(1).optional(),
    /** Files with the public keys that alone are offered (`IdentitiesOnly`); absent: all that the agent holds. */
    only: z.array(z.string().min(1)).optional(),
  }),
  z.strictObject({ kind: z.literal('password') }),
]);
export type SshAuth = z.infer<typeof SshAuth>;

const SshHost = z.string().min(1).max(255);
const SshUser = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

/** One jump host. Its host key is judged under its own name. */
export const SshHop = z.strictObject({
  host: SshHost,
  port: Port.default(22),
  user: SshUser,
  /** Absent: the link's own ways to sign in. */
  auth: z.array(SshAuth).min(1).optional(),
  /** The name its host key is stored under (`HostKeyAlias`). */
  hostKeyAlias: SshHost.optional(),
});
export type SshHop = z.infer<typeof SshHop>;

/** A hop written as text, as early profiles stored it, is read as well. */
const JumpHost = z.preprocess(
  (value) => (typeof value === 'string' ? (parseSshTarget(value) ?? value) : value),
  SshHop,
);

/** A port of this computer that leads to one of the droplet's, as `ssh -L`; loopback only. */
export const ExposedPort = z.strictObject({
  localPort: Port,
  /** As seen from the droplet. */
  host: SshHost.default('127.0.0.1'),
  port: Port,
});
export type ExposedPort = z.infer<typeof ExposedPort>;

export const SshLink = z.strictObject({
  kind: z.literal('ssh'),
  host: SshHost,
  port: Port.default(22),
  user: SshUser,
  auth: z.array(SshAuth).min(1),
  /** Jump hosts, the first one dialled first (`ProxyJump`). */
  jump: z.array(JumpHost).max(8).default([]),
  /** The name the host key is stored under, where it is not the host's (`HostKeyAlias`). */
  hostKeyAlias: SshHost.optional(),
  /** known_hosts files beside our own, in the place of the user's usual one (`UserKnownHostsFile`). */
  knownHosts: z.array(z.string().min(1)).optional(),
  /** `ServerAliveInterval` in seconds and `ServerAliveCountMax`; absent: 15 and 3. */
  keepaliveSeconds: z.number().int().min(1).max(600).optional(),
  keepaliveCount: z.number().int().min(1).max(20).optional(),
  /** `ConnectTimeout` in seconds; absent: 10. */
  connectTimeoutSeconds: z.number().int().min(1).max(120).optional(),
  /** Ports of this computer to open while the link is up; none unless the user asks. */
  expose: z.array(ExposedPort).max(16).optional(),
});
export type SshLink = z.infer<typeof SshLink>;

export const HttpsLink = z.strictObject({
  kind: z.literal('https'),
  /** The MCP endpoint. A bare origin means `/mcp`. `/health` and `/svc/NAME/` are taken from its origin. */
  url: z.url({ protocol: /^https$/ }),
  /** Header that carries the API key from the vault (kind `api-key`); absent: no key is sent. */
  apiKeyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional(),
  /** PEM file with the CA to trust beside the system's. */
  caFile: z.string().optional(),
  /** SHA-256 of the server's certificate (DER), hex; pins it. */
  pinSha256: z
    .string()
    .regex(/^[0-9a-fA-F:]{64,95}$/)
    .optional(),
});
export type HttpsLink = z.infer<typeof HttpsLink>;

export const DirectLink = z.strictObject({
  kind: z.literal('direct'),
  /** A loopback or LAN URL of the MCP endpoint that someone else keeps reachable. */
  url: z.url({ protocol: /^https?$/ }),
});
export type DirectLink = z.infer<typeof DirectLink>;

export const KubernetesLink = z.strictObject({
  kind: z.literal('kubernetes'),
  context: z.string().min(1),
  namespace: z.string().min(1),
  service: z.string().min(1),
  port: Port,
});
export type KubernetesLink = z.infer<typeof KubernetesLink>;

export const LinkConfig = z.discriminatedUnion('kind', [SshLink, HttpsLink, DirectLink, KubernetesLink]);
export type LinkConfig = z.infer<typeof LinkConfig>;

/** A REST service of the back end, by name, at a URL as seen from the droplet. */
export const ServiceConfig = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/),
  url: z.url({ protocol: /^https?$/ }),
});
export type ServiceConfig = z.infer<typeof ServiceConfig>;

/** Times when everything is stopped on purpose: weekly windows in a named zone. */
export const Downtime = z.strictObject({
  zone: z.string().default('UTC'),
  /** Day numbers as cron has them (0 = Sunday), start and end as `hh:mm`; an end before the start runs over midnight. */
  windows: z
    .array(
      z.strictObject({ days: z.array(z.number().int().min(0).max(6)), from: z.string(), to: z.string() }),
    )
    .default([]),
});
export type Downtime = z.infer<typeof Downtime>;

/** A decimal number as text, not negative, without exponent: what a person types as a limit. */
const LimitDecimal = z.string().regex(/^\d{1,15}(\.\d{1,10})?$/, 'use a number such as 100 or 2500.50');

const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'use hh:mm');

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** When calls that may add risk are let through: days (0 = Sunday) and times in a named zone; an end at or before the start runs over midnight. */
export const TradingHours = z.strictObject({
  zone: z.string().min(1).max(64).refine(isZone, 'use a time zone such as America/New_York'),
  days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
  from: TimeOfDay,
  to: TimeOfDay,
});
export type TradingHours = z.infer<typeof TradingHours>;

/** Limits on start-like calls; each that is absent does not limit. They are a second fence: the droplet should have its own. */
export const Limits = z.strictObject({
  /** The only symbols that a call may name, in capitals. */
  symbols: z
    .array(z.string().regex(/^[A-Z0-9][A-Z0-9.:/_-]{0,23}$/, 'use symbols such as AAPL or BRK.B'))
    .min(1)
    .max(500)
    .optional(),
  /** The largest quantity of one call (shares, contracts). */
  maxSize: LimitDecimal.optional(),
  /** The largest value of one call, in the profile's currency. */
  maxNotional: LimitDecimal.optional(),
  /** The most positions that a started cycle may open. */
  maxPositions: z.number().int().min(0).max(10_000).optional(),
  hours: TradingHours.optional(),
  /** Start-like calls let through in any 60 minutes. */
  startsPerHour: z.number().int().min(0).max(1000).optional(),
  /** Seconds after a deny in which no start-like call is asked about. */
  coolDownSeconds: z.number().int().min(1).max(86_400).optional(),
});
export type Limits = z.infer<typeof Limits>;

export const Profile = z.strictObject({
  name: ProfileName,
  preset: PresetName,
  environment: Environment,
  /** The fallback chain: the first that works is used. */
  links: z.array(LinkConfig).min(1),
  /** The MCP endpoint as seen from the droplet (SSH) or as dialled (direct). */
  mcpUrl: z.url({ protocol: /^https?$/ }),
  services: z.array(ServiceConfig).default([]),
  /** Where docker-compose runs on the droplet. */
  dir: z.string().default('~/catalyst-trading-mcp'),
  /** How zone-less times of this back end are read. */
  assumedZone: z.string().default('UTC'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
  /** Seconds between two reads of positions and P&L; 5 where it is absent. */
  readSeconds: z.number().min(0.5).max(60).optional(),
  downtime: Downtime.optional(),
  limits: Limits.optional(),
  /** The wanted state: connected again at start. */
  wanted: z.boolean().default(false),
});
export type Profile = z.infer<typeof Profile>;

export const SecretKind = z.enum(['api-key', 'password', 'passphrase']);
export type SecretKind = z.infer<typeof SecretKind>;
