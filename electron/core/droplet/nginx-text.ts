/** What a server block is written from. Every text was checked by `nginx.ts`: nothing here is quoted. */
export interface ServerFacts {
  profile: string;
  domain: string;
  apiKeyHeader: string;
  file: string;
  keyFile: string;
  /** Comment lines that say how it is put in place. */
  head: readonly string[];
  /** The MCP server as seen from the droplet, without a path where the request's own is passed on. */
  mcpUpstream: string;
  /** The path of the endpoint, here and there. */
  mcpPath: string;
  /** How the path of a session's messages begins: legacy SSE servers have two. */
  messagesPath: string | undefined;
  /** `/health` of the orchestration as seen from the droplet. */
  healthUrl: string;
  /** Base URLs end with a slash. */
  services: readonly { name: string; base: string }[];
}

/** As Mozilla's intermediate list: forward secrecy and authenticated encryption only, for TLS 1.2. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** The names of variables and zones belong to all of nginx; profile names have no underscore, so these are unique. */
const idOf = (profile: string): string => `companion_${profile.replaceAll('-', '_')}`;

const variableOf = (header: string): string => `$http_${header.toLowerCase().replaceAll('-', '_')}`;

function http({ profile, apiKeyHeader, keyFile }: ServerFacts): string {
  const id = idOf(profile);
  return `# 1 for the right API key, 0 for everything else. The key is in that file alone, readable by root.
map ${variableOf(apiKeyHeader)} $${id}_open {
    default 0;
    include ${keyFile};
}

# 30 requests a second for each address, 120 at once; Claude and the dashboard stay far below.
limit_req_zone $binary_remote_addr zone=${id}_rate:1m rate=30r/s;
limit_conn_zone $binary_remote_addr zone=${id}_streams:1m;`;
}

function redirect({ domain }: ServerFacts): string {
  return `server {
    listen 80;
    listen [::]:80;
    server_name ${domain};
    server_tokens off;

    # certbot renews the certificate through this folder
    location ^~ /.well-known/acme-challenge/ {
        root /var/www/html;
        default_type text/plain;
    }
    location / {
        return 301 https://${domain}$request_uri;
    }
}`;
}

function guards({ profile, domain, apiKeyHeader }: ServerFacts): string {
  const id = idOf(profile);
  return `    # This name only, and nothing without the key: not even which paths there are.
    if ($host != "${domain}") { return 421; }
    if ($${id}_open = 0) { return 401; }
    limit_req zone=${id}_rate burst=120 nodelay;
    limit_req_status 429;
    limit_conn ${id}_streams 128;
    limit_conn_status 429;
    # As much as MCP servers take in one message. It is read whole before it is passed on, so that a line that
    # breaks half-way sends nothing.
    client_max_body_size 4m;
    client_header_timeout 15s;
    client_body_timeout 30s;

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header ${apiKeyHeader} "";
    # FastMCP redirects to a whole URL, with http:// where it does not trust this proxy: the path alone is passed on.
    proxy_redirect ~^https?://[^/]+(/.*)$ $1;
    absolute_redirect off;
    # a call is sent once, whatever happens to it
    proxy_next_upstream off;
    proxy_connect_timeout 5s;
    # answers are event streams: each event goes on as it comes
    proxy_buffering off;
    proxy_cache off;
    gzip off;`;
}

function locations(facts: ServerFacts): string {
  const { mcpUpstream, mcpPath, messagesPath, healthUrl, services } = facts;
  const stream = `        proxy_read_timeout 3600s;
        proxy_send_timeout 60s;`;
  const mcp = [mcpPath, `${mcpPath}/`].map(
    (path) => `    location = ${path} {
        proxy_pass ${mcpUpstream};
${stream}
    }`,
  );
  const messages =
    messagesPath === undefined
      ? []
      : [`    location ^~ ${messagesPath} {\n        proxy_pass ${mcpUpstream};\n${stream}\n    }`];
  return [
    '    # MCP, its path unchanged; the second one redirects a trailing slash',
    ...mcp,
    ...messages,
    `    location = /health {\n        proxy_pass ${healthUrl};\n    }`,
    ...services.map(({ name, base }) => `    location /svc/${name}/ {\n        proxy_pass ${base};\n    }`),
    '    location / {\n        return 404;\n    }',
  ].join('\n');
}

function secure(facts: ServerFacts): string {
  const { domain, profile } = facts;
  const live = `/etc/letsencrypt/live/${domain}`;
  return `server {
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name ${domain};
    server_tokens off;

    ssl_certificate ${live}/fullchain.pem;
    ssl_certificate_key ${live}/privkey.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ${CIPHERS};
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:${idOf(profile)}_tls:1m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
    add_header Strict-Transport-Security "max-age=31536000" always;

${guards(facts)}

${locations(facts)}
}`;
}

/** The whole file for the droplet's nginx, to be included in its `http` context. */
export function serverText(facts: ServerFacts): string {
  const head = facts.head.map((line) => (line === '' ? '#' : `# ${line}`)).join('\n');
  return `${[head, http(facts), redirect(facts), secure(facts)].join('\n\n')}\n`;
}
