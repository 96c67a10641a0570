import http from 'node:http';
import { closeIdleSockets } from './idle-agent.ts';
import { AGENT_OPTIONS, connectDirectly, endpointOf, openWith, proxyTo, throughProxy } from './opening.ts';
import type { Way } from './opening.ts';

/**
 * An http.Agent of one link. A proxy is asked for a tunnel as for TLS, so that it sees no request and caches no answer.
 */
export function plainAgent(way: Way): http.Agent {
  const agent = new http.Agent(AGENT_OPTIONS);
  openWith(agent, way, async (options, signal) => {
    const target = endpointOf(options, 80);
    const proxy = await proxyTo('http', target, way, signal);
    return proxy ? throughProxy(proxy, target, signal) : connectDirectly(options, target, signal);
  });
  return closeIdleSockets(agent);
}
