import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import { checkKeyHeader } from './http/https-link.ts';
import { checkHostText } from './ssh/known-hosts.ts';
import { canonicalUrl, checkDirectUrl, checkUrls } from './http/urls.ts';

/** SHA-256 in hex, bare or with a colon after each byte. */
const PIN = /^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i;

/**
 * What dialling would refuse, told when a profile is added, before it is kept: above all a URL with a password in it,
 * which would lie in the clear in profiles.json, and a plain HTTP link over the internet. Throws PROFILE_INVALID.
 */
export function checkProfile(profile: Pick<Profile, 'links' | 'mcpUrl' | 'services'>): void {
  checkUrls(profile);
  for (const link of profile.links) {
    if (link.kind === 'ssh') checkHostText(link.host);
    if (link.kind === 'direct') checkDirectUrl(link.url);
    if (link.kind === 'https') canonicalUrl(link.url);
    if (link.kind !== 'https') continue;
    checkKeyHeader(link);
    if (link.pinSha256 === undefined || PIN.test(link.pinSha256)) continue;
    throw new AppError(
      'PROFILE_INVALID',
      'The pin of the certificate is not a SHA-256 in hex.',
      'Read it with: openssl x509 -in CERTIFICATE -noout -fingerprint -sha256',
    );
  }
}
