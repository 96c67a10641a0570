import type { SshLink } from '../../../contract/profile.ts';
import { channelAgent } from './channel-agent.ts';
import type { OpenChannel } from './channel-agent.ts';
import type { DialContext, OpenLink } from '../dialling.ts';
import { canonicalUrl, serviceUrl } from '../http/urls.ts';
import { passwordExpired } from './expired-password.ts';
import { exposePorts } from './exposed-ports.ts';
import type { SessionChain } from './jump.ts';
import { execute } from './remote-process.ts';
import { channelError, expiredPassword } from './ssh-errors.ts';
import type { Session } from './ssh-session.ts';

/** Connections from the droplet to its services. */
function channels({ client }: Session, config: SshLink): OpenChannel {
  let asked = false;
  return (host, port, opened) => {
    try {
      client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (!error) return opened(undefined, channel);
        const cause = channelError(error, host, port);
        if (asked || cause.code !== 'LINK_FORWARD_REFUSED') return opened(cause);
        asked = true;
        passwordExpired(client, (expired) => opened(expired ? expiredPassword(config, error) : cause));
      });
    } catch (error) {
      opened(channelError(error as Error, host, port)); // thrown when the connection is gone
    }
  };
}

/** The link over an open chain: MCP, services and commands as channels of its last connection, and the exposed ports. */
export function sshTransport(chain: SessionChain, config: SshLink, context: DialContext): OpenLink {
  const { profile } = context;
  const open = channels(chain.last, config);
  const plain = channelAgent(open, 'http:');
  const secure = channelAgent(open, 'https:');
  const exposed = exposePorts(config.expose ?? [], open);
  // at once, while ssh2 still holds the channels: its own clean-up gives them a clean end, as if nothing had been cut
  chain.last.client.once('close', () => exposed.close());
  const agentFor = (url: URL) => (url.protocol === 'https:' ? secure : plain);
  const mcp = canonicalUrl(profile.mcpUrl);
  return {
    via: context.via,
    apiKeyHeader: undefined,
    route: (destination) => {
      if (destination.to === 'mcp') return { url: new URL(mcp), agent: agentFor(mcp), headers: {} };
      const service = profile.services.find(({ name }) => name === destination.name);
      if (!service) return undefined;
      const url = serviceUrl(canonicalUrl(service.url), destination.path);
      return { url, agent: agentFor(url), headers: {} };
    },
    exec: (command) => execute(chain.last, command),
    facts: () => ({ certificate: null, exposed: exposed.facts() }),
    moveMcp: (path) => {
      mcp.href = mcp.origin + path;
    },
    closed: chain.closed,
    close: () => {
      plain.destroy();
      secure.destroy();
      exposed.close();
      chain.close();
    },
  };
}
