import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../contract/errors.ts';
import { Profile } from '../../contract/profile.ts';
import type { Limits, SshAuth } from '../../contract/profile.ts';
import type { NewProfile, ProfileParts } from '../../contract/profile-parts.ts';
import { presetProfile } from '../backends/presets.ts';
import { readState, whyNot, writeState } from '../files.ts';
import { checkProfile } from '../link/check-profile.ts';

/** The demo profile's name; a user's profile may not take it. */
export const DEMO_PROFILE = 'demo';

const ProfilesFile = z.strictObject({ version: z.literal(1), profiles: z.array(Profile) });

/** Paths as a person types them: `~/` is the user's home; any other must be absolute, since the app has no folder it is "in". */
function absolute(file: string, userHome: string): string {
  const found = file.startsWith('~/') || file.startsWith('~\\') ? path.join(userHome, file.slice(2)) : file;
  if (path.isAbsolute(found)) return found;
  throw new AppError(
    'PROFILE_INVALID',
    `"${file}" is not an absolute path.`,
    'Give the whole path, or one that begins with ~/',
  );
}

function absoluteKeys(ways: readonly SshAuth[], userHome: string): SshAuth[] {
  return ways.map((way) => (way.kind === 'key' ? { ...way, file: absolute(way.file, userHome) } : way));
}

/** The preset's services; the orchestrator's is where the MCP endpoint is, whatever its port. */
function presetServices({ name, preset, mcpUrl }: NewProfile): Profile['services'] {
  const { services } = presetProfile(name, preset);
  return services.map((each) =>
    each.name === 'orchestration' ? { ...each, url: new URL(mcpUrl).origin } : each,
  );
}

/** For a wish that is in force but could not be stored: the link is up or down as asked, until the next start. */
export const notKept =
  (name: string, wanted: boolean) =>
  (cause: unknown): never => {
    const did = wanted ? 'is being connected' : 'is disconnected';
    const later = wanted ? 'does not connect it' : 'connects it again';
    throw new AppError(
      'STATE_WRITE_FAILED',
      `${name} ${did}, but that could not be kept, so the next start of the app ${later} by itself (profiles.json: ${whyNot(cause)}).`,
      'Free disk space or fix the permissions of the state folder, then do it again.',
      { cause },
    );
  };

/** The profile as it is stored: absolute paths, and the preset's services where none are said. */
export function completed<P extends NewProfile>(
  input: P,
  userHome: string,
): P & { services: Profile['services'] } {
  const links = input.links.map((link) => {
    if (link.kind === 'https' && link.caFile !== undefined)
      return { ...link, caFile: absolute(link.caFile, userHome) };
    if (link.kind !== 'ssh') return link;
    const jump = link.jump.map((hop) =>
      hop.auth === undefined ? hop : { ...hop, auth: absoluteKeys(hop.auth, userHome) },
    );
    return { ...link, auth: absoluteKeys(link.auth, userHome), jump };
  });
  const services = input.services ?? presetServices(input);
  return { ...input, links, services };
}

/** The profile with other parts in the place of its own; what cannot be changed stays. */
export function withParts(profile: Profile, parts: ProfileParts): Profile {
  const { readSeconds: _read, downtime: _down, ...kept } = profile;
  return { ...kept, ...parts };
}

/** Throws PROFILE_INVALID naming the first value that is wrong. */
function parsed(input: unknown): Profile {
  const result = Profile.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || 'profile';
  throw new AppError(
    'PROFILE_INVALID',
    `The profile is not valid (${where}: ${issue?.message ?? 'unknown'}).`,
    'Correct that value and try again; catalyst-companion --help shows what goes where.',
  );
}

/** The user's profiles in `profiles.json`. Holds no secrets. Every change is on disk when its promise resolves. */
export class Profiles {
  readonly #file: string;
  #list: Profile[] = [];
  #saving: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws STATE_FILE_BROKEN and leaves a broken file untouched. */
  async load(): Promise<void> {
    this.#list = (await readState(this.#file, ProfilesFile))?.profiles ?? [];
  }

  list(): readonly Profile[] {
    return this.#list;
  }

  find(name: string): Profile | undefined {
    return this.#list.find((profile) => profile.name === name);
  }

  /** Throws PROFILE_UNKNOWN naming the profiles there are. */
  get(name: string): Profile {
    const found = this.find(name);
    if (found) return found;
    const known = this.#list.map((profile) => profile.name).join(', ');
    throw new AppError(
      'PROFILE_UNKNOWN',
      `There is no profile "${name}".`,
      known
        ? `Profiles: ${known}.`
        : 'Add one: catalyst-companion profile add NAME --preset catalyst --ssh user@host',
    );
  }

  /** Throws PROFILE_EXISTS or PROFILE_INVALID. */
  async add(input: unknown): Promise<Profile> {
    const profile = parsed(input);
    if (profile.name === DEMO_PROFILE) {
      throw new AppError(
        'PROFILE_EXISTS',
        `The name "${DEMO_PROFILE}" belongs to the built-in demo.`,
        'Choose another name.',
      );
    }
    if (this.find(profile.name)) {
      throw new AppError(
        'PROFILE_EXISTS',
        `A profile "${profile.name}" exists already.`,
        `Change it with: catalyst-companion profile set ${profile.name}`,
      );
    }
    checkProfile(profile);
    await this.#save((list) => [...list, profile]);
    return profile;
  }

  /** Replaces what can be changed in place; the rest stays as it is by then. Throws PROFILE_UNKNOWN, PROFILE_INVALID. */
  async change(name: string, parts: ProfileParts): Promise<Profile> {
    const changed = (profile: Profile) => parsed(withParts(profile, parts));
    checkProfile(changed(this.get(name)));
    await this.#save((list) => list.map((each) => (each.name === name ? changed(each) : each)));
    return this.get(name);
  }

  async remove(name: string): Promise<void> {
    this.get(name);
    await this.#save((list) => list.filter((profile) => profile.name !== name));
  }

  async setWanted(name: string, wanted: boolean): Promise<void> {
    const profile = this.find(name);
    if (!profile || profile.wanted === wanted) return;
    await this.#save((list) => list.map((each) => (each.name === name ? { ...each, wanted } : each)));
  }

  /** Replaces the limits of a stored profile; the built-in demo is none. */
  async setLimits(name: string, limits: Limits | undefined): Promise<void> {
    if (!this.find(name)) return;
    const changed = ({ limits: _old, ...rest }: Profile): Profile => (limits ? { ...rest, limits } : rest);
    await this.#save((list) => list.map((each) => (each.name === name ? changed(each) : each)));
  }

  /** One after the other, each from what the one before has stored: two changes at once are both kept. */
  async #save(change: (list: readonly Profile[]) => Profile[]): Promise<void> {
    const saved = this.#saving.then(async () => {
      const list = change(this.#list);
      await writeState(this.#file, `${JSON.stringify({ version: 1, profiles: list }, null, 2)}\n`);
      this.#list = list;
    });
    this.#saving = saved.catch(() => undefined);
    await saved;
  }
}
