import { randomUUID } from 'node:crypto';
import { asAppError } from '../../contract/errors.ts';
import type { StopReport } from '../../contract/bridge.ts';
import type { PresetName } from '../../contract/profile.ts';
import type { Clock, Log } from '../ports.ts';
import type { RpcAnswer } from '../seams.ts';
import { stopTools } from './policy.ts';
import { answerText, neverLeft } from './sent.ts';
import type { Trail, TrailEntry } from './trail.ts';
import { visible } from './visible.ts';

type StopPart = StopReport['parts'][number];

const SEND_MS = 3_000;
const TOOLS_MS = 500;
const AUDIT_MS = 150;
const CONFIRM_MS = 6_000;
const UNDELIVERED_READ_MS = 500;
const POLL_MS = 500;
const REASON = 'Emergency stop from Catalyst Companion';

/** What trading looks like now; null where it could not be told. */
export interface StopState {
  workflow: { running: boolean | null; text: string };
  cycle: { active: boolean | null; text: string };
}

/** A tool as the server lists it; `takes` are the names of its arguments where they are known. */
interface ListedTool {
  name: string;
  takes?: readonly string[];
}

export interface StopOptions {
  profile: string;
  preset: PresetName;
  /** `you`, or the client that asked. */
  actor: string;
  /** One tools/call on a lane of its own. Rejects with AppError when there is no answer. */
  sendMcp(tool: string, args: Record<string, unknown>, timeoutMs: number): Promise<RpcAnswer>;
  /** What the server lists; may reject or be empty where it was never read. */
  tools(): Promise<readonly ListedTool[]>;
  /** POST to the workflow service's stop; undefined when this link cannot reach it. */
  postWorkflow(timeoutMs: number): Promise<{ status: number; text: string }> | undefined;
  /** Reads both states afresh. */
  readState(): Promise<StopState>;
  audit: Trail;
  clock: Clock;
  manualCommand: string;
  log?: Log;
}

const UNREADABLE: StopState = {
  workflow: { running: null, text: 'unknown' },
  cycle: { active: null, text: 'unknown' },
};

/** Resolves with the fallback after `ms`; a rejection goes through `caught`. Never rejects. */
function within<T>(clock: Clock, ms: number, work: () => Promise<T>, late: T, caught: (error: unknown) => T) {
  return new Promise<T>((resolve) => {
    const cancel = clock.after(ms, () => resolve(late));
    const finish = (value: T): void => {
      cancel();
      resolve(value);
    };
    Promise.resolve()
      .then(work)
      .then(finish, (error: unknown) => finish(caught(error)));
  });
}

function failedPart(name: string, error: unknown): StopPart {
  const { code, message } = asAppError(error);
  return { name, sent: !neverLeft(code), answer: `${code}: ${message}` };
}

const latePart = (name: string): StopPart => ({
  name,
  sent: true,
  answer: `No answer within ${SEND_MS / 1000} s; it may have arrived.`,
});

/**
 * The stop tool of this server and its arguments. Leaving positions open is said outright wherever the tool takes
 * it: the defaults of other generations are not ours to trust. A list that was never read means the newest name.
 */
function chooseTool(preset: PresetName, listed: readonly ListedTool[]) {
  const known = stopTools(preset);
  const found = known
    .map((name) => listed.find((tool) => tool.name === name))
    .find((tool) => tool !== undefined);
  const name = found?.name ?? (listed.length === 0 ? known[0] : undefined);
  if (name === undefined) return undefined;
  // stop_trading has both arguments in every generation that runs (4.3, 6.0); stop_trading_cycle often has none
  const takes = found?.takes ?? (name === 'stop_trading' ? ['close_positions', 'reason'] : []);
  const args: Record<string, unknown> = {};
  if (takes.includes('close_positions')) args.close_positions = false;
  if (takes.includes('reason')) args.reason = REASON;
  return { name, args };
}

