import { Environment, PresetName, Profile, ProfileName, ServiceConfig } from '../../contract/profile.ts';
import { presetProfile } from '../../core/backends/presets.ts';
import { completed } from '../../core/profiles/profiles.ts';
import { makeHome } from '../../core/files.ts';
import { clientsWith, removeEntryCommand } from '../../contract/present-clients.ts';
import { AppError } from '../../contract/errors.ts';
import type { NewProfile } from '../../contract/profile-parts.ts';
import { audited } from '../local-audit.ts';
import { localClients } from '../local-clients.ts';
import { forgetSecrets } from '../local-secrets.ts';
import type { Context } from '../context.ts';
import type { OptionToken } from '../link-options.ts';
import { linksFromOptions, urlOption } from '../link-options.ts';
import { table, usage } from '../output.ts';
import { createSshConfigReader } from '../../core/ssh-config/import-link.ts';
import type { SshNote } from '../../core/ssh-config/lines.ts';
import { importText, nameFromAlias, noteText } from '../ssh-import.ts';

/** In the trail of what the command line did by itself. */
const ALONE = { detail: 'on the command line, without the app' };

export const WEB = ['http:', 'https:'];

export interface ProfileOptions {
  preset?: string | undefined;
  env?: string | undefined;
  mcpUrl?: string | undefined;
  services: string[];
  dir?: string | undefined;
  readSeconds?: string | undefined;
  links: OptionToken[];
}

/** What a link is, in words and without secrets. */
export function describeLink(link: Profile['links'][number]): string {
  if (link.kind === 'ssh') return `ssh ${link.user}@${link.host}:${link.port}`;
  if (link.kind === 'kubernetes')
    return `kubernetes ${link.context}/${link.namespace}/${link.service}:${link.port}`;
  return `${link.kind} ${link.url}`;
}

/** The services of `--service NAME=URL`, or none at all of `--service none`; undefined where the option is absent. */
export function services(texts: readonly string[]): Profile['services'] | undefined {
  if (texts.length === 0) return undefined;
  if (texts.length === 1 && texts[0] === 'none') return [];
  return texts.map((text) => {
    const at = text.indexOf('=');
    const name = text.slice(0, Math.max(at, 0));
    if (!ServiceConfig.shape.name.safeParse(name).success)
      throw usage(`--service takes NAME=URL with a name of a-z, 0-9 and -, or none alone, not "${text}".`);
    return { name, url: urlOption('service', text.slice(at + 1), WEB) };
  });
}

export function readSeconds(text: string | undefined): Pick<Profile, 'readSeconds'> {
  if (text === undefined) return {};
  const parsed = Profile.shape.readSeconds.safeParse(Number(text));
  if (!parsed.success) throw usage(`--read-seconds takes 0.5 to 60, not "${text}".`);
  return { readSeconds: parsed.data };
}

interface Chosen {
  input: NewProfile;
  notes: SshNote[];
}

async function profileFrom(name: string, options: ProfileOptions, context: Context): Promise<Chosen> {
  const preset = PresetName.options.find((each) => each === options.preset);
  if (!preset) throw usage(`--preset takes one of ${PresetName.options.join(', ')}.`);
  if (!ProfileName.safeParse(name).success)
    throw usage(`"${name}" cannot be a profile's name; use 1 to 16 of a-z, 0-9 and -.`);
  const environment = Environment.safeParse(options.env ?? 'live');
  if (!environment.success) throw usage(`--env takes one of ${Environment.options.join(', ')}.`);
  const { wanted: _never, services: _preset, ...defaults } = presetProfile(name, preset);
  const { userHome, env } = context;
  const { links, notes } = await linksFromOptions(
    options.links,
    userHome,
    createSshConfigReader({ userHome, env }),
  );
  const mcpUrl = options.mcpUrl === undefined ? undefined : urlOption('mcp-url', options.mcpUrl, WEB);
  const direct = links.find((link) => link.kind === 'direct');
  const named = services(options.services);
  const input = {
    ...defaults,
    name,
    environment: environment.data,
    links,
    mcpUrl: mcpUrl ?? direct?.url ?? defaults.mcpUrl,
    ...(named === undefined ? {} : { services: named }),
    dir: options.dir ?? defaults.dir,
    ...readSeconds(options.readSeconds),
  };
  return { input, notes };
}

