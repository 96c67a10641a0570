import { DomainName } from '../../contract/droplet.ts';
import type { DropletStep, NginxKit } from '../../contract/droplet.ts';
import { AppError } from '../../contract/errors.ts';
import type { HttpsLink, Profile } from '../../contract/profile.ts';
import { serverText } from './nginx-text.ts';

const USUAL_HEADER = 'X-API-Key';

/** Host, port and path as nginx reads them literally: no blank, quote, semicolon, brace, `$` or percent sign. */
const PLAIN_HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;
const PLAIN_PATH = /^(?:\/[A-Za-z0-9._~-]+)*\/?$/;

/** A URL of the profile whose parts can stand in a configuration as they are. Throws PROFILE_INVALID. */
function plainUrl(text: string, what: string): URL {
  const url = new URL(text);
  const plain =
    PLAIN_HOST.test(url.host) &&
    PLAIN_PATH.test(url.pathname) &&
    !url.pathname.includes('/.') &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  if (plain && url.protocol === 'http:') return url;
  throw new AppError(
    'PROFILE_INVALID',
    `${what} cannot be written into a web server's configuration: ${url.origin}${url.pathname.slice(0, 60)}`,
    'Behind the web server it must be plain http:// with letters, digits, dots and dashes: change it by Edit on the page, or profile set.',
  );
}

/** Throws INPUT_INVALID with the likely mistake named. */
function checkDomain(domain: string): string {
  if (DomainName.safeParse(domain).success) return domain;
  const shown = /^[ -~]{1,80}$/.test(domain) ? `"${domain}"` : 'This';
  throw new AppError(
    'INPUT_INVALID',
    `${shown} is no domain that a certificate is made for.`,
    'Give the name alone, in lower case, without https://, port, path or wildcard, e.g. trading.example.com',
  );
}

const httpsLinks = (profile: Profile): HttpsLink[] => profile.links.filter((link) => link.kind === 'https');

function notesOf(profile: Profile, domain: string, url: string, header: string): string[] {
  const links = httpsLinks(profile);
  if (links.length === 0) {
    return [
      `${profile.name} has no HTTPS link yet: add one (Edit on the page, or profile set with all its links and --https ${url} --api-key-header ${header}).`,
    ];
  }
  const link = links.find((each) => new URL(each.url).hostname === domain) ?? links[0]!;
  const { hostname, pathname } = new URL(link.url);
  const wanted = pathname === '/' ? '/mcp' : pathname;
  return [
    ...(hostname === domain
      ? []
      : [`The HTTPS link of ${profile.name} leads to ${hostname}, not to ${domain}.`]),
    ...(wanted === new URL(url).pathname
      ? []
      : [`The HTTPS link of ${profile.name} asks for ${wanted}; MCP is at ${url} here.`]),
    ...(link.apiKeyHeader === undefined
      ? [
          `The HTTPS link of ${profile.name} sends no API key, and this configuration lets nobody in without one: add --api-key-header ${header}.`,
        ]
      : []),
  ];
}

/** The commands on the droplet, in order. The key is made there: it is on no screen but the one that asks for it. */
function stepsOf(
  profile: string,
  domain: string,
  header: string,
  file: string,
  keyFile: string,
): DropletStep[] {
  const value = /^authorization$/i.test(header) ? 'Bearer $key' : '$key';
  return [
    { title: 'Install nginx and certbot', command: 'sudo apt-get install -y nginx certbot' },
    {
      title: `Get the certificate (the name must lead to this droplet, ports 80 and 443 open)`,
      command: `sudo certbot certonly --webroot -w /var/www/html -d ${domain} --deploy-hook "systemctl reload nginx"`,
    },
    {
      title: 'Make the API key; it is shown this once',
      command: `key=$(openssl rand -hex 32); echo "\\"~^${value}\\$\\" 1;" | sudo install -m 600 /dev/stdin ${keyFile}; echo "${value}"`,
    },
    { title: `Put this text into ${file}`, command: `sudo nano ${file}` },
    { title: 'Check it and switch it on', command: 'sudo nginx -t && sudo systemctl reload nginx' },
    {
      title: 'On this computer: give the key to the app',
      command: `catalyst-companion secret set ${profile} api-key`,
    },
  ];
}

const LEGACY_SSE = /\/sse$/;

/**
 * The web server in front of a droplet, for HTTPS links: a whole nginx file that serves MCP, `/health` and each service
 * to whoever has the API key, and nothing else. Holds no secret; pure. Throws INPUT_INVALID for the domain and
 * PROFILE_INVALID for URLs that a configuration cannot name.
 */
export function nginxKit(profile: Profile, domainText: string): NginxKit {
  const domain = checkDomain(domainText);
  const mcp = plainUrl(profile.mcpUrl, 'The MCP address');
  const mcpPath = mcp.pathname.replace(/\/$/, '') || '/mcp';
  const link = httpsLinks(profile).find((each) => each.apiKeyHeader !== undefined);
  const apiKeyHeader = link?.apiKeyHeader ?? USUAL_HEADER;
  const services = profile.services.map(({ name, url }) => ({
    name,
    base: plainUrl(url, `The address of ${name}`).href.replace(/\/?$/, '/'),
  }));
  const orchestration = services.find(({ name }) => name === 'orchestration');
  const file = `/etc/nginx/conf.d/companion-${profile.name}.conf`;
  const keyFile = `/etc/nginx/companion-${profile.name}.key`;
  const url = `https://${domain}${mcpPath}`;
  const steps = stepsOf(profile.name, domain, apiKeyHeader, file, keyFile);
  const config = serverText({
    profile: profile.name,
    domain,
    apiKeyHeader,
    file,
    keyFile,
    head: [
      `nginx in front of ${profile.name}: ${url}`,
      `Written by Catalyst Companion for ${file}. To put it in place, on the droplet:`,
      '',
      ...steps.slice(0, -1).flatMap(({ title, command }, at) => [`${at + 1}. ${title}`, `     ${command}`]),
    ],
    // without a path of its own the URL goes on as it is
    mcpUpstream: mcp.pathname === '/' ? `${mcp.origin}/` : mcp.origin,
    mcpPath,
    messagesPath: LEGACY_SSE.test(mcpPath) ? `${mcpPath.replace(LEGACY_SSE, '')}/message` : undefined,
    healthUrl: `${orchestration?.base ?? `${mcp.origin}/`}health`,
    services,
  });
  return {
    profile: profile.name,
    domain,
    url,
    apiKeyHeader,
    file,
    keyFile,
    config,
    steps,
    notes: notesOf(profile, domain, url, apiKeyHeader),
  };
}
