import type { Profile } from '../../contract/profile.ts';
import { nginxKit } from '../../core/droplet/nginx.ts';
import type { Context } from '../context.ts';
import { usage } from '../output.ts';

async function find(context: Context, name: string): Promise<Profile> {
  const known = (await context.knownProfiles()).find((profile) => profile.name === name);
  return known ?? (await context.profiles()).get(name);
}

/** Prints the nginx file for a droplet: the configuration alone on standard output, so that it can be piped. */
export async function printNginx(context: Context, name: string, domain: string | undefined): Promise<void> {
  if (domain === undefined)
    throw usage('--domain is missing.', 'The command is: catalyst-companion nginx PROFILE --domain D');
  const kit = nginxKit(await find(context, name), domain);
  for (const note of kit.notes) context.output.say(note);
  context.output.result(kit, kit.config.trimEnd());
}
