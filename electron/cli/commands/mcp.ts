import type { ErrorShape } from '../../contract/errors.ts';
import type { AppClient, Context } from '../context.ts';
import { usage } from '../output.ts';
import { printFailure } from './print-failure.ts';

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