async function addToFile(context: Context, input: NewProfile): Promise<Profile> {
  const profiles = await context.profiles();
  await makeHome(context.home);
  return await audited(context, { actor: 'you', kind: 'profile-added', profile: input.name, ...ALONE }, () =>
    profiles.add({ ...completed(input, context.userHome), wanted: false }),
  );
}

/** Where the app runs it must know at once; without it the file is enough. */
async function add(context: Context, input: NewProfile): Promise<Profile> {
  return (await context.ifApp((app) => app.profiles.add(input))) ?? (await addToFile(context, input));
}

export async function addProfile(context: Context, name: string, options: ProfileOptions): Promise<void> {
  const { input, notes } = await profileFrom(name, options, context);
  const added = await add(context, input);
  for (const note of notes) context.output.say(noteText(note));
  const secret = added.links.some((link) => link.kind === 'https' && link.apiKeyHeader)
    ? `\nNext, its API key: catalyst-companion secret set ${name} api-key`
    : '';
  context.output.result(
    added,
    `Added ${name} (${added.preset}, ${added.environment.toUpperCase()}).${secret}\nThen: catalyst-companion connect ${name}`,
  );
}

/**
 * Makes a profile whose first link is a host of ~/.ssh/config, and shows what was understood and what was left out.
 * Options of links refine that one or add others behind it, as with `profile add`.
 */
export async function importSsh(
  context: Context,
  alias: string,
  options: ProfileOptions & { name?: string | undefined },
): Promise<void> {
  const name = options.name ?? nameFromAlias(alias);
  const links = [{ name: 'ssh', value: alias }, ...options.links];
  const { input, notes } = await profileFrom(
    name,
    { ...options, preset: options.preset ?? 'catalyst', links },
    context,
  );
  const profile = await add(context, input);
  const [link] = profile.links;
  if (link?.kind !== 'ssh') throw usage(`"${alias}" gives no SSH link.`);
  context.output.result({ profile, link, notes }, importText(profile, link, notes));
}

export async function listProfiles(context: Context): Promise<void> {
  const list = await context.knownProfiles();
  const rows = list.map((profile) => [
    profile.name,
    profile.environment.toUpperCase(),
    profile.preset,
    profile.links.map(describeLink).join(' → '),
  ]);
  context.output.result(
    list,
    list.length > 0
      ? table(rows)
      : 'No profile yet. Add one: catalyst-companion profile add NAME --preset catalyst --ssh user@host',
  );
}

export async function showProfile(context: Context, name: string): Promise<void> {
  const profile =
    (await context.knownProfiles()).find((each) => each.name === name) ??
    (await context.profiles()).get(name);
  context.output.result(profile, JSON.stringify(profile, null, 2));
}

/** Where the profile is still set up; undefined where that cannot be told. */
async function leftEntries(context: Context, name: string) {
  try {
    return clientsWith(name, await localClients(context).list());
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

export async function removeProfile(context: Context, name: string): Promise<void> {
  const byApp = await context.ifApp((app) => app.profiles.remove({ profile: name }));
  if (!byApp) {
    const profiles = await context.profiles();
    profiles.get(name);
    await audited(context, { actor: 'you', kind: 'profile-removed', profile: name, ...ALONE }, async () => {
      await profiles.remove(name);
      await forgetSecrets(context, name);
      // only now: an older Node, which hands every command to the newer one, has no node:sqlite to load
      const { forgetInFile } = await import('../../core/history/forget-file.ts');
      forgetInFile(context.home.history, name);
    });
  }
  const left = await leftEntries(context, name);
  const entries = left?.map(({ client, path }) => ({
    client,
    path,
    command: removeEntryCommand(client, name),
  }));
  context.output.result(
    { removed: name, entries: entries ?? null },
    [
      `Removed ${name}. What runs on the droplet keeps running.`,
      ...(left ?? []).map(
        ({ client, label, path }) =>
          `Its entry still stands in ${label} (${path}). Take it out: ${removeEntryCommand(client, name)}`,
      ),
      ...(left
        ? []
        : ['Whether a client still has its entry could not be read: catalyst-companion clients list']),
    ].join('\n'),
  );
}
