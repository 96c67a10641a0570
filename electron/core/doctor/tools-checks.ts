import path from 'node:path';
import { definitionOf, TOOL_NAME } from '../catalogue/definition.ts';
import type { Definition } from '../catalogue/definition.ts';
import { SavedCatalogue } from '../catalogue/saved.ts';
import { UpstreamFailure } from '../bridge/failure.ts';
import { readState } from '../files.ts';
import type { Opened } from './mcp-checks.ts';
import { listOf } from './mcp-checks.ts';
import { remedy, remedyOf } from './remedy.ts';
import { failed, ok, skipped, warning } from './rounds.ts';
import type { Finding } from './rounds.ts';
import type { Reached } from './reached.ts';

const LIST_MS = 15_000;
const PAGES = 20;
/** What hosts allow for `mcp__SERVER__TOOL`. */
const EFFECTIVE = 64;

async function entries(
  { session }: Opened,
  method: string,
  key: string,
  signal: AbortSignal,
): Promise<unknown[]> {
  const found: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const result = await listOf(session, method, cursor, signal);
    const list = result[key];
    if (Array.isArray(list)) for (const entry of list as unknown[]) found.push(entry);
    const { nextCursor } = result;
    if (typeof nextCursor !== 'string' || nextCursor === '') break;
    cursor = nextCursor;
  }
  return found;
}

const few = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

const plural = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** Names that hosts would not take; `key` is the entry's name in the client. */
export function namesFinding(names: readonly string[], key: string): Finding {
  const odd = names.filter((name) => !TOOL_NAME.test(name));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const long = names.filter((name) => TOOL_NAME.test(name) && `mcp__${key}__${name}`.length > EFFECTIVE);
  if (twice.length > 0)
    return warning(`Names are listed twice: ${few(twice)}.`, remedy('Let the server list each tool once'));
  if (odd.length > 0)
    return warning(
      `Claude would refuse the whole list for ${plural(odd.length, 'name')}: ${few(odd)}; the bridge shows them under other names.`,
      remedy('Rename them on the server: a-z A-Z 0-9 _ and - only, 64 characters at most'),
    );
  if (long.length > 0)
    return warning(
      `With mcp__${key}__ before it ${long.length === 1 ? 'a name is' : 'names are'} longer than 64 characters in Claude Code: ${few(long)}.`,
      remedy('Shorten them on the server, or give the profile a shorter name'),
    );
  return ok('Every name fits the limits of the hosts.');
}

/** The live list against the one that was approved. */
export function catalogueFinding(
  live: readonly Definition[],
  saved: SavedCatalogue | undefined,
  profile: string,
): Finding {
  if (!saved || saved.savedAt === null)
    return skipped('No list was saved yet; the first connection saves it.');
  const known = new Map(saved.tools.map((tool) => [tool.name, tool]));
  const fresh = live.filter(({ name }) => known.get(name)?.approvedHash == null && !known.get(name)?.blocked);
  const changed = live.filter(({ name, hash }) => {
    const approved = known.get(name)?.approvedHash;
    return approved != null && approved !== hash;
  });
  const gone = saved.tools.filter(({ name, present }) => present && !live.some((tool) => tool.name === name));
  const parts = [
    ...(fresh.length > 0 ? [`new: ${few(fresh.map(({ name }) => name))}`] : []),
    ...(changed.length > 0 ? [`changed: ${few(changed.map(({ name }) => name))}`] : []),
    ...(gone.length > 0 ? [`gone: ${few(gone.map(({ name }) => name))}`] : []),
  ];
  if (parts.length === 0) return ok('The list is the one that was approved.');
  const withheld = fresh.length + changed.length > 0;
  return warning(
    `The list is not the one that was approved (${parts.join('; ')}).${withheld ? ' New and changed tools are withheld from Claude.' : ''}`,
    remedy('Look at them, then approve what is right', `catalyst-companion tools list ${profile}`),
  );
}

async function emptyFinding(opened: Opened, reached: Reached, signal: AbortSignal): Promise<Finding> {
  const resources = await entries(opened, 'resources/list', 'resources', signal).catch(() => []);
  const help = remedy('Check what the server registers at its start; its log says which part failed to load');
  return resources.length > 0
    ? warning(`The server lists no tools, only ${plural(resources.length, 'resource')}.`, help)
    : failed('The server lists no tools.', help);
}

/** The list of tools, their names, and the approved list beside it. Nothing is called. */
export async function checkTools(reached: Reached, opened: Opened): Promise<void> {
  const { rounds, one } = reached;
  let tools: unknown[] = [];
  const state = await rounds.run('tools.list', null, LIST_MS, async (signal) => {
    try {
      tools = await entries(opened, 'tools/list', 'tools', signal);
    } catch (thrown) {
      if (thrown instanceof UpstreamFailure) throw thrown.error;
      return failed(
        `tools/list was answered with an error: ${(thrown as Error).message}.`,
        remedyOf("Look at the server's log on the droplet.", rounds.profile),
      );
    }
    if (tools.length > 0) return ok(`It lists ${plural(tools.length, 'tool')}.`);
    return await emptyFinding(opened, reached, signal);
  });
  if (state !== 'ok') return;
  const definitions = tools.map((tool) => definitionOf(JSON.stringify(tool)));
  const named = definitions.filter((each) => each !== undefined);
  const key = one.profile.name;
  await rounds.run('tools.names', null, 1_000, () => {
    const without = definitions.length - named.length;
    if (without > 0)
      return warning(`${plural(without, 'tool')} without a name.`, remedy('Correct them on the server'));
    return namesFinding(
      named.map(({ name }) => name),
      key,
    );
  });
  await rounds.run('tools.catalogue', null, 2_000, async () => {
    const file = path.join(one.ports.home.catalogue, `${key}.json`);
    return catalogueFinding(named, await readState(file, SavedCatalogue), key);
  });
}
