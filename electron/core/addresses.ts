import net from 'node:net';

function ranges(...list: readonly (readonly [address: string, bits: number])[]): net.BlockList {
  const found = new net.BlockList();
  for (const [address, bits] of list) found.addSubnet(address, bits, net.isIPv6(address) ? 'ipv6' : 'ipv4');
  return found;
}

const LOOPBACK = ranges(['127.0.0.0', 8], ['::1', 128]);
/** RFC 1918, 3927, 4193, 4291, and 6598, which Tailscale uses for its encrypted addresses. */
const PRIVATE = ranges(
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fe80::', 10],
);
/** Endings that no public name has: RFC 6761, 6762, 8375, ICANN's `internal`, and the `lan` of home routers. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa|lan)$/;

/** A URL's hostname as the system's resolver takes it: no brackets around IPv6, lower case, no dot at the end. */
export function bareHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
    .replace(/\.$/, '');
}

/** Whether an address (not a name) lies in a list; addresses of IPv4 within IPv6 count as IPv4. */
export function inRanges(list: net.BlockList, host: string): boolean {
  const family = net.isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a URL's hostname is this computer itself, by address or as `localhost`. */
export function isLoopbackHost(hostname: string): boolean {
  const host = bareHost(hostname);
  return host === 'localhost' || host.endsWith('.localhost') || inRanges(LOOPBACK, host);
}

/**
 * Whether a URL's hostname is on this computer or its own network, by its text alone: private addresses, names
 * without a dot, and endings that are never public. Nothing is resolved.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = bareHost(hostname);
  if (net.isIP(host) !== 0) return inRanges(LOOPBACK, host) || inRanges(PRIVATE, host);
  return !host.includes('.') || PRIVATE_NAME.test(host);
}
