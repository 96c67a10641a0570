import type { ErrorShape } from '../../contract/errors.ts';
import { AppError } from '../../contract/errors.ts';
import type { StopReport } from '../../contract/bridge.ts';
import { manualStopCommand } from '../../core/guard/stop.ts';
import { DEMO_PROFILE } from '../../core/profiles.ts';
import type { AppClient, Context } from '../context.ts';
import { usage } from '../output.ts';

type Response = {
  result?: { isError?: boolean; content?: { type: string; text?: string }[]; contents?: { text?: string }[] };
  error?: { code: number; message: string };
};

/** An MCP answer as text for people. */
function responseText({ result, error }: Response): string {
  const texts = [...(result?.content ?? []), ...(result?.contents ?? [])].flatMap((part) =>
    part.text === undefined ? [] : [part.text],
  );
  if (error) return `${error.code}: ${error.message}`;
  return texts.length > 0 ? texts.join('\n') : JSON.stringify(result, null, 2);
}

/** Prints an MCP answer: its text for people, the whole response with `--json`; true for an error answer. */
function printResponse(context: Context, response: unknown): boolean {
  const { result, error } = response as Response;
  context.output.result(response, responseText(response as Response));
  return error !== undefined || result?.isError === true;
}

/** An error answer is printed already; its code and reason go to standard error, and the exit code is 1. */
function printFailure(context: Context, { code, message, next }: ErrorShape): void {
  process.exitCode = 1;
  context.output.say(`${code}: ${message}\n  ${next}`);
}

const STATUS_ERRORS = {
  blocked: ['TOOL_BLOCKED', 'is blocked'],
  changed: ['TOOL_NOT_APPROVED', 'has changed since it was approved'],
  new: ['TOOL_NOT_APPROVED', 'is not approved yet'],
} as const;

/** Why a call ended in an error, as far as the catalogue tells; the words of the answer itself stand on standard output. */
async function callFailure(app: AppClient, profile: string, name: string): Promise<ErrorShape> {
  const { tools } = await app.tools.list({ profile });
  const tool = tools.find((each) => each.name === name);
  if (!tool && !name.startsWith('companion_')) {
    const next = `See what there is with: catalyst-companion tools list ${profile}`;
    return { code: 'TOOL_UNKNOWN', message: `${profile} has no tool "${name}".`, next };
  }
  if (tool && tool.status !== 'listed') {
    const [code, what] = STATUS_ERRORS[tool.status];
    const next = `Look at it: catalyst-companion tools show ${profile} ${name}`;
    return { code, message: `${name} ${what} on ${profile}.`, next };
  }
  return {
    code: 'MCP_SERVER_ERROR',
    message: `${name} ended in an error or was refused; the answer says why.`,
    next: `See the state as it is now: catalyst-companion status ${profile}`,
  };
}

function checkArguments(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw usage('The arguments are not a JSON object.', `Give an object in quotes, e.g. '{"mode":"normal"}'.`);
}

export async function callTool(
  context: Context,
  profile: string,
  tool: string,
  argumentsText = '{}',
): Promise<void> {
  checkArguments(argumentsText);
  await context.withApp(async (app) => {
    const { response } = await app.mcp.call({ profile, tool, argumentsText });
    if (printResponse(context, response)) printFailure(context, await callFailure(app, profile, tool));
  });
}

export async function readResource(context: Context, profile: string, uri: string): Promise<void> {
  const { response } = await context.withApp((app) => app.mcp.read({ profile, uri }));
  if (!printResponse(context, response)) return;
  printFailure(context, {
    code: 'MCP_SERVER_ERROR',
    message: `${uri} could not be read from ${profile}; the answer says why.`,
    next: `See the state as it is now: catalyst-companion status ${profile}`,
  });
}

const RESULTS = {
  confirmed: 'CONFIRMED: both the workflow and the trading cycle were read again as not running.',
  'sent-not-confirmed': 'SENT, NOT CONFIRMED: a stop was sent, but the state could not be read as stopped.',
  'not-delivered': 'NOT DELIVERED: no stop reached the droplet.',
} as const;

function stopText(report: StopReport): string {
  const parts = report.parts.map((part) => `  ${part.name}: ${part.answer}`);
  return `${RESULTS[report.result]}\n${parts.join('\n')}\n  state read: ${report.stateRead}`;
}

const STOP_ERRORS = {
  'sent-not-confirmed': [
    'OUTCOME_UNKNOWN',
    'A stop was sent, but it could not be read that trading stopped.',
  ],
  'not-delivered': ['LINK_NOT_CONNECTED', 'No stop reached the droplet.'],
} as const;

/** An app that does not answer within `ANSWER_MS` counts as not running: the command to run by hand is needed now. */
const ANSWER_MS = 2_000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    const error = new AppError('APP_NOT_RUNNING', 'The app does not answer.', 'Quit it and start it again.');
    setTimeout(() => reject(error), ANSWER_MS).unref();
  });
  return await Promise.race([work, late]);
}

/** Emergency stop; without an app that answers within 3 s it prints the command to run by hand, exit 1. */
export async function stopTrading(context: Context, name: string): Promise<void> {
  // a broken file must not stand between the user and a running app that can stop
  const profiles = await context.profiles().catch(() => undefined);
  const profile = profiles?.find(name);
  try {
    // the question alone is limited; a stop that was sent is waited for
    await inTime(context.withApp((app) => app.app.info()));
    const report = await context.withApp((app) => app.trading.stop({ profile: name }));
    context.output.result(report, stopText(report));
    if (report.result === 'confirmed') return;
    const [code, message] = STOP_ERRORS[report.result];
    printFailure(context, { code, message, next: `By hand: ${report.manual}` });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'PROFILE_UNKNOWN') throw thrown;
    if (!profile && thrown.code === 'APP_NOT_RUNNING' && name !== DEMO_PROFILE) profiles?.get(name);
    if (!profile) throw thrown;
    const next = `NOT DELIVERED. Stop by hand: ${manualStopCommand(profile)}`;
    throw new AppError(thrown.code, thrown.message, next, { cause: thrown });
  }
}
