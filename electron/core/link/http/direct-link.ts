import http from 'node:http';
import type { DirectLink } from '../../../contract/profile.ts';
import type { DialContext, OpenLink } from '../dialling.ts';
import { closeIdleSockets } from './idle-agent.ts';
import { secureAgent } from './secure-agent.ts';
import { canonicalUrl, checkUrls, serviceUrl } from './urls.ts';

/**
 * Prepares a link to a loopback or LAN URL that somebody else keeps reachable (`ssh -L`, `kubectl port-forward`);
 * services are reached at their own URLs. Nothing is connected before the first request. Throws PROFILE_INVALID.
 */
export async function dialDirect(config: DirectLink, context: DialContext): Promise<OpenLink> {
  const mcp = canonicalUrl(config.url);
  checkUrls(context.profile);
  const plain = closeIdleSockets(new http.Agent({ keepAlive: true }));
  let secure: http.Agent | undefined;
  const agentFor = (url: URL) => {
    if (url.protocol === 'http:') return plain;
    return (secure ??= secureAgent({ connectMs: context.timing.connectMs }));
  };
  const end = Promise.withResolvers<Error | undefined>();
  return {
    via: context.via,
    apiKeyHeader: undefined,
    route: (destination) => {
      if (destination.to === 'mcp') return { url: new URL(mcp), agent: agentFor(mcp), headers: {} };
      const service = context.profile.services.find(({ name }) => name === destination.name);
      if (!service) return undefined;
      const url = serviceUrl(canonicalUrl(service.url), destination.path);
      return { url, agent: agentFor(url), headers: {} };
    },
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
