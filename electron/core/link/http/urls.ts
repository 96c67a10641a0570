import { AppError } from '../../../contract/errors.ts';
import type { Profile } from '../../../contract/profile.ts';
import { isPrivateHost } from '../../addresses.ts';

/**
 * Parses a URL of the profile and refuses what a reader would misread: user names or passwords in it, and host text
 * that the parser turns into another one (`0x7f.1`, full-width digits, a dot at its end). Throws PROFILE_INVALID.
 */
export function canonicalUrl(text: string): URL {
  const url = new URL(text);
  const typed = /^[a-z]+:\/\/([^/?#\\]*)/i.exec(text)?.[1] ?? '';
  if (url.username !== '' || url.password !== '' || typed.includes('@')) {
    throw new AppError(
      'PROFILE_INVALID',
      'The URL of this link holds a user name or password.',
      'Write the URL without it and store the key with: catalyst-companion secret set PROFILE api-key',
    );
  }
  if (url.hostname.endsWith('.')) {
    // certificates and server names are without it (RFC 6066, 3), so it would ask another server than it names
    throw new AppError(
      'PROFILE_INVALID',
      `The host ${url.hostname} ends with a dot.`,
      `Write ${url.hostname.replace(/\.+$/, '')}.`,
    );
  }
  if (typed.toLowerCase().replace(/:\d+$/, '') !== url.host.replace(/:\d+$/, '')) {
    throw new AppError(
      'PROFILE_INVALID',
      `The host ${typed} is written in an unusual way; it means ${url.host}.`,
      `Write ${url.host} if that is the host you want.`,
    );
  }
  return url;
}

/** Throws PROFILE_INVALID for a URL of the profile that canonicalUrl refuses, so that none is met in the middle of work. */
export function checkUrls(profile: Pick<Profile, 'mcpUrl' | 'services'>): void {
  for (const url of [profile.mcpUrl, ...profile.services.map((service) => service.url)]) canonicalUrl(url);
}

/** Whether requests to a URL would travel in clear over networks that are not the user's own. */
export function inClear(url: URL): boolean {
  return url.protocol === 'http:' && !isPrivateHost(url.hostname);
}

/** The URL of a direct link. Throws PROFILE_INVALID for one that canonicalUrl refuses, and for plain HTTP to a public host. */
export function checkDirectUrl(text: string): URL {
  const url = canonicalUrl(text);
  if (!inClear(url)) return url;
  throw new AppError(
    'PROFILE_INVALID',
    `${url.host} is on the internet, where plain HTTP shows positions, orders and answers to everybody on the way.`,
    `Use --https https://${url.hostname}/mcp or --ssh USER@${url.hostname}; plain HTTP is for this computer and its own network.`,
  );
}

/** A path of a service under its base URL, whose own path is kept. */
export function serviceUrl(base: URL, path: string): URL {
  const url = new URL(base.origin);
  const [pathname = '', query] = path.split('?', 2);
  url.pathname = base.pathname.replace(/\/$/, '') + (pathname.startsWith('/') ? pathname : `/${pathname}`);
  url.search = query ?? '';
  return url;
}

/**
 * Where a redirect of the MCP endpoint leads: the path on the SAME origin, or undefined when it leaves the origin.
 * A server behind a proxy may name `http:` for the same host; the path is taken and the scheme is not.
 */
export function sameOriginPath(from: URL, location: string): string | undefined {
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    return undefined;
  }
  const downgraded =
    from.protocol === 'https:' &&
    to.protocol === 'http:' &&
    to.hostname === from.hostname &&
    (to.port === '' || to.port === from.port);
  return to.origin === from.origin || downgraded ? to.pathname + to.search : undefined;
}
