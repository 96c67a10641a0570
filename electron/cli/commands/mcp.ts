import { AppError } from '../../contract/errors.ts';
import type { StopReport } from '../../contract/bridge.ts';
import { manualStopCommand } from '../../core/guard/stop.ts';
import type { Context } from '../context.ts';

type Response = {
  result?: { isError?: boolean; content?: { type: string; text?: string }[]; contents?: { text?: string }[] };
  error?: { code: number; message: string };
};

/** Prints an MCP answer: its text for people, the whole response with `--json`; exit 1 for an error answer. */
function printResponse(context: Context, response: unknown): void {
  const { result, error } = response as Response;
  const texts = [...(result?.content ?? []), ...(result?.contents ?? [])].flatMap((part) =>
    part.text === undefined ? [] : [part.text],
  );
  const text = error
    ? `${error.code}: ${error.message}`
    : texts.length > 0
      ? texts.join('\n')
      : JSON.stringify(result, null, 2);
  context.output.result(response, text);
  if (error || result?.isError) process.exitCode = 1;
}

export async function callTool(
  context: Context,
  profile: string,
  tool: string,
  argumentsText = '{}',
): Promise<void> {
  try {
    JSON.parse(argumentsText);
  } catch (cause) {
    throw new AppError(
      'USAGE',
      `The arguments are not JSON: ${argumentsText}`,
      `Give an object in quotes, e.g. '{"mode":"normal"}'.`,
      { cause },
    );
  }
  const { response } = await context.withApp((app) => app.mcp.call({ profile, tool, argumentsText }));
  printResponse(context, response);
}

export async function readResource(context: Context, profile: string, uri: string): Promise<void> {
  const { response } = await context.withApp((app) => app.mcp.read({ profile, uri }));
  printResponse(context, response);
}

const RESULTS = {
  confirmed: 'CONFIRMED: both the workflow and the trading cycle were read again as not running.',
  'sent-not-confirmed': 'SENT, NOT CONFIRMED: a stop was sent, but the state could not be read as stopped.',
  'not-delivered': 'NOT DELIVERED: no stop reached the droplet.',
} as const;

function stopText(report: StopReport): string {
  const parts = report.parts.map((part) => `  ${part.name}: ${part.answer}`);
  const byHand = report.result === 'confirmed' ? '' : `\nBy hand:\n  ${report.manual}`;
  return `${RESULTS[report.result]}\n${parts.join('\n')}\n  state read: ${report.stateRead}${byHand}`;
}

/** Emergency stop; without an app that answers within 3 s it prints the command to run by hand, exit 1. */
export async function stopTrading(context: Context, name: string): Promise<void> {
  const profile = (await context.profiles()).find(name);
  const manual = profile ? manualStopCommand(profile) : undefined;
  try {
    const report = await context.withApp(async (app) => {
      const deadline = new Promise<never>((_resolve, reject) => {
        setTimeout(
          () => reject(new AppError('APP_NOT_RUNNING', 'The app does not answer.', manual ?? '')),
          3_000,
        ).unref();
      });
      await Promise.race([app.app.info(), deadline]);
      return await app.trading.stop({ profile: name });
    });
    context.output.result(report, stopText(report));
    if (report.result !== 'confirmed') process.exitCode = 1;
  } catch (thrown) {
    if (manual && thrown instanceof AppError) {
      context.output.say(`NOT DELIVERED. Stop by hand:\n  ${manual}`);
      throw new AppError(thrown.code, thrown.message, `Run by hand: ${manual}`, { cause: thrown });
    }
    throw thrown;
  }
}
