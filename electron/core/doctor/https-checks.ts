import type { AppError } from '../../contract/errors.ts';
import { asAppError } from '../../contract/errors.ts';
import { CERTIFICATE_WARNING_MS } from '../../contract/link.ts';
import type { CertificateFacts } from '../../contract/link.ts';
import type { DirectLink, HttpsLink } from '../../contract/profile.ts';
import { dial } from '../link/dial.ts';
import type { OpenLink } from '../link/dialling.ts';
import { canonicalUrl } from '../link/http/urls.ts';
import { proxyName } from '../link/http/tunnel.ts';
import { at, checkName, checkPort, dialContext, endpointOf } from './network-checks.ts';
import type { DoctorCase } from './ports.ts';
import { remedy, remedyOf } from './remedy.ts';
import { failed, failure, ok, warning } from './rounds.ts';
import type { Finding, Rounds } from './rounds.ts';
import { shellWord } from './remedy.ts';

const PROXY_MS = 5_000;
const DAY_MS = 86_400_000;

/** How long a certificate still holds, as a finding. */
export function certificateFinding(facts: CertificateFacts | null, pinned: boolean, now: number): Finding {
  if (!facts) return ok(pinned ? 'The certificate is accepted by its pin.' : 'The certificate is accepted.');
  const days = Math.floor((facts.validTo - now) / DAY_MS);
  const until = new Date(facts.validTo).toISOString().slice(0, 10);
  const names = facts.names.slice(0, 3).join(', ');
  const seen = `It is for ${names}, by ${facts.issuer}, valid until ${until} (${days} ${days === 1 ? 'day' : 'days'}).`;
  if (facts.validTo - now > CERTIFICATE_WARNING_MS) return ok(seen);
  return warning(seen, remedy('Renew it on the server', 'sudo certbot renew'));
}

/** A failed connection of TLS as check and finding; undefined where it is none. `met`: a certificate was shown. */
export function tlsFault(
  error: AppError,
  url: URL,
  profile: string,
  met: boolean,
): { id: 'tls.proxy' | 'tls.pin' | 'tls.certificate'; finding: Finding } | undefined {
  const { code, message, next } = error;
  const help = remedyOf(next, profile);
  if (code === 'LINK_PROXY_FAILED' || code === 'LINK_PROXY_REFUSED')
    return { id: 'tls.proxy', finding: failed(message, help) };
  const endpoint = endpointOf(url);
  const show = `openssl s_client -connect ${shellWord(at(endpoint))} -servername ${shellWord(endpoint.host)} </dev/null | openssl x509 -noout -dates -ext subjectAltName -fingerprint -sha256`;
  if (code === 'LINK_TLS_PIN') return { id: 'tls.pin', finding: failed(message, remedy(help.text, show)) };
  if (!met && url.protocol === 'https:' && (code === 'LINK_TIMEOUT' || code === 'LINK_LOST')) {
    const seen = `${at(endpoint)} takes connections, but no TLS comes about on them: ${message}`;
    return { id: 'tls.certificate', finding: failed(seen, remedy(NO_TLS, show)) };
  }
  const handshake = code === 'LINK_UNREACHABLE' && url.protocol === 'https:';
  if (!code.startsWith('LINK_TLS_') && !handshake) return undefined;
  return { id: 'tls.certificate', finding: failed(message, remedy(help.text, help.command ?? show)) };
}

const NO_TLS =
  'Check the port in the URL, that the web server there is well, and that nothing on the way holds TLS back';

/** The proxy that is in the way, undefined for none; `false` where its setting cannot be used. */
async function checkProxy(rounds: Rounds, one: DoctorCase, url: URL): Promise<URL | undefined | false> {
  let proxy: URL | undefined;
  const state = await rounds.run('tls.proxy', url.host, PROXY_MS, async () => {
    proxy = await one.ports.proxyFor(url);
    return ok(
      proxy ? `Requests go through the proxy ${proxyName(proxy)}.` : 'No proxy is set for this host.',
    );
  });
  return state === 'ok' ? proxy : false;
}

/** Whether the API key that the link needs is there. */
async function checkKey(rounds: Rounds, one: DoctorCase, config: HttpsLink): Promise<boolean> {
  const { apiKeyHeader } = config;
  if (apiKeyHeader === undefined) return true;
  const { name } = one.profile;
  const { secrets } = one.ports;
  if (!secrets) {
    const seen = `The API key for ${apiKeyHeader} can be read by the app only, and it does not run; what needs it is skipped.`;
    const help = remedy('Start the app, then run the doctor again', 'catalyst-companion serve');
    rounds.note('web.api-key', apiKeyHeader, warning(seen, help), 0);
    return false;
  }
  try {
    const key = await secrets.get(name, 'api-key');
    if (key !== undefined && key !== '') return true;
    const seen = `No API key is stored for ${name}, and its HTTPS link needs one in ${apiKeyHeader}.`;
    const help = remedy('Store it', `catalyst-companion secret set ${name} api-key`);
    rounds.note('web.api-key', apiKeyHeader, failed(seen, help), 0);
  } catch (error) {
    rounds.note('web.api-key', apiKeyHeader, failure(error, name), 0);
  }
  return false;
}

/** An opened link over HTTP. `keyed`: false where the API key it needs could not be had, so that a refusal says nothing. */
export interface OpenedHttp {
  readonly link: OpenLink;
  readonly keyed: boolean;
}

function withoutKey(config: HttpsLink): HttpsLink {
  const { apiKeyHeader: _header, ...rest } = config;
  return rest;
}

/** Prepares an HTTPS or direct link after its name and port were checked; undefined where one is broken. */
export async function openHttp(
  rounds: Rounds,
  one: DoctorCase,
  config: HttpsLink | DirectLink,
): Promise<OpenedHttp | undefined> {
  const url = canonicalUrl(config.url);
  const proxy = config.kind === 'https' ? await checkProxy(rounds, one, url) : undefined;
  if (proxy === false || rounds.signal.aborted) return undefined;
  const first = endpointOf(proxy ?? url);
  if (!(await checkName(rounds, first.host))) return undefined;
  if (!(await checkPort(rounds, one, config, first))) return undefined;
  const keyed = config.kind === 'direct' || (await checkKey(rounds, one, config));
  if (rounds.signal.aborted) return undefined;
  try {
    const usable = config.kind === 'https' && !keyed ? withoutKey(config) : config;
    const link = await dial(usable, { ...dialContext(one, config, rounds.signal) });
    if (config.kind === 'https' && config.caFile !== undefined)
      rounds.note('tls.ca', null, ok(`${config.caFile} holds certificates.`), 0);
    return { link, keyed };
  } catch (thrown) {
    const error = asAppError(thrown);
    const id =
      error.code === 'LINK_CA_UNREADABLE'
        ? 'tls.ca'
        : error.code === 'SECRET_UNREADABLE'
          ? 'web.api-key'
          : 'profile.links';
    rounds.note(id, null, failure(error, rounds.profile), 0);
    return undefined;
  }
}
