import type { AppError } from '../../contract/errors.ts';
import { asAppError } from '../../contract/errors.ts';
import type { HttpAnswer } from '../http/request.ts';
import { certificateFinding, tlsFault } from './https-checks.ts';
import { answerFinding, circleFinding, clockFinding, judgeRedirect, placeOfAnswer } from './judge-http.ts';
import type { Seen } from './judge-http.ts';
import type { Reached } from './reached.ts';
import { ANSWER_MS, ask, BOTH, mcpRoute, PING, seenOf } from './reached.ts';
import { onDroplet, remedy } from './remedy.ts';
import { failed, ok, warning } from './rounds.ts';
import { FORWARD_SETTINGS } from './ssh-checks.ts';
import type { CheckId } from './table.ts';
import { describeAnswer, helpFor } from './web-words.ts';

/** More than nginx takes by itself (1 MB), less than FastMCP does (4 MiB). */
const LARGE_BYTES = 1_200_000;
const HOPS = 2;

function noteFault(id: CheckId, error: AppError, reached: Reached, ms: number): false {
  reached.rounds.note(id, null, failed(error.message, helpFor(id, error, reached)), ms);
  return false;
}

/** A request that met no HTTP answer: certificate, tunnel or silence. */
function noteSilence(error: AppError, reached: Reached, ms: number): false {
  const { link, config, rounds } = reached;
  const { url } = mcpRoute(link);
  const met = link.facts?.().certificate ?? null;
  const tls = config.kind === 'ssh' ? undefined : tlsFault(error, url, rounds.profile, met !== null);
  if (tls) {
    rounds.note(tls.id, url.host, tls.finding, ms);
    return false;
  }
  if (config.kind !== 'ssh') return noteFault('web.answer', error, reached, ms);
  const { code } = error;
  if (code === 'LINK_FORWARD_REFUSED' || code === 'LINK_AUTH_REFUSED') {
    const command = onDroplet(config, FORWARD_SETTINGS);
    rounds.note('tunnel.forward', url.host, failed(error.message, remedy(error.next, command)), ms);
    return false;
  }
  rounds.note('tunnel.forward', url.host, ok('The SSH server forwards to it.'), ms);
  return noteFault(code === 'LINK_PORT_CLOSED' ? 'tunnel.port' : 'web.answer', error, reached, ms);
}

/** What a first HTTP answer of any kind proves of the layers below. */
function noteBelow({ link, config, rounds, one }: Reached, ms: number): void {
  const { url } = mcpRoute(link);
  if (config.kind === 'ssh') {
    rounds.note('tunnel.forward', url.host, ok('The SSH server forwards to it.'), ms);
    rounds.note('tunnel.port', url.host, ok(`Something listens on ${url.host} on the droplet.`), 0);
    return;
  }
  if (url.protocol !== 'https:') return;
  const facts = link.facts?.().certificate ?? null;
  const pinned = config.kind === 'https' && config.pinSha256 !== undefined;
  rounds.note('tls.certificate', url.host, certificateFinding(facts, pinned, one.ports.clock.now()), ms);
  if (pinned) rounds.note('tls.pin', url.host, ok('The certificate is the pinned one.'), 0);
}

/** The body of a refusal tells a host guard from a missing right. */
async function withBody(reached: Reached, answer: HttpAnswer): Promise<Seen> {
  if (answer.status !== 403) return seenOf(answer);
  const again = await ask(reached, { headers: { accept: 'text/event-stream' } }).catch(() => answer);
  return seenOf(again);
}

async function firstAnswer(reached: Reached): Promise<HttpAnswer | undefined> {
  const { rounds, config } = reached;
  rounds.begin(config.kind === 'ssh' ? 'tunnel.forward' : 'web.answer', null);
  const started = performance.now();
  try {
    // a stream that stays open is an answer too
    return await ask(reached, { headers: { accept: 'text/event-stream' }, headOnly: true });
  } catch (thrown) {
    if (!rounds.signal.aborted) noteSilence(asAppError(thrown), reached, performance.now() - started);
    return undefined;
  }
}

/** A redirect is told, and followed where it stays on the same server. */
function redirected(reached: Reached, answer: HttpAnswer): boolean {
  const { link, rounds } = reached;
  const { url } = mcpRoute(link);
  const { path, finding } = judgeRedirect(url, answer.status, answer.headers.location ?? '', rounds.profile);
  rounds.note('mcp.redirect', null, finding, answer.ms);
  if (path === undefined) return false;
  link.moveMcp(path);
  return true;
}

function noteCircle({ link, rounds }: Reached): false {
  rounds.note('mcp.redirect', null, circleFinding(mcpRoute(link).url, HOPS + 1), 0);
  return false;
}

