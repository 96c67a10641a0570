import { AppError } from '../../contract/errors.ts';
import { exchange } from '../http/request.ts';
import type { OpenLink } from './dialling.ts';
import { networkError, systemCode } from './network-errors.ts';
import { authError, judge, notMcp, redirectError } from './probe-verdict.ts';
import type { Asked } from './probe-verdict.ts';
import type { Route } from './transport.ts';
import { sameOriginPath } from './http/urls.ts';

export type ProbeResult =
  | { kind: 'fine'; rttMs: number }
  /** MCP alone fails; `proven`: an HTTP answer came through the link all the same. */
  | { kind: 'mcp'; error: AppError; proven: boolean }
  /** A person has to act before anything is tried again. */
  | { kind: 'refused'; error: AppError }
  /** No HTTP answer at all. */
  | { kind: 'silent'; error: AppError };

export interface ProbeOptions {
  /** The profile's name, for the commands that help. */
  profile: string;
  /** Milliseconds per request. */
  timeoutMs: number;
  /** Names of the profile's services, for the second opinion. */
  services: readonly string[];
  signal: AbortSignal;
}

const HOPS = 2;
/** Longest wait for the answer to a message, where a GET was answered at once. */
const MESSAGE_MS = 3_000;
const MESSAGE_BYTES = 65_536;

const PING = '{"jsonrpc":"2.0","id":"companion-probe","method":"ping"}';

/** Whether a body is a message of JSON-RPC, alone or as the data of an event. Its name in broken JSON makes none. */
function isMessage(body: string): boolean {
  const data = body
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5));
  return [body, data.join('\n'), ...data].some((text) => {
    try {
      return JSON.stringify(JSON.parse(text)).includes('"jsonrpc"');
    } catch {
      return false;
    }
  });
}

const isStream = (type = '') => /^\s*text\/event-stream\b/i.test(type);

function unanswered(cause: AppError): AppError {
  return new AppError(
    'MCP_TIMEOUT',
    'The MCP endpoint takes messages and does not answer them.',
    "Look at the orchestrator's log on the droplet; restart it if it hangs.",
    { cause },
  );
}

/**
 * What is wrong with the answer to an MCP message; undefined where it is one. A ping opens no session and changes
 * nothing, and what the bridge would send goes the same way. An event stream that stays open is an answer too; a body
 * that never ends is none.
 */
async function messageFault(
  route: Route,
  options: ProbeOptions,
  asked: Asked,
): Promise<AppError | undefined> {
  const ask = (headOnly: boolean) =>
    exchange(route, {
      method: 'POST',
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      body: PING,
      timeoutMs: Math.min(options.timeoutMs, MESSAGE_MS),
      maxBytes: MESSAGE_BYTES,
      signal: options.signal,
      headOnly,
    });
  try {
    const { status, body } = await ask(false);
    return status === 202 || isMessage(body.toString('utf8')) ? undefined : notMcp(asked);
  } catch (cause) {
    const late = cause instanceof AppError && cause.code === 'LINK_TIMEOUT' ? cause : undefined;
    if (!late) return notMcp(asked);
    const head = await ask(true).catch(() => undefined);
    return isStream(head?.headers['content-type']) ? undefined : unanswered(late);
  }
}

/** Follows a 307 or 308 to another path of the same origin; any other redirect is an error. */
function redirected(link: OpenLink, route: Route, location: string, status: number): AppError | undefined {
  const path = sameOriginPath(route.url, location);
  const followed = (status === 307 || status === 308) && path !== route.url.pathname + route.url.search;
  if (path === undefined || !followed) return redirectError(route.url, location, status, path);
  link.moveMcp(path);
  return undefined;
}

