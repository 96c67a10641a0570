/** The layers that the doctor looks at and how people know them, in the order in which they carry one another. */
export const DOCTOR_LAYERS = {
  profile: 'Profile and settings',
  name: 'Name resolution',
  tcp: 'TCP connection',
  ssh: 'SSH',
  tls: 'TLS',
  tunnel: 'Tunnel',
  web: 'Web server',
  mcp: 'MCP handshake',
  session: 'MCP session',
  tools: 'Tools',
  services: 'Services',
  stub: 'Bridge program',
  client: "Claude's configuration",
  log: "Claude's logs",
  policy: 'Policy',
} as const;

export const LAYER_ORDER = Object.keys(DOCTOR_LAYERS) as (keyof typeof DOCTOR_LAYERS)[];
