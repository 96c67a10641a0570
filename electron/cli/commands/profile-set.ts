import { Environment } from '../../contract/profile.ts';
import type { Profile } from '../../contract/profile.ts';
import { parseDowntime } from '../../contract/downtime-text.ts';
import { confirmReasons, partsOf, profileChanges, servicesAt } from '../../contract/profile-change.ts';
import type { PartChange } from '../../contract/profile-change.ts';
import type { ProfileChange, ProfileParts } from '../../contract/profile-parts.ts';
import { changeText, checkChange } from '../../core/profiles/profile-changes.ts';
import { DEMO_PROFILE } from '../../core/profiles/profiles.ts';
import { createSshConfigReader } from '../../core/ssh-config/import-link.ts';
import type { SshNote } from '../../core/ssh-config/lines.ts';
import { askText, askYes } from '../ask.ts';
import type { Context } from '../context.ts';
import { linksFromOptions, urlOption } from '../link-options.ts';
import { audited } from '../local-audit.ts';
import { usage } from '../output.ts';
import { noteText } from '../ssh-import.ts';
import type { ProfileOptions } from './profile.ts';
import { readSeconds, services, WEB } from './profile.ts';

export interface SetOptions extends Omit<ProfileOptions, 'preset'> {
  downtime?: string | undefined;
  confirm?: string | undefined;
}

function environmentOf(text: string): Profile['environment'] {
  const parsed = Environment.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usage(`--env takes one of ${Environment.options.join(', ')}.`);
}

function withDowntime(parts: ProfileParts, text: string | undefined): ProfileParts {
  if (text === undefined) return parts;
  const { downtime: _old, ...rest } = parts;
  if (text === 'none') return rest;
  const downtime = parseDowntime(text);
  if (downtime) return { ...rest, downtime };
  throw usage(
    `--downtime takes none, or windows and a time zone such as "mon-fri 22:00-06:00; sat,sun 00:00-24:00 UTC", not "${text}".`,
  );
}

/** What is given replaces that part; links are replaced all together. */
async function wantedParts(
  context: Context,
  before: ProfileParts,
  options: SetOptions,
): Promise<{ parts: ProfileParts; notes: SshNote[] }> {
  const { userHome, env } = context;
  const { links, notes } =
    options.links.length === 0
      ? { links: before.links, notes: [] }
      : await linksFromOptions(options.links, userHome, createSshConfigReader({ userHome, env }));
  const mcpUrl = options.mcpUrl === undefined ? before.mcpUrl : urlOption('mcp-url', options.mcpUrl, WEB);
  const parts: ProfileParts = {
    ...before,
    ...(options.env === undefined ? {} : { environment: environmentOf(options.env) }),
    links,
    mcpUrl,
    services: services(options.services) ?? servicesAt(before, mcpUrl),
    dir: options.dir ?? before.dir,
    ...readSeconds(options.readSeconds),
  };
  return { parts: withDowntime(parts, options.downtime), notes };
}

function shown(name: string, changes: readonly PartChange[], running: boolean): string {
  const lines = changes.flatMap(({ part, was, becomes }) => [part, `  - ${was}`, `  + ${becomes}`]);
  const then = running ? 'The running app makes the connection anew where that is due.' : '';
  return [`${name} changes:`, ...lines, then].filter(Boolean).join('\n');
}

/** Shows the change and asks; the profile's name where it needs that. Undefined: somebody said no. */
async function agreed(
  context: Context,
  name: string,
  reasons: readonly string[],
  confirm: string | undefined,
): Promise<{ confirm?: string } | undefined> {
  if (confirm !== undefined) return { confirm };
  if (reasons.length > 0) {
    const question = `This needs care: ${reasons.join('; ')}. Type the profile's name (${name}) to confirm: `;
    return { confirm: (await askText(question, `--confirm ${name}`)).trim() };
  }
  return context.yes || (await askYes('Change it?')) ? {} : undefined;
}

async function inFile(
  context: Context,
  before: Profile,
  { profile: name, ...change }: ProfileChange,
): Promise<Profile> {
  const { parts, changes } = checkChange(before, change, context.userHome);
  const entry = {
    actor: 'you' as const,
    kind: 'profile-changed',
    profile: name,
    detail: `${changeText(changes)} (on the command line, without the app)`,
  };
  const profiles = await context.profiles();
  return await audited(context, entry, () => profiles.change(name, parts));
}

/** Changes a profile in place, in the running app or, without one, in its file. */
export async function setProfile(context: Context, name: string, options: SetOptions): Promise<void> {
  const running = (await context.ifApp(async () => true)) ?? false;
  const known = (await context.knownProfiles()).find((each) => each.name === name);
  const before = known ?? (await context.profiles()).get(name);
  if (name === DEMO_PROFILE && running) throw usage('The built-in demo cannot be changed.');
  const expected = partsOf(before);
  const { parts, notes } = await wantedParts(context, expected, options);
  for (const note of notes) context.output.say(noteText(note));
  const changes = profileChanges(expected, parts);
  if (changes.length === 0) {
    context.output.result(before, `Nothing changes on ${name}.`);
    return;
  }
  context.output.say(shown(name, changes, running));
  const answer = await agreed(context, name, confirmReasons(expected, parts), options.confirm);
  if (!answer) {
    context.output.result(before, 'Nothing was changed.');
    return;
  }
  const change: ProfileChange = { profile: name, parts, expected, ...answer };
  const stored =
    (await context.ifApp((app) => app.profiles.change(change))) ?? (await inFile(context, before, change));
  context.output.result(stored, `Changed ${name}.`);
}
