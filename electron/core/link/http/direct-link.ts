import type http from 'node:http';
import type { DirectLink } from '../../../contract/profile.ts';
import type { DialContext, OpenLink } from '../dialling.ts';
import { plainAgent } from './plain-agent.ts';
import { secureAgent } from './secure-agent.ts';
import type { SecureAgent } from './secure-agent.ts';
import { canonicalUrl, checkDirectUrl, checkUrls, inClear, serviceUrl } from './urls.ts';

/**
 * Prepares a link to a loopback or LAN URL that somebody else keeps reachable (`ssh -L`, `kubectl port-forward`);
 * services are reached at their own URLs, those not where only plain HTTP would lead over the internet. Nothing is
 * connected before the first request. Throws PROFILE_INVALID.
 */
export async function dialDirect(config: DirectLink, context: DialContext): Promise<OpenLink> {
  const mcp = checkDirectUrl(config.url);
  checkUrls(context.profile);
  const way = { connectMs: context.timing.connectMs, proxyFor: context.proxyFor };
  const plain = plainAgent(way);
  let secure: SecureAgent | undefined;
  const agentFor = (url: URL): http.Agent =>
    url.protocol === 'http:' ? plain : (secure ??= secureAgent(way));
  const end = Promise.withResolvers<Error | undefined>();
  return {
    via: context.via,
    apiKeyHeader: undefined,
    route: (destination) => {
      if (destination.to === 'mcp') return { url: new URL(mcp), agent: agentFor(mcp), headers: {} };
      const service = context.profile.services.find(({ name }) => name === destination.name);
      if (!service) return undefined;
      const url = serviceUrl(canonicalUrl(service.url), destination.path);
      return inClear(url) ? undefined : { url, agent: agentFor(url), headers: {} };
    },
    facts: () => ({ certificate: secure?.certificate(mcp) ?? null, exposed: [] }),
    moveMcp: (path) => {
      mcp.href = mcp.origin + path;
    },
    closed: end.promise,
    close: () => {
      end.resolve(undefined);
      plain.destroy();
      secure?.destroy();
    },
  };
}
