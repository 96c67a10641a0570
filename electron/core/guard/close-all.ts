import { randomUUID } from 'node:crypto';
import { AppError, asAppError } from '../../contract/errors.ts';
import type { CloseReport } from '../../contract/bridge.ts';
import type { PositionsModel, Reading } from '../../contract/models.ts';
import type { CloseTool } from '../../contract/stop.ts';
import type { Clock, Log } from '../ports.ts';
import type { McpReader } from '../seams.ts';
import { callHash } from './canonical.ts';
import { notRecorded } from './refusals.ts';
import { answerText, neverLeft } from './sent.ts';
import type { Trail, TrailEntry } from './trail.ts';

const AUDIT_MS = 5_000;
const SEND_MS = 30_000;
/** Positions are sold one after the other; so long their number may still fall. */
const CONFIRM_MS = 15_000;
const POLL_MS = 1_000;
const OUTCOME_MS = 1_000;

export interface CloseAllOptions {
  profile: string;
  tool: CloseTool;
  reader: Pick<McpReader, 'call'>;
  /** Reads the positions with requests sent after this call, then `positions()` has them. */
  refresh(): Promise<void>;
  positions(): Reading<PositionsModel>;
  audit: Trail;
  clock: Clock;
  log?: Log;
}

type Sent = { sent: true; answer: string } | { sent: false; answer: string };

/** Waits for `work`, at most `ms`; false when it was not done by then. */
async function doneWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const cancel = clock.after(ms, () => resolve(false));
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    cancel();
  }
}

async function send({ reader, tool }: CloseAllOptions, id: string): Promise<Sent> {
  const args = JSON.parse(tool.args) as Record<string, unknown>;
  try {
    const answer = await reader.call(tool.name, args, { timeoutMs: SEND_MS, idempotencyKey: id });
    return { sent: true, answer: answerText(answer) };
  } catch (error) {
    const { code, message } = asAppError(error);
    return { sent: !neverLeft(code), answer: `${code}: ${message}` };
  }
}

/** The number of open positions, read after `since`; null where that could not be read. */
async function openPositions(options: CloseAllOptions, since: number): Promise<number | null> {
  const { clock } = options;
  const until = clock.monotonic() + CONFIRM_MS;
  for (;;) {
    await doneWithin(
      clock,
      Math.max(1, until - clock.monotonic()),
      options.refresh().catch(() => undefined),
    );
    const read = options.positions();
    const open = read.state === 'known' && read.receivedAt >= since ? read.value.rows.length : null;
    if (open === 0 || clock.monotonic() + POLL_MS >= until) return open;
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
}

/** The intent is on the disk, or nothing is sent. Throws AUDIT_WRITE_FAILED. */
async function recordIntent({ audit, clock, tool }: CloseAllOptions, entry: TrailEntry): Promise<void> {
  const written = audit.append(entry, { sync: true });
  written.catch(() => undefined);
  let inTime: boolean;
  try {
    inTime = await doneWithin(clock, AUDIT_MS, written);
  } catch (error) {
    throw notRecorded(tool.name, error);
  }
  if (inTime) return;
  const late = { ...entry, kind: 'outcome', decision: 'late', outcome: 'refused' };
  void audit.append(late, { sync: true }).catch(() => undefined);
  throw notRecorded(tool.name, new Error('the disk does not answer'));
}

function report(options: CloseAllOptions, sent: Sent, open: number | null): CloseReport {
  const result = !sent.sent ? 'not-sent' : open === null ? 'unknown' : open === 0 ? 'closed' : 'still-open';
  const stateRead =
    open === null ? 'Positions: could not be read.' : `Positions read afterwards: ${open} open.`;
  const { profile, tool, clock } = options;
  return { profile, result, at: clock.now(), tool: tool.name, answer: sent.answer, stateRead };
}

/**
 * Sells every position, after a person confirmed it: recorded before it is sent, sent once, never repeated. An
 * answer proves nothing (an `emergency_stop` says success although closing failed): `closed` is
 * what was read from the positions afterwards. Throws AUDIT_WRITE_FAILED, and then nothing was sent. About 50 s
 * at most.
 */
export async function closeAll(options: CloseAllOptions): Promise<CloseReport> {
  const { profile, tool, audit, clock } = options;
  const id = randomUUID();
  const argsHash = callHash(profile, tool.name, tool.args);
  const base = { actor: 'you', profile, tool: tool.name, argsHash, id };
  await recordIntent(options, {
    ...base,
    kind: 'intent',
    args: tool.args,
    decision: 'confirmed',
    outcome: 'pending',
  });
  const since = clock.now();
  const sent = await send(options, id);
  const ended = report(options, sent, sent.sent ? await openPositions(options, since) : null);
  const outcome = ended.result === 'closed' ? 'ok' : ended.result === 'not-sent' ? 'error' : 'unknown';
  const detail = `${ended.result}: ${ended.answer} | ${ended.stateRead}`;
  const write = audit.append({ ...base, kind: 'outcome', outcome, detail }, { sync: true });
  await doneWithin(
    clock,
    OUTCOME_MS,
    write.catch((error: unknown) => {
      options.log?.error('the outcome of closing everything could not be recorded', { error });
    }),
  );
  return ended;
}

/** No back end that we know closes everything otherwise than by these tools. */
export function nothingCloses(profile: string): AppError {
  return new AppError(
    'TOOL_UNKNOWN',
    `${profile} lists no tool that closes every position, or it is not approved.`,
    `Look at its tools with: catalyst-companion tools list ${profile}; else close the positions at your broker.`,
  );
}
