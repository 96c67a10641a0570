import { AppError } from '../contract/errors.ts';

const SCHEMES: Readonly<Record<string, string>> = {
  PROXY: 'http:',
  HTTP: 'http:',
  HTTPS: 'https:',
  SOCKS: 'socks4:',
  SOCKS4: 'socks4:',
  SOCKS5: 'socks5:',
};

/**
 * The proxy that the system's setting asks for, from the text of its answer: `PROXY host:port; DIRECT` and the like
 * (the format of proxy auto-configuration scripts, as Electron's `session.resolveProxy` gives it). Undefined means
 * none. The first choice that we can carry counts; a SOCKS proxy is given back only where there is no other choice, and
 * the link says that it cannot use it. Throws LINK_PROXY_REFUSED where nothing in the text is understood.
 */
export function proxyFromPac(text: string): URL | undefined {
  let socks: URL | undefined;
  const choices = text
    .split(';')
    .map((choice) => choice.trim())
    .filter((choice) => choice !== '');
  for (const choice of choices) {
    const [kind = '', address = ''] = choice.split(/\s+/, 2);
    if (/^direct$/i.test(kind)) return undefined;
    const scheme = SCHEMES[kind.toUpperCase()];
    const href = `${scheme}//${address}`;
    if (scheme === undefined || address === '' || !URL.canParse(href)) continue;
    const proxy = new URL(href);
    if (!scheme.startsWith('socks')) return proxy;
    socks ??= proxy;
  }
  if (socks || choices.length === 0) return socks;
  throw new AppError(
    'LINK_PROXY_REFUSED',
    "This computer's proxy setting names no proxy that can be understood.",
    'Check the proxy setting of the system, or except the droplet from it.',
  );
}