async function askMcp(link: OpenLink, options: ProbeOptions, hops = HOPS): Promise<ProbeResult> {
  const route = link.route({ to: 'mcp' });
  if (!route) throw new AppError('INTERNAL', 'The link has no MCP endpoint.', 'Check the profile.');
  const answer = await exchange(route, {
    headers: { accept: 'text/event-stream' },
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    headOnly: true,
  });
  const { profile } = options;
  const asked: Asked = { url: route.url, via: link.via.kind, profile, apiKeyHeader: link.apiKeyHeader };
  const verdict = judge(answer.status, answer.headers['content-type'] ?? '', asked);
  switch (verdict.kind) {
    case 'fine':
      return { kind: 'fine', rttMs: answer.ms };
    case 'unsure': {
      const error = await messageFault(route, options, asked);
      return error ? { kind: 'mcp', error, proven: true } : { kind: 'fine', rttMs: answer.ms };
    }
    case 'auth': {
      const error = authError(verdict.code, asked, answer.headers['www-authenticate']);
      // over SSH or a direct URL the services may still answer; over HTTPS the key opens everything or nothing
      return link.via.kind === 'https' ? { kind: 'refused', error } : { kind: 'mcp', error, proven: true };
    }
    case 'wrong':
      return { kind: 'mcp', error: verdict.error, proven: true };
    case 'redirect': {
      const error =
        hops > 0
          ? redirected(link, route, answer.headers.location ?? '', answer.status)
          : new AppError('MCP_NOT_MCP', 'The MCP URL redirects in a circle.', 'Check the MCP URL.');
      if (!error) return askMcp(link, options, hops - 1);
      return error.code === 'LINK_REDIRECT_REFUSED'
        ? { kind: 'refused', error }
        : { kind: 'mcp', error, proven: true };
    }
    default:
      return verdict satisfies never;
  }
}

/**
 * A server may close an idle connection in the moment a request goes out on it (nginx after `reload`, or with a short
 * `keepalive_timeout`); that says nothing about the server, so the question, which changes nothing, is put once more.
 */
async function askTwice(link: OpenLink, options: ProbeOptions): Promise<ProbeResult> {
  try {
    return await askMcp(link, options);
  } catch (cause) {
    const cut = ['ECONNRESET', 'EPIPE'].includes(systemCode(cause));
    if (!cut || options.signal.aborted) throw cause;
    return await askMcp(link, options);
  }
}

async function answersHealth(link: OpenLink, options: ProbeOptions): Promise<boolean> {
  const path = '/health';
  const [first] = options.services;
  try {
    const route =
      link.route({ to: 'service', name: 'orchestration', path }) ??
      (first === undefined ? undefined : link.route({ to: 'service', name: first, path }));
    if (!route) return false;
    await exchange(route, { timeoutMs: options.timeoutMs, signal: options.signal, headOnly: true });
    return true;
  } catch {
    return false;
  }
}

/** What silence or a failure of the MCP endpoint means, with what `/health` said meanwhile. */
async function judgeFailure(
  cause: unknown,
  link: OpenLink,
  options: ProbeOptions,
  health: () => Promise<boolean>,
): Promise<ProbeResult> {
  const url = link.route({ to: 'mcp' })?.url;
  const port = Number(url?.port) || (url?.protocol === 'https:' ? 443 : 80);
  const error = networkError(cause, { host: url?.hostname ?? '', port });
  const { code } = error;
  if (options.signal.aborted) return { kind: 'silent', error };
  if (code.startsWith('LINK_TLS_') || code === 'LINK_PROXY_REFUSED') return { kind: 'refused', error };
  if (await health()) return { kind: 'mcp', error: mcpError(error), proven: true };
  // the second: an expired password lets sign in, but nothing be forwarded
  if (code === 'LINK_FORWARD_REFUSED' || code === 'LINK_AUTH_REFUSED') return { kind: 'refused', error };
  // sshd itself said that nothing listens: the link is there, the service is not
  const told = link.via.kind === 'ssh' && code === 'LINK_PORT_CLOSED';
  return told ? { kind: 'mcp', error, proven: false } : { kind: 'silent', error };
}

/**
 * Asks the MCP endpoint for a sign of life and, where it fails, a `/health`, so that the two can be told apart. After
 * half the time without an answer both are awaited together: a link that is silent altogether is known as such within
 * one `timeoutMs`. Never rejects.
 */
export async function probeLink(link: OpenLink, options: ProbeOptions): Promise<ProbeResult> {
  const over = new AbortController();
  const half = { ...options, timeoutMs: options.timeoutMs / 2 };
  let asked: Promise<boolean> | undefined;
  const health = () =>
    (asked ??= answersHealth(link, { ...half, signal: AbortSignal.any([options.signal, over.signal]) }));
  const timer = setTimeout(() => void health(), half.timeoutMs).unref();
  try {
    return await askTwice(link, options).catch((cause: unknown) =>
      judgeFailure(cause, link, options, health),
    );
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

function mcpError(error: AppError): AppError {
  if (error.code !== 'LINK_TIMEOUT') return error;
  return new AppError(
    'MCP_TIMEOUT',
    'The MCP endpoint does not answer, while other services do.',
    "Look at the orchestrator's log on the droplet.",
    { cause: error },
  );
}
