import { z } from 'zod';

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_NAME = new RegExp(String.raw`^(?=.{4,253}$)(?:${LABEL}\.)+(?!\d+$)${LABEL}$`);

/** A public host name such as `trading.example.com`: lower case, at least two labels, no address, no wildcard (RFC 1123, 2.1). */
export const DomainName = z.string().regex(HOST_NAME, 'use a host name such as trading.example.com');

/** One command for the droplet, with what it is for. */
export const DropletStep = z.strictObject({ title: z.string(), command: z.string() });
export type DropletStep = z.infer<typeof DropletStep>;

/** A web server in front of a droplet: one nginx file, and what has to be done beside it. Holds no secret. */
export const NginxKit = z.strictObject({
  profile: z.string(),
  domain: z.string(),
  /** The MCP endpoint as an HTTPS link names it. */
  url: z.string(),
  /** The header that carries the API key. */
  apiKeyHeader: z.string(),
  /** Where `config` goes on the droplet. */
  file: z.string(),
  /** The file that holds the key there; it is made by one of the steps, never here. */
  keyFile: z.string(),
  config: z.string(),
  /** In this order, on the droplet. */
  steps: z.array(DropletStep),
  /** What does not fit between the profile and this configuration, one sentence each. */
  notes: z.array(z.string()),
});
export type NginxKit = z.infer<typeof NginxKit>;

/** An SSH key that was made here, with what the droplet has to know of it. Holds nothing secret. */
export const DropletKey = z.strictObject({
  name: z.string(),
  /** The private key, in the state folder. */
  file: z.string(),
  /** `SHA256:…` as ssh-keygen -l prints it. */
  fingerprint: z.string(),
  /** Whether a passphrase protects the file. */
  encrypted: z.boolean(),
  /** `host:port` as seen from the droplet: the only ones that the key may open connections to. */
  permits: z.array(z.string()),
  /** The one line for `~/.ssh/authorized_keys` on the droplet: tunnel and commands, no terminal. */
  line: z.string(),
  /** The same without commands: the key opens the tunnel and nothing else, so there are no logs. */
  tunnelOnlyLine: z.string(),
  /** Puts `line` in place, for the droplet's console. */
  command: z.string(),
});
export type DropletKey = z.infer<typeof DropletKey>;