/** Judges one answer; true where the next layer may be looked at, 'again' after a redirect that was followed. */
async function judged(reached: Reached, answer: HttpAnswer, sentBoth: boolean): Promise<boolean | 'again'> {
  const seen = await withBody(reached, answer);
  const id = placeOfAnswer(seen, reached.link.via.kind, sentBoth);
  if (id === undefined) return true;
  if (id === 'mcp.redirect') return redirected(reached, answer) ? 'again' : false;
  // without its key a refusal is what has to come
  if (id === 'web.api-key' && !reached.keyed) return false;
  return noteFault(id, describeAnswer(reached, seen, answer.headers), reached, answer.ms);
}

/** What a ping without a session is answered: the same host, path and headers as every message after it. */
async function askPing(reached: Reached): Promise<HttpAnswer | undefined> {
  const options = { method: 'POST', headers: BOTH, body: PING } as const;
  try {
    return await ask(reached, options);
  } catch (thrown) {
    const error = asAppError(thrown);
    // a server may leave the stream of an answer open; an endpoint of 2024-11-05 takes no POST here at all
    if (error.code === 'LINK_TIMEOUT') return undefined;
    throw error;
  }
}

async function pingLayers(reached: Reached, hops = HOPS): Promise<boolean> {
  const { rounds } = reached;
  const answer = await askPing(reached);
  if (!answer) return true;
  const posted = answer.status === 404 || answer.status === 405 ? true : await judged(reached, answer, true);
  if (posted === 'again') return hops > 0 ? await pingLayers(reached, hops - 1) : noteCircle(reached);
  if (!posted) return false;
  rounds.note(
    'mcp.path',
    null,
    ok(`There is an endpoint at ${mcpRoute(reached.link).url.pathname}.`),
    answer.ms,
  );
  rounds.note('mcp.host-guard', null, ok('The server accepts the host name that reaches it.'), 0);
  if (!rounds.checks.some(({ id }) => id === 'mcp.redirect'))
    rounds.note('mcp.redirect', null, ok('It answers here and does not send us elsewhere.'), 0);
  return true;
}

/** Many clients fail at a 406 to whoever accepts less than both types; ours accepts both, always. */
async function noteAccept(reached: Reached): Promise<void> {
  const less = await ask(reached, {
    method: 'POST',
    headers: { ...BOTH, accept: 'application/json' },
    body: PING,
  }).catch(() => undefined);
  const strict = less?.status === 406;
  reached.rounds.note(
    'mcp.accept',
    null,
    ok(
      strict
        ? 'Both content types arrive; to a client that offers JSON alone it answers 406, the bridge offers both.'
        : 'Both content types arrive.',
    ),
    less?.ms ?? 0,
  );
}

/** Over SSH nothing stands in front of the server that would limit sizes. */
async function checkSize(reached: Reached): Promise<void> {
  if (reached.config.kind === 'ssh') return;
  await reached.rounds.run('web.body-size', null, ANSWER_MS + 2_000, async () => {
    const body = PING + ' '.repeat(LARGE_BYTES);
    const answer = await ask(reached, { method: 'POST', headers: BOTH, body }).catch(() => undefined);
    if (!answer)
      return warning(
        'A message of 1.2 MB was not answered.',
        remedy('Raise the limit of the web server', 'client_max_body_size 10m;'),
      );
    if (answer.status !== 413) return ok('A message of 1.2 MB is taken.');
    return warning(
      'The web server refuses messages of 1.2 MB (HTTP 413); its limit is probably 1 MB.',
      remedy('Raise it in the server block of nginx', 'client_max_body_size 10m;'),
    );
  });
}

/** From the first HTTP answer up to an endpoint that takes messages. False where something on the way is broken. */
export async function checkWeb(reached: Reached): Promise<boolean> {
  const { rounds, one, config } = reached;
  let below = false;
  for (let hops = 0; ; hops++) {
    const answer = await firstAnswer(reached);
    if (!answer) return false;
    if (!below) noteBelow(reached, answer.ms);
    below = true;
    const go = await judged(reached, answer, false);
    if (go === false) return false;
    if (go === true) {
      rounds.note('web.answer', null, answerFinding(answer), answer.ms);
      if (config.kind === 'https' && config.apiKeyHeader !== undefined && reached.keyed)
        rounds.note('web.api-key', config.apiKeyHeader, ok('The API key is taken.'), 0);
      const clock = clockFinding(answer.headers.date, one.ports.clock.now());
      if (clock) rounds.note('web.clock', null, clock, 0);
      break;
    }
    if (hops >= HOPS) return noteCircle(reached);
  }
  rounds.begin('mcp.accept', null);
  try {
    if (!(await pingLayers(reached))) return false;
  } catch (thrown) {
    if (!rounds.signal.aborted) noteFault('web.answer', asAppError(thrown), reached, 0);
    return false;
  }
  await noteAccept(reached);
  await checkSize(reached);
  return !rounds.signal.aborted;
}
