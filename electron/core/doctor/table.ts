import type { DoctorLayer } from '../../contract/doctor.ts';

interface CheckText {
  readonly title: string;
  /** What is looked at, for the documentation. */
  readonly looks: string;
  /** What helps where it fails, for the documentation; the run gives the exact command. */
  readonly helps: string;
}

/** Every check by its id; the part before the dot is its layer. docs/doctor.md lists the same (a test compares). */
export const CHECKS = {
  'profile.files': {
    title: 'State files',
    looks: 'settings.json, profiles.json, clients.json and client-entries.json parse.',
    helps: 'Correct the named place, or move the file away so that a fresh one is made.',
  },
  'profile.private': {
    title: 'Permissions of the state folder',
    looks: 'The state folder and its files can be read by you alone.',
    helps: 'chmod -R go= on the state folder.',
  },
  'profile.links': {
    title: 'Links of the profile',
    looks:
      'Hosts and URLs are written as they are meant; no password stands in a URL; no plain HTTP over the internet.',
    helps: 'Correct the link: Edit on the Connections page, or profile set.',
  },
  'name.resolve': {
    title: 'Name',
    looks: 'The host name of the link, of its first jump host or of its proxy resolves.',
    helps: 'Correct the name; check DNS and the network.',
  },
  'tcp.connect': {
    title: 'Port',
    looks: 'The port takes connections within 8 s.',
    helps: 'Start the server, correct the port, open the firewall for this computer.',
  },
  'ssh.keys': {
    title: 'Keys and agent',
    looks:
      'Key files can be read and decrypted, the agent answers, a needed password is stored. Nothing is sent.',
    helps: 'Name the right key file, add the key to the agent, store the passphrase or password.',
  },
  'ssh.greeting': {
    title: 'SSH greeting',
    looks: 'What listens greets as an SSH server does and offers algorithms that are safe.',
    helps: 'Correct the port; restart sshd; update a server that offers old algorithms only.',
  },
  'ssh.host-key': {
    title: 'Host key',
    looks:
      'The key of each host is the one that is stored. None is accepted here, and no user name is sent before.',
    helps:
      'Compare the fingerprint with the one on the droplet, then trust it; a changed key needs a reason first.',
  },
  'ssh.sign-in': {
    title: 'Sign-in',
    looks: 'Each host lets us in.',
    helps: 'Put the public key into ~/.ssh/authorized_keys there, or name the right user or key.',
  },
  'tls.proxy': {
    title: 'Proxy',
    looks: 'Whether a proxy is in the way, and whether it lets us through.',
    helps: 'Correct HTTPS_PROXY or the system setting, or except the droplet with NO_PROXY.',
  },
  'tls.ca': {
    title: 'CA file',
    looks: 'The CA file of the link can be read and holds certificates.',
    helps: 'Give a PEM file that you can read.',
  },
  'tls.certificate': {
    title: 'Certificate',
    looks:
      'The certificate is valid now, issued for this name and signed by a CA that is trusted; 30 days before its end a warning.',
    helps: 'Renew it (sudo certbot renew), send the whole chain, or give the CA.',
  },
  'tls.pin': {
    title: 'Pinned certificate',
    looks: 'The certificate is the pinned one.',
    helps: 'Ask whoever runs the server whether it was renewed, and only then change the pin.',
  },
  'tunnel.forward': {
    title: 'Forwarding',
    looks: 'The SSH server opens connections to the MCP port for us.',
    helps: 'AllowTcpForwarding local and a fitting PermitOpen in sshd_config; then restart sshd.',
  },
  'tunnel.port': {
    title: 'MCP port on the droplet',
    looks: 'Something listens on the MCP port, as seen from the droplet.',
    helps: 'Start the orchestrator on the droplet, or correct the MCP URL.',
  },
  'web.answer': {
    title: 'HTTP answer',
    looks: 'The MCP URL answers over HTTP, and not with 502, 503, 504, another 5xx or a web page.',
    helps: 'Start the MCP server behind nginx; correct proxy_pass and path; raise proxy_read_timeout.',
  },
  'web.api-key': {
    title: 'Access',
    looks: 'An API key is stored where the link needs one, and the server takes it (no 401, no 403).',
    helps: 'Store the right key.',
  },
  'web.rate-limit': {
    title: 'Rate limit',
    looks: 'The server does not turn us away with 429.',
    helps: 'Raise limit_req in nginx for this computer.',
  },
  'web.body-size': {
    title: 'Size of messages',
    looks: 'A message of 1.2 MB is taken (HTTPS and direct links; a ping filled up with blanks).',
    helps: 'client_max_body_size 10m in nginx.',
  },
  'web.clock': {
    title: 'Clocks',
    looks: "The server's clock and this computer's differ by less than 2 minutes.",
    helps: 'Turn on time synchronisation on the one that is wrong.',
  },
  'mcp.path': {
    title: 'MCP path',
    looks: 'There is an MCP endpoint at this path (no 404).',
    helps: 'Correct the path; it is usually /mcp, and nginx has to pass it on unchanged.',
  },
  'mcp.host-guard': {
    title: 'Host guard',
    looks: 'The server accepts the host name and origin that reach it (no 421, no 403 of its host guard).',
    helps: 'Add the host to FASTMCP_HTTP_ALLOWED_HOSTS, or proxy_set_header Host $host in nginx.',
  },
  'mcp.redirect': {
    title: 'Redirect',
    looks: 'The MCP URL does not send us elsewhere: another path such as /mcp/, plain HTTP, another server.',
    helps:
      'Give the final URL to the link; X-Forwarded-Proto $scheme in nginx and FORWARDED_ALLOW_IPS for uvicorn.',
  },
  'mcp.accept': {
    title: 'Accept header',
    looks: 'Both content types that we accept reach the server (no 406).',
    helps: 'Take proxy_set_header Accept out of nginx.',
  },
  'mcp.discover': {
    title: 'Revision 2026-07-28',
    looks: 'What the server says to server/discover; a server without it is fine.',
    helps: "Look at the server's log.",
  },
  'mcp.initialize': {
    title: 'Handshake',
    looks:
      'initialize is answered as MCP, by Streamable HTTP or by HTTP+SSE, in one of the revisions we speak.',
    helps: 'Correct the MCP URL; proxy_buffering off in nginx where it hangs.',
  },
  'session.kept': {
    title: 'Session',
    looks: 'The server still knows the session that it has just given.',
    helps: 'Run one worker, or let the balancer keep a client on one of them, or turn on stateless_http.',
  },
  'session.unknown': {
    title: 'Unknown session',
    looks:
      'A session that never was is answered with 404 or 400, so that a restart of the server is noticed.',
    helps: 'Update the server.',
  },
  'tools.list': {
    title: 'List of tools',
    looks: 'The server lists tools. None is called.',
    helps: "Look at the server's log; check what it registers.",
  },
  'tools.names': {
    title: 'Names of tools',
    looks: 'Each name fits the limits of the hosts (a-z A-Z 0-9 _ - , 64 characters with mcp__NAME__).',
    helps: 'Rename the tool on the server; until then the bridge shows it under another name.',
  },
  'tools.catalogue': {
    title: 'Approved tools',
    looks: 'The list is the one that was approved; new and changed tools are withheld from Claude.',
    helps: 'Look at the difference, then approve.',
  },
  'services.health': {
    title: 'Health',
    looks:
      'Each service of the profile answers /health, and its body says that it is well; the body counts more than the code.',
    helps: 'Look at the log of the service, restart it on the droplet.',
  },
  'stub.installed': {
    title: 'Bridge program',
    looks: 'The program that clients start is there, and is the one of this version.',
    helps: 'Set up the client again, which installs it.',
  },
  'stub.probe': {
    title: 'Era probe',
    looks: 'It answers server/discover before initialize, as Claude asks since August 2026.',
    helps: 'Set up the client again, which installs the current program.',
  },
  'stub.start': {
    title: 'Start as Claude starts it',
    looks:
      "Command and arguments of the written configuration, with Claude's bare environment, answer initialize within 10 s, write nothing but JSON, and end with their input.",
    helps: 'Set up the client again.',
  },
  'client.found': {
    title: 'Claude Desktop',
    looks: 'Claude Desktop, or its folder, is on this computer.',
    helps: 'Install it and start it once.',
  },
  'client.config': {
    title: 'Configuration file',
    looks:
      'Each configuration file parses as strictly as the client parses it, and is UTF-8 without a byte order mark.',
    helps: 'Correct the named place in a text editor.',
  },
  'client.entry': {
    title: 'Our entry',
    looks: 'The entry of this profile stands in the file as it was written.',
    helps: 'Quit Claude from the tray, then write it again.',
  },
  'client.copies': {
    title: 'Other copies',
    looks: "Where Claude's package and the classic folder both have a file, the entry stands in each.",
    helps: 'Write it again: every copy gets it.',
  },
  'client.running': {
    title: 'Claude running',
    looks: 'Whether Claude runs since before the last change of its file, which it reads only at its start.',
    helps: 'Quit it from the tray or menu bar, then start it.',
  },
  'log.folder': {
    title: 'Log folder',
    looks: "Claude's log folder is where it belongs to the configuration.",
    helps: 'Start Claude once; another Claude may use another folder.',
  },
  'log.server': {
    title: 'Log of our entry',
    looks: 'The last marker in mcp-server-NAME.log (the end of the file alone is read).',
    helps: 'What the marker says; Claude starts a server again only when it is quit and started.',
  },
  'log.main': {
    title: "Claude's own log",
    looks:
      'Entries that Claude skipped, names it refused, and results too large, at the end of main.log and mcp.log.',
    helps: 'What the marker says.',
  },
  'policy.local-servers': {
    title: 'Local servers allowed',
    looks:
      'No policy of the organisation (Windows registry, macOS managed preferences) turns local servers off.',
    helps: 'Ask who manages this computer to set isLocalDevMcpEnabled.',
  },
} as const satisfies Record<string, CheckText>;

export type CheckId = keyof typeof CHECKS;

/** The layer of a check is the first part of its id. */
export function layerOf(id: CheckId): DoctorLayer {
  return id.slice(0, id.indexOf('.')) as DoctorLayer;
}
