import type { ToolEntry } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { askText, askYes } from '../ask.ts';
import type { Context } from '../context.ts';
import { snapshot } from '../context.ts';
import { table, usage } from '../output.ts';
import { unifiedDiff } from '../../contract/diff.ts';
import { visible } from '../../core/guard/visible.ts';

type ApproveAs = 'read' | 'stop' | 'start';

async function entries(context: Context, profile: string): Promise<ToolEntry[]> {
  return (await context.withApp((app) => app.tools.list({ profile }))).tools;
}

/** Throws TOOL_UNKNOWN. */
function toolOf(tools: readonly ToolEntry[], profile: string, name: string): ToolEntry {
  const found = tools.find((each) => each.name === name) ?? tools.find((each) => each.alias === name);
  if (found) return found;
  throw new AppError(
    'TOOL_UNKNOWN',
    `${profile} has no tool "${name}".`,
    `See them: catalyst-companion tools list ${profile}`,
  );
}

export async function listTools(context: Context, profile: string): Promise<void> {
  const catalogue = await context.withApp((app) => app.tools.list({ profile }));
  const rows = catalogue.tools.map((tool) => [namesOf(tool), tool.class, tool.status]);
  context.output.result(
    catalogue,
    rows.length > 0
      ? table(rows)
      : `The tools of ${profile} were never read; connect it first: catalyst-companion connect ${profile}`,
  );
}

/** The server's name, and the one that clients see where it is another. */
const namesOf = ({ name, alias }: ToolEntry) =>
  alias === undefined ? name : `${visible(name)} (clients see ${alias})`;

const pretty = (definition: string) => visible(JSON.stringify(JSON.parse(definition) as unknown, null, 2));

/** The definition, or what changed since it was approved, with hidden characters made visible. */
function definitionText(tool: ToolEntry): string {
  if (tool.previous === null) return pretty(tool.definition);
  return unifiedDiff(pretty(tool.previous), pretty(tool.definition), `${tool.name}, approved → now`);
}

export async function showTool(context: Context, profile: string, name: string): Promise<void> {
  const tool = toolOf(await entries(context, profile), profile, name);
  context.output.result(tool, `${namesOf(tool)}  ${tool.class}  ${tool.status}\n${definitionText(tool)}`);
}

export async function approveTools(
  context: Context,
  profile: string,
  names: string[],
  options: { all: boolean; as: string | undefined },
): Promise<void> {
  const as =
    options.as === undefined
      ? undefined
      : (['read', 'stop', 'start'] as const).find((each) => each === options.as);
  if (options.as !== undefined && !as) throw usage('--as takes read, stop or start.');
  if (names.length === 0 && !options.all) throw usage('Name the tools to approve, or --all.');
  const tools = await entries(context, profile);
  const chosen = options.all
    ? tools.filter((tool) => tool.status !== 'listed')
    : names.map((name) => toolOf(tools, profile, name));
  if (chosen.length === 0) {
    context.output.result([], 'No tool waits for approval.');
    return;
  }
  for (const tool of chosen)
    context.output.say(`${namesOf(tool)} (${as ?? tool.class})\n${definitionText(tool)}\n`);
  const confirm = await confirmation(context, profile, as);
  if (confirm === undefined) {
    context.output.say('Nothing was changed.');
    process.exitCode = 1;
    return;
  }
  const approved = await context.withApp((app) =>
    app.tools.approve({
      profile,
      tools: chosen.map(({ name, hash }) => ({ name, hash })),
      ...(as ? { as } : {}),
      confirm,
    }),
  );
  context.output.result(approved, `Approved: ${chosen.map((tool) => tool.name).join(', ')}`);
}

/** The typed confirmation to send, or undefined when the user said no. `--yes` answers for a demo profile only. */
async function confirmation(
  context: Context,
  profile: string,
  as: ApproveAs | undefined,
): Promise<string | undefined> {
  const environment = (await context.withApp(snapshot)).profiles[profile]?.profile.environment;
  if (context.yes && environment === 'demo') return profile;
  if (as === 'read' || as === 'stop') {
    return await askText(
      `Tools marked ${as} run without asking you. Type the profile's name (${profile}) to confirm: `,
      'a terminal',
    );
  }
  return (await askYes('Let clients see and call these tools?', 'a terminal')) ? profile : undefined;
}

export async function blockTools(context: Context, profile: string, names: string[]): Promise<void> {
  const blocked = await context.withApp((app) => app.tools.block({ profile, tools: names }));
  context.output.result(blocked, `Blocked: ${names.join(', ')}`);
}
