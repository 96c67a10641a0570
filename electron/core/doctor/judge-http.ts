import type { LinkVia } from '../../contract/link.ts';
import { sameOriginPath } from '../link/http/urls.ts';
import { redirectError } from '../link/probe-verdict.ts';
import { remedy, remedyOf, shellWord } from './remedy.ts';
import { failed, ok, warning } from './rounds.ts';
import type { Finding } from './rounds.ts';
import type { CheckId } from './table.ts';

/** An HTTP answer as far as it is judged. */
export interface Seen {
  readonly status: number;
  readonly contentType: string;
  /** The beginning of the body, as text; empty where it was not read. */
  readonly body: string;
}

/** Words by which FastMCP and the official SDKs refuse a host or an origin. */
const HOST_WORDS = /misdirected request|forbidden origin|invalid (?:host|origin)/i;

/** Whether a server refused the name or the origin of who asks, not the one who asks. */
export function isHostGuard({ status, body }: Seen): boolean {
  return status === 421 || (status === 403 && HOST_WORDS.test(body));
}

const PLACES: Readonly<Record<number, CheckId>> = {
  401: 'web.api-key',
  413: 'web.body-size',
  421: 'mcp.host-guard',
  429: 'web.rate-limit',
};

/**
 * The check that an answer fails; undefined where it is one that a healthy endpoint may give to a request without a
 * session. `sentBoth`: our message said that it takes JSON and event streams.
 */
export function placeOfAnswer(seen: Seen, via: LinkVia['kind'], sentBoth: boolean): CheckId | undefined {
  const { status, contentType, body } = seen;
  const page = /^\s*(?:text\/html|application\/xhtml)\b/i.test(contentType);
  if (status === 403) return via === 'https' && !isHostGuard(seen) ? 'web.api-key' : 'mcp.host-guard';
  if (status === 404 || status === 410) return body.includes('"jsonrpc"') ? undefined : 'mcp.path';
  if (status === 406) return sentBoth ? 'mcp.accept' : undefined;
  const place = PLACES[status];
  if (place) return place;
  if (status >= 300 && status < 400) return 'mcp.redirect';
  return status >= 500 || page ? 'web.answer' : undefined;
}

/** A redirect of the MCP URL: where we may go on, on the same origin, and what is to be said of it. */
export function judgeRedirect(
  url: URL,
  status: number,
  location: string,
  profile: string,
): { path: string | undefined; finding: Finding } {
  const path = sameOriginPath(url, location);
  const keeps = status === 307 || status === 308;
  if (path === undefined || !keeps || path === url.pathname + url.search) {
    const { message, next } = redirectError(url, location, status, path);
    return { path: undefined, finding: failed(message, remedyOf(next, profile)) };
  }
  const to = URL.parse(location, url.href);
  if (url.protocol === 'https:' && to?.protocol === 'http:') {
    const finding = warning(
      `The MCP URL redirects to ${path} over plain http (HTTP ${status}); we stay on https, other clients would send the API key in clear.`,
      remedy(
        `Give the link ${url.origin}${path}, let nginx say who asked (proxy_set_header X-Forwarded-Proto $scheme;), and let uvicorn believe it (FORWARDED_ALLOW_IPS)`,
        'proxy_set_header X-Forwarded-Proto $scheme;',
      ),
    );
    return { path, finding };
  }
  return {
    path,
    finding: warning(
      `The MCP URL redirects to ${path} (HTTP ${status}), one more round for every message.`,
      remedy('Give the link the final URL', `${url.origin}${path}`),
    ),
  };
}

/** Redirects that come back to where they began. */
export function circleFinding(url: URL, hops: number): Finding {
  return failed(
    `The MCP URL redirects again and again: after ${hops} redirects it was sent on to ${url.pathname} once more.`,
    remedy(
      'Take one of the two redirects (trailing slash in nginx, and in the server) out; this shows where it leads',
      `curl -sS -o /dev/null -w '%{http_code} %{redirect_url}\\n' ${shellWord(url.href)}`,
    ),
  );
}

/** A first answer this slow is felt in every call. */
const SLOW_MS = 3_000;

/** The first answer over HTTP, and how long it took. */
export function answerFinding({ status, ms }: { status: number; ms: number }): Finding {
  if (ms < SLOW_MS) return ok(`It answers over HTTP (${status}).`);
  return warning(
    `It answers over HTTP (${status}), but only after ${(ms / 1000).toFixed(1)} s; every call waits as long.`,
    remedy('Look on the droplet what keeps it busy', 'uptime && docker stats --no-stream'),
  );
}

const CLOCK_WARNING_MS = 120_000;

/** The server's `Date` header against our clock; undefined where it has none. */
export function clockFinding(date: string | undefined, now: number): Finding | undefined {
  const at = Date.parse(date ?? '');
  if (Number.isNaN(at)) return undefined;
  const apart = Math.abs(at - now);
  if (apart < CLOCK_WARNING_MS) return ok('The clocks agree.');
  const minutes = Math.round(apart / 60_000);
  return warning(
    `The server's clock is ${minutes} min ${at > now ? 'ahead of' : 'behind'} this computer's.`,
    remedy('Turn on time synchronisation on the one that is wrong', 'timedatectl set-ntp true'),
  );
}
