import type { Profile } from '../../contract/profile.ts';

/** `host:port` as a forward asks for it; sshd compares the text, without looking names up (sshd(8), permitopen). */
function destination(text: string): string {
  const url = new URL(text);
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

/** No blank, quote or star may reach the options of a line. */
const PLAIN = /^(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\]):\d{1,5}$/;

/** What the app connects to on the droplet: the MCP endpoint and each service. */
export function destinationsOf({ mcpUrl, services }: Pick<Profile, 'mcpUrl' | 'services'>): string[] {
  const all = [mcpUrl, ...services.map(({ url }) => url)].map(destination);
  return [...new Set(all)].filter((each) => PLAIN.test(each));
}

const REFUSAL = 'command="echo This key opens the tunnel only, so there are no logs. >&2; exit 126"';

/**
 * The line of authorized_keys for a key: no terminal, no agent, no X11, no ~/.ssh/rc, and connections to those
 * destinations only. Commands stay possible, because the logs are read by one, unless `tunnelOnly`.
 */
export function authorizedLine(publicLine: string, permits: readonly string[], tunnelOnly = false): string {
  const options = [
    'restrict',
    'port-forwarding',
    ...permits.map((each) => `permitopen="${each}"`),
    ...(tunnelOnly ? [REFUSAL] : []),
  ];
  return `${options.join(',')} ${publicLine}`;
}

/** Appends a line on the droplet. The line break in front is for a file whose last line has none. */
export function appendCommand(line: string): string {
  return `umask 077; mkdir -p ~/.ssh; printf '\\n%s\\n' '${line}' >> ~/.ssh/authorized_keys`;
}
