import { AppError } from '../../../contract/errors.ts';
import type { HttpsLink } from '../../../contract/profile.ts';
import { headerProblem } from '../../http/header-value.ts';
import type { DialContext, OpenLink } from '../dialling.ts';
import { certificateProblem } from './certificate.ts';
import { expandHome, readSmallFile } from '../ssh/keys.ts';
import { secureAgent } from './secure-agent.ts';
import type { Destination, Route } from '../transport.ts';
import { canonicalUrl, serviceUrl } from './urls.ts';

/** A whole system's bundle of CAs is 250 KB. */
const MAX_CA_BYTES = 4 << 20;

async function readCa(path: string): Promise<string> {
  const file = expandHome(path);
  try {
    const text = await readSmallFile(file, MAX_CA_BYTES);
    const problem = certificateProblem(text);
    if (problem !== undefined) throw new Error(problem);
    return text;
  } catch (error) {
    throw new AppError(
      'LINK_CA_UNREADABLE',
      `The CA file ${file} cannot be used (${(error as Error).message}).`,
      'Give a PEM file that you can read, starting with -----BEGIN CERTIFICATE-----.',
      { cause: error },
    );
  }
}

/** The vault takes no other; a value stored before it looked, or restored from elsewhere, may be one. */
function sendable(key: string, profile: string): string {
  const problem = headerProblem(key);
  if (problem === undefined) return key;
  throw new AppError(
    'SECRET_UNREADABLE',
    `The stored API key of ${profile} ${problem}, so it cannot be sent in a header.`,
    `Set it again: catalyst-companion secret set ${profile} api-key`,
  );
}

/** Headers that carry the exchange itself. A key in `Host` would even go out in clear, as the name that TLS asks for. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|upgrade|te|trailer|transfer-encoding|expect|content-.*|accept(?:-.*)?|mcp-.*|last-event-id)$/i;

/** Throws PROFILE_INVALID for a header that cannot be the API key's. */
export function checkKeyHeader({ apiKeyHeader }: Pick<HttpsLink, 'apiKeyHeader'>): void {
  if (apiKeyHeader === undefined || !OWN_HEADERS.test(apiKeyHeader)) return;
  throw new AppError(
    'PROFILE_INVALID',
    `The header ${apiKeyHeader} cannot carry an API key: HTTP itself uses it.`,
    'Give the header that the server reads the key from, usually X-API-Key or Authorization.',
  );
}

async function keyHeaders(config: HttpsLink, context: DialContext): Promise<Record<string, string>> {
  if (config.apiKeyHeader === undefined) return {};
  checkKeyHeader(config);
  const { name } = context.profile;
  const key = await context.secrets.get(name, 'api-key');
  if (key !== undefined && key !== '') return { [config.apiKeyHeader]: sendable(key, name) };
  throw new AppError(
    'LINK_API_KEY_MISSING',
    `No API key is stored for ${name}, and its HTTPS link needs one.`,
    `Store it: catalyst-companion secret set ${name} api-key`,
  );
}

/** Paths of the layout in front of a Catalyst: `/health` is the orchestration's, others are under `/svc/NAME/`. */
function servicePath(destination: Extract<Destination, { to: 'service' }>): string {
  const { name, path } = destination;
  return name === 'orchestration' && path === '/health' ? path : `/svc/${name}${path}`;
}

/**
 * Prepares an HTTPS link; nothing is connected before the first request. A service that the web server does not
 * forward answers 404 there: it cannot be reached over this link.
 * Throws LINK_API_KEY_MISSING, SECRET_UNREADABLE, LINK_CA_UNREADABLE or PROFILE_INVALID.
 */
export async function dialHttps(config: HttpsLink, context: DialContext): Promise<OpenLink> {
  const mcp = canonicalUrl(config.url);
  if (mcp.pathname === '/') mcp.pathname = '/mcp';
  const headers = await keyHeaders(config, context);
  const ca = config.caFile === undefined ? undefined : await readCa(config.caFile);
  let agent: ReturnType<typeof secureAgent>;
  try {
    agent = secureAgent({
      connectMs: context.timing.connectMs,
      proxyFor: context.proxyFor,
      ...(ca === undefined ? {} : { ca }),
      ...(config.pinSha256 === undefined ? {} : { pin: config.pinSha256 }),
    });
  } catch (error) {
    throw new AppError(
      'LINK_CA_UNREADABLE',
      `The CA file ${config.caFile ?? ''} holds no valid certificate.`,
      'Export the CA again as PEM.',
      { cause: error },
    );
  }
  const end = Promise.withResolvers<Error | undefined>();
  return {
    via: context.via,
    apiKeyHeader: config.apiKeyHeader,
    route: (destination): Route | undefined => {
      if (destination.to === 'mcp') return { url: new URL(mcp), agent, headers };
      const known =
        destination.name === 'orchestration' ||
        context.profile.services.some((service) => service.name === destination.name);
      if (!known) return undefined;
      return { url: serviceUrl(new URL(mcp.origin), servicePath(destination)), agent, headers };
    },
    facts: () => ({ certificate: agent.certificate(mcp), exposed: [] }),
    moveMcp: (path) => {
      mcp.href = mcp.origin + path;
    },
    closed: end.promise,
    close: () => {
      end.resolve(undefined);
      agent.destroy();
    },
  };
}
