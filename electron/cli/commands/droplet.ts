import type { DropletKey } from '../../contract/droplet.ts';
import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import { PresetName, ProfileName } from '../../contract/profile.ts';
import { makeDropletKey, readDropletKey } from '../../core/droplet/key-maker.ts';
import { nginxKit } from '../../core/droplet/nginx.ts';
import { permitsOf } from '../../core/desks/droplet-desk.ts';
import { makeHome } from '../../core/files.ts';
import { readSecret } from '../ask.ts';
import type { Command } from '../command.ts';
import type { Context } from '../context.ts';
import { audited } from '../local-audit.ts';
import { usage } from '../output.ts';

async function find(context: Context, name: string): Promise<Profile> {
  const known = (await context.knownProfiles()).find((profile) => profile.name === name);
  return known ?? (await context.profiles()).get(name);
}

/** Prints the nginx file for a droplet: the configuration alone on standard output, so that it can be piped. */
async function printNginx(context: Context, name: string, domain: string | undefined): Promise<void> {
  if (domain === undefined)
    throw usage('--domain is missing.', 'The command is: catalyst-companion nginx PROFILE --domain D');
  const kit = nginxKit(await find(context, name), domain);
  for (const note of kit.notes) context.output.say(note);
  context.output.result(kit, kit.config.trimEnd());
}

interface KeyOptions {
  preset?: string | undefined;
  passphrase?: boolean | undefined;
  'tunnel-only'?: boolean | undefined;
}

function checked(name: string, preset = 'catalyst'): PresetName {
  if (!ProfileName.safeParse(name).success)
    throw usage(`"${name}" cannot be the name of a key; use 1 to 16 of a-z, 0-9 and -.`);
  const found = PresetName.options.find((each) => each === preset);
  if (found) return found;
  throw usage(`--preset takes one of ${PresetName.options.join(', ')}.`);
}

/** What the key may reach: the profile's addresses where there is one of that name. */
async function permits(context: Context, name: string, preset: PresetName): Promise<string[]> {
  return permitsOf(
    name,
    preset,
    (await context.knownProfiles()).find((each) => each.name === name),
  );
}

/** The line alone on standard output, so that `key show NAME | ssh …` puts it in place; the rest for people. */
function print({ output }: Context, key: DropletKey, tunnelOnly = false): void {
  output.say(
    `${key.file}: ed25519, ${key.fingerprint}${key.encrypted ? ', protected by a passphrase' : ''}.
Add this one line to ~/.ssh/authorized_keys on the droplet. It allows connections to ${key.permits.join(', ')}${tunnelOnly ? ' and no command, so there will be no logs' : ' and commands, for the logs'}; no terminal.`,
  );
  output.result(key, tunnelOnly ? key.tunnelOnlyLine : key.line);
}

async function makeKey(context: Context, name: string, options: KeyOptions): Promise<void> {
  const preset = checked(name, options.preset);
  const passphrase =
    options.passphrase === true
      ? await readSecret('A passphrase for the new key (it is not shown): ')
      : undefined;
  if (passphrase === '')
    throw new AppError(
      'SECRET_EMPTY',
      'The passphrase is empty; no key was made.',
      'Give one, or leave out --passphrase.',
    );
  const secret = passphrase === undefined ? {} : { passphrase };
  const byApp = await context.ifApp((app) => app.droplet.makeKey({ name, preset, ...secret }));
  const key = byApp ?? (await makeLocally(context, name, preset, passphrase));
  print(context, key);
  const known = (await context.knownProfiles()).some((each) => each.name === name);
  if (passphrase !== undefined && !(byApp && known))
    context.output.say(`When the profile is there: catalyst-companion secret set ${name} passphrase`);
  if (!known)
    context.output.say(
      `Then: catalyst-companion profile add ${name} --preset ${preset} --ssh USER@HOST --identity "${key.file}"`,
    );
}

async function makeLocally(
  context: Context,
  name: string,
  preset: PresetName,
  passphrase: string | undefined,
): Promise<DropletKey> {
  await makeHome(context.home);
  const entry = {
    actor: 'you',
    kind: 'key-made',
    profile: name,
    detail: 'on the command line, without the app',
  };
  const allowed = await permits(context, name, preset);
  return await audited(context, entry, () => makeDropletKey(context.home.keys, name, allowed, passphrase));
}

async function showKey(context: Context, name: string, options: KeyOptions): Promise<void> {
  const preset = checked(name, options.preset);
  const key = await readDropletKey(context.home.keys, name, await permits(context, name, preset));
  if (!key)
    throw new AppError(
      'KEY_UNKNOWN',
      `No key was made here under the name ${name}.`,
      `Make one: catalyst-companion key make ${name}`,
    );
  print(context, key, options['tunnel-only']);
}

/** What helps to set a droplet up. */
export const DROPLET_COMMANDS: Record<string, Command> = {
  'key make': {
    args: 'NAME',
    options: ['preset', 'passphrase'],
    run: ({ context, given: [name = ''], values }) => makeKey(context, name, values),
  },
  'key show': {
    args: 'NAME',
    options: ['preset', 'tunnel-only'],
    run: ({ context, given: [name = ''], values }) => showKey(context, name, values),
  },
  nginx: {
    args: 'PROFILE',
    options: ['domain'],
    run: ({ context, given: [profile = ''], values }) => printNginx(context, profile, values.domain),
  },
};
