import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** Milliseconds since the epoch, from our own clock. */
export const Millis = z.number();

export const ErrorShapeSchema = z.strictObject({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  next: z.string(),
});

/** The stages of connecting, in order. HTTPS links skip host-key and tunnel. */
export const LinkStage = z.enum(['resolve', 'tcp', 'host-key', 'auth', 'tunnel', 'probe']);
export type LinkStage = z.infer<typeof LinkStage>;

/** Which link of the chain is in use: its index, kind and a text such as `ssh root@droplet:22`. */
export const LinkVia = z.strictObject({
  index: z.number().int(),
  kind: z.enum(['ssh', 'https', 'direct', 'kubernetes']),
  label: z.string(),
});
export type LinkVia = z.infer<typeof LinkVia>;

export const HostKeyFacts = z.strictObject({
  /** The known_hosts name: `host` or `[host]:port`. */
  host: z.string(),
  type: z.string(),
  /** `SHA256:…` as ssh-keygen -l prints it. */
  fingerprint: z.string(),
  /** The fingerprints stored for this host, where the key changed. */
  known: z.array(z.string()),
});
export type HostKeyFacts = z.infer<typeof HostKeyFacts>;

export const BlockedReason = z.enum([
  'host-key-changed',
  'host-key-unknown',
  'auth-refused',
  'sign-in-needed',
  'certificate',
  'config',
]);
export type BlockedReason = z.infer<typeof BlockedReason>;

/** `mcp`: the MCP endpoint alone fails. `stale`: no application answer for 45 s. */
export const DegradedReason = z.enum(['mcp', 'stale']);
export type DegradedReason = z.infer<typeof DegradedReason>;

/**
 * The link's state. Only `live` may be shown green, and only while `lastProof` (our receipt of the last
 * application answer: any HTTP response of the MCP URL or of a /health through the link) is younger than 45 s.
 */
export const LinkState = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({
    state: z.literal('connecting'),
    stage: LinkStage,
    attempt: z.number().int(),
    via: LinkVia,
  }),
  z.strictObject({
    state: z.literal('live'),
    via: LinkVia,
    since: Millis,
    lastProof: Millis,
    rttMs: z.number().nullable(),
  }),
  z.strictObject({
    state: z.literal('degraded'),
    reason: DegradedReason,
    since: Millis,
    via: LinkVia,
    lastProof: Millis.nullable(),
    error: ErrorShapeSchema,
  }),
  z.strictObject({
    state: z.literal('reconnecting'),
    attempt: z.number().int(),
    nextAt: Millis,
    lastError: ErrorShapeSchema,
  }),
  z.strictObject({
    state: z.literal('blocked'),
    reason: BlockedReason,
    error: ErrorShapeSchema,
    hostKey: HostKeyFacts.optional(),
  }),
]);
export type LinkState = z.infer<typeof LinkState>;

/** The certificate that a server showed, as far as people ask about it. */
export const CertificateFacts = z.strictObject({
  /** Names it is for, the first few. */
  names: z.array(z.string()),
  issuer: z.string(),
  validTo: Millis,
  /** SHA-256 of the DER form, lower-case hex: what a pin compares. */
  sha256: z.string(),
});
export type CertificateFacts = z.infer<typeof CertificateFacts>;

/** A port of this computer that the link keeps open, or why it could not. */
export const ExposedFacts = z.strictObject({
  localPort: z.number().int(),
  /** `host:port` as seen from the droplet. */
  target: z.string(),
  error: ErrorShapeSchema.nullable(),
});
export type ExposedFacts = z.infer<typeof ExposedFacts>;

/**
 * One link of the chain. `in-use`: everything goes through it. `trying`: being dialled. `proving`: open and healthy
 * beside the one in use, which it replaces after 60 s of that. `failed`: tried again by itself. `refused`: not before a person
 * did something (`reason`). `idle`: not tried since the user last connected.
 */
export const ChainLink = z.strictObject({
  via: LinkVia,
  state: z.enum(['in-use', 'trying', 'proving', 'failed', 'refused', 'idle']),
  /** When it came into this state. */
  since: Millis,
  reason: BlockedReason.nullable(),
  error: ErrorShapeSchema.nullable(),
  /** The key that a person has to judge, where it was refused for that. */
  hostKey: HostKeyFacts.nullable(),
  rttMs: z.number().nullable(),
  certificate: CertificateFacts.nullable(),
  exposed: z.array(ExposedFacts),
});
export type ChainLink = z.infer<typeof ChainLink>;

/** The whole chain in the user's order, beside the one LinkState. */
export const Chain = z.array(ChainLink);
export type Chain = z.infer<typeof Chain>;

/** A certificate that ends within this time is warned of. */
export const CERTIFICATE_WARNING_MS = 30 * 86_400_000;
/** A link that the user prefers is returned to when it has been healthy for this long. */
export const RETURN_AFTER_MS = 60_000;

/** After this long without an application answer a link is no longer `live`. */
export const PROOF_LIMIT_MS = 45_000;
