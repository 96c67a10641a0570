import type { CustomScheme, Protocol } from 'electron';
import type { PageFile } from '../core/page-files.ts';
import { APP_ORIGIN, APP_SCHEME } from './channel.ts';

/** `serve`'s policy but for `connect-src`: this page talks over its message port and has no network at all. */
export const DESKTOP_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'none'; frame-src 'none'; worker-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default";

/** Nothing but what pages need for relative URLs and module scripts: no fetch, no CORS, no way around the CSP. */
export const APP_SCHEMES: CustomScheme[] = [
  { scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
];

const HEADERS = {
  'content-security-policy': DESKTOP_CSP,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What Electron adds to a request: the origin that asked, absent where the browser itself started it. */
export interface AppRequest {
  readonly method: string;
  readonly url: string;
  readonly initiatorOrigin?: string | null;
}

const nothing = (status: number) => new Response(null, { status, headers: HEADERS });

/**
 * One answer of `app://companion/`: a packaged file by exact path, or nothing. The path is compared as it stands in
 * the URL, so an encoded `..`, NUL or backslash is just a name that does not exist.
 */
export function answerPage(request: AppRequest, page: ReadonlyMap<string, PageFile>): Response {
  if (request.initiatorOrigin !== undefined && request.initiatorOrigin !== APP_ORIGIN) return nothing(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return nothing(405);
  const rest = request.url.startsWith(`${APP_ORIGIN}/`) ? request.url.slice(APP_ORIGIN.length) : undefined;
  const file = rest === undefined ? undefined : page.get(rest.split(/[?#]/, 1)[0] ?? '');
  if (!file) return nothing(404);
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(file.body), {
    headers: { ...HEADERS, 'content-type': file.type },
  });
}

/** Serves the page at `app://companion/`, after the app is ready. */
export function servePage(protocol: Protocol, page: () => ReadonlyMap<string, PageFile>): void {
  protocol.handle(APP_SCHEME, (request) => answerPage(request, page()));
}
