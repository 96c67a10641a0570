import net from 'node:net';
import { AppError } from '../contract/errors.ts';
import { bareHost, inRanges, isLoopbackHost } from './addresses.ts';

/**
 * Which variables name the proxy for a URL, the first that is set counts. `HTTP_PROXY` in capitals is no setting, as
 * in curl: where a web server starts programs, a request's `Proxy:` header sets it (httpoxy, CVE-2016-5385).
 */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
  'http:': ['http_proxy', 'all_proxy', 'ALL_PROXY'],
};

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** An entry of NO_PROXY as host pattern and port; a bare IPv6 address has colons and no port. */
function splitPort(entry: string): { pattern: string; port: string | undefined } {
  if (net.isIPv6(entry)) return { pattern: entry, port: undefined };
  const [, pattern = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { pattern, port };
}

function inSubnet(host: string, pattern: string): boolean {
  const [, address = '', bits] = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/i.exec(pattern) ?? [];
  const family = net.isIP(address);
  if (family === 0 || Number(bits) > (family === 6 ? 128 : 32)) return false;
  const list = new net.BlockList();
  list.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return inRanges(list, host);
}

/** An address in the spelling that URLs use, so that `[::0:1]` and `::1` are one. */
function canonicalPattern(pattern: string): string {
  const bare = bareHost(pattern);
  return net.isIPv6(bare) ? bareHost(new URL(`http://[${bare}]`).hostname) : bare;
}

/**
 * Whether `NO_PROXY` excepts a URL: `*`, a name with everything under it (`example.com`, `.example.com` and
 * `*.example.com` mean the same), an address, a range such as `10.0.0.0/8`; each but `*` and ranges with `:port` if
 * wanted. Entries that are none of these except nothing.
 */
export function exceptedFromProxy(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname);
  const urlPort = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return inSubnet(host, entry);
      const { pattern, port } = splitPort(entry);
      if (port !== undefined && port !== urlPort) return false;
      const name = canonicalPattern(pattern.replace(/^\*?\./, ''));
      if (name === '') return false;
      return host === name || (net.isIP(host) === 0 && host.endsWith(`.${name}`));
    });
}

/** A proxy as people write it: a URL, or `host:port` for an HTTP proxy. */
function parsed(value: string, variable: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && url.hostname !== '') return url;
  // the value itself may hold a password
  throw new AppError(
    'LINK_PROXY_REFUSED',
    `The environment variable ${variable} holds no proxy that can be understood.`,
    `Write it as http://HOST:PORT, or remove it; NO_PROXY names hosts that need none.`,
  );
}

/**
 * The proxy for a URL from environment variables, as curl reads them: HTTPS_PROXY, http_proxy, ALL_PROXY, NO_PROXY.
 * Undefined for none; this computer itself is never reached through one. The result may hold credentials.
 * Throws LINK_PROXY_REFUSED for a value that is no proxy.
 */
export function proxyFromEnvironment(url: URL, env: Readonly<NodeJS.ProcessEnv>): URL | undefined {
  if (isLoopbackHost(url.hostname)) return undefined;
  const variable = VARIABLES[url.protocol]?.find((name) => (env[name] ?? '').trim() !== '');
  if (variable === undefined) return undefined;
  const noProxy = (env.no_proxy ?? '') === '' ? (env.NO_PROXY ?? '') : (env.no_proxy ?? '');
  return exceptedFromProxy(url, noProxy) ? undefined : parsed((env[variable] ?? '').trim(), variable);
}