async function sendMcp(options: StopOptions): Promise<StopPart> {
  const { clock, preset } = options;
  const listed = await within(
    clock,
    TOOLS_MS,
    () => options.tools(),
    [],
    () => [],
  );
  const tool = chooseTool(preset, listed);
  if (tool === undefined)
    return { name: 'mcp stop', sent: false, answer: 'This server lists no tool that stops trading.' };
  const name = `mcp ${tool.name}`;
  return await within(
    clock,
    SEND_MS,
    async () => ({
      name,
      sent: true,
      answer: answerText(await options.sendMcp(tool.name, tool.args, SEND_MS)),
    }),
    latePart(name),
    (error) => failedPart(name, error),
  );
}

async function sendWorkflow(options: StopOptions): Promise<StopPart> {
  const name = 'POST workflow /api/v1/workflow/stop';
  return await within(
    options.clock,
    SEND_MS,
    async () => {
      const posted = options.postWorkflow(SEND_MS);
      if (posted === undefined)
        return { name, sent: false, answer: 'The workflow service cannot be reached over this link.' };
      const { status, text } = await posted;
      // 3xx, 4xx and a proxy's 502–504 never reached what stops trading; 409 and 500 are the service's own
      const sent = (status >= 200 && status < 300) || status === 409 || status === 500;
      return { name, sent, answer: visible(`HTTP ${status} ${text}`.trim().slice(0, 2_000)) };
    },
    latePart(name),
    (error) => failedPart(name, error),
  );
}

/** A reason may come as a whole sentence; its full stop would stand twice. */
const clause = (text: string): string => text.replace(/\.$/, '');

const isStopped = (state: StopState): boolean =>
  state.workflow.running === false && state.cycle.active === false;

/** Reads both states until both are read as not running, for `ms` at most. */
async function confirm(options: StopOptions, ms: number): Promise<StopState> {
  const { clock } = options;
  const until = clock.monotonic() + ms;
  let state = UNREADABLE;
  for (;;) {
    const left = until - clock.monotonic();
    const last = state;
    state = await within(
      clock,
      Math.max(left, POLL_MS),
      () => options.readState(),
      last,
      () => last,
    );
    if (isStopped(state) || clock.monotonic() + POLL_MS >= until) return state;
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
}

/** Writes to the trail if it can within a moment; a full or hanging disk never holds a stop back. */
function record(options: StopOptions, entry: TrailEntry): Promise<void> {
  const failed = (error: unknown): void => {
    options.log?.error('the stop could not be recorded', { error });
  };
  const write = async (): Promise<void> => {
    await options.audit.append(entry, { sync: true });
  };
  return within(options.clock, AUDIT_MS, write, undefined, failed);
}

/**
 * Emergency stop of new trades: sends every stop the back end has at once, whatever state is shown, then reads
 * the state again. On Catalyst that is two sends, because cron drives the workflow behind the orchestrator's
 * back. `confirmed` only when something was delivered and both states read as not running;
 * an answer alone proves nothing. Never rejects; about 10 s at most. Positions stay open.
 */
export async function stopTrading(options: StopOptions): Promise<StopReport> {
  const id = randomUUID();
  const base = { actor: options.actor, profile: options.profile, id };
  const recorded = record(options, { ...base, kind: 'stop', decision: 'pass', outcome: 'pending' });
  const withWorkflow = options.preset === 'catalyst';
  const parts = await Promise.all([sendMcp(options), ...(withWorkflow ? [sendWorkflow(options)] : [])]);
  const delivered = parts.some((part) => part.sent);
  // nothing to wait for where nothing arrived: the command to run by hand is needed now
  const state = await confirm(options, delivered ? CONFIRM_MS : UNDELIVERED_READ_MS);
  const result = !delivered ? 'not-delivered' : isStopped(state) ? 'confirmed' : 'sent-not-confirmed';
  const stateRead = visible(
    `Workflow: ${clause(state.workflow.text)}. Trading cycle: ${clause(state.cycle.text)}.`,
  );
  await recorded;
  const detail = [...parts.map((part) => `${part.name}: ${part.answer}`), stateRead].join(' | ');
  await record(options, { ...base, kind: 'stop', outcome: result, detail });
  return {
    profile: options.profile,
    result,
    at: options.clock.now(),
    parts,
    stateRead,
    manual: options.manualCommand,
  };
}
