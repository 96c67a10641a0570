import type { Profile } from '../../contract/profile.ts';
import { presetProfile } from '../../core/backends/presets.ts';
import { completed } from '../../core/profiles.ts';
import type { Context } from '../context.ts';
import type { OptionToken } from '../link-options.ts';
import { linksFromOptions } from '../link-options.ts';
import { table, usage } from '../output.ts';

export interface ProfileOptions {
  preset?: string | undefined;
  env?: string | undefined;
  mcpUrl?: string | undefined;
  services: string[];
  dir?: string | undefined;
  links: OptionToken[];
}

/** What a link is, in words and without secrets. */
export function describeLink(link: Profile['links'][number]): string {
  if (link.kind === 'ssh') return `ssh ${link.user}@${link.host}:${link.port}`;
  if (link.kind === 'kubernetes')
    return `kubernetes ${link.context}/${link.namespace}/${link.service}:${link.port}`;
  return `${link.kind} ${link.url}`;
}

/** None given: the preset's are filled in when the profile is stored. */
function services(texts: readonly string[]): Profile['services'] {
  return texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw usage(`--service takes NAME=URL, not "${text}".`);
    return { name: text.slice(0, at), url: text.slice(at + 1) };
  });
}

const PRESETS = ['catalyst', 'stockspark', 'stockpulse', 'kubernetes', 'generic'] as const;

function profileFrom(name: string, options: ProfileOptions, context: Context): Omit<Profile, 'wanted'> {
  const preset = PRESETS.find((each) => each === options.preset);
  if (!preset) throw usage(`--preset takes one of ${PRESETS.join(', ')}.`);
  const { wanted: _never, ...defaults } = presetProfile(name, preset);
  const links = linksFromOptions(options.links, context.userHome, context.env);
  const direct = links.find((link) => link.kind === 'direct');
  return {
    ...defaults,
    name,
    environment: (options.env ?? 'live') as Profile['environment'],
    links,
    mcpUrl: options.mcpUrl ?? direct?.url ?? defaults.mcpUrl,
    services: services(options.services),
    dir: options.dir ?? defaults.dir,
  };
}

export async function addProfile(context: Context, name: string, options: ProfileOptions): Promise<void> {
  const input = profileFrom(name, options, context);
  // where the app runs it must know at once; without it the file is enough
  const added =
    (await context.ifApp((app) => app.profiles.add(input))) ??
    (await (await context.profiles()).add({ ...completed(input, context.userHome), wanted: false }));
  const secret = added.links.some((link) => link.kind === 'https' && link.apiKeyHeader)
    ? `\nNext, its API key: catalyst-companion secret set ${name} api-key`
    : '';
  context.output.result(
    added,
    `Added ${name} (${added.preset}, ${added.environment.toUpperCase()}).${secret}\nThen: catalyst-companion connect ${name}`,
  );
}

export async function listProfiles(context: Context): Promise<void> {
  const list = (await context.profiles()).list();
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
  const profile = (await context.profiles()).get(name);
  context.output.result(profile, JSON.stringify(profile, null, 2));
}

export async function removeProfile(context: Context, name: string): Promise<void> {
  const byApp = await context.ifApp((app) => app.profiles.remove({ profile: name }));
  if (!byApp) await (await context.profiles()).remove(name);
  context.output.result({ removed: name }, `Removed ${name}. What runs on the droplet keeps running.`);
}
