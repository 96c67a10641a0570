import type { DropletKey, NginxKit } from '../../contract/droplet.ts';
import { AppError } from '../../contract/errors.ts';
import type { PresetName, Profile, SecretKind } from '../../contract/profile.ts';
import type { AuditLog } from '../audit/log.ts';
import { presetProfile } from '../backends/presets.ts';
import { destinationsOf } from '../droplet/authorized-keys.ts';
import { makeDropletKey, readDropletKey } from '../droplet/key-maker.ts';
import { nginxKit } from '../droplet/nginx.ts';
import type { Log } from '../ports.ts';
import type { RecordActivity } from '../seams.ts';

/** What a key of this name has to reach: the profile's own addresses, else those that its preset begins with. */
export function permitsOf(name: string, preset: PresetName, profile: Profile | undefined): string[] {
  return destinationsOf(profile ?? presetProfile(name, preset));
}

export interface DropletParts {
  /** The folder of the keys. */
  keys: string;
  profileOf(name: string): Profile | undefined;
  setSecret(profile: string, kind: SecretKind, value: string): Promise<void>;
  audit: Pick<AuditLog, 'append'>;
  record: RecordActivity;
  log: Log;
}

/** What helps to set a droplet up: its web server's configuration, and keys to sign in with. */
export class DropletDesk {
  readonly #parts: DropletParts;

  constructor(parts: DropletParts) {
    this.#parts = parts;
  }

  /** Throws PROFILE_UNKNOWN, INPUT_INVALID, PROFILE_INVALID. */
  nginx(name: string, domain: string): NginxKit {
    const profile = this.#parts.profileOf(name);
    if (profile) return nginxKit(profile, domain);
    throw new AppError('PROFILE_UNKNOWN', `There is no profile "${name}".`, 'Choose one of the list.');
  }

  async key(name: string, preset: PresetName): Promise<DropletKey | null> {
    const permits = permitsOf(name, preset, this.#parts.profileOf(name));
    return (await readDropletKey(this.#parts.keys, name, permits)) ?? null;
  }

  async makeKey(name: string, preset: PresetName, passphrase: string | undefined): Promise<DropletKey> {
    const { keys, audit, log } = this.#parts;
    const profile = this.#parts.profileOf(name);
    const made = await makeDropletKey(keys, name, permitsOf(name, preset, profile), passphrase);
    this.#parts.record({
      profile: name,
      kind: 'secret',
      actor: 'you',
      title: 'Made an SSH key',
      outcome: 'ok',
    });
    await audit
      .append({ actor: 'you', kind: 'key-made', profile: name, detail: made.fingerprint }, { sync: true })
      .catch((error: unknown) => log.error('audit entry could not be written', { kind: 'key-made', error }));
    if (profile && passphrase !== undefined) await this.#parts.setSecret(name, 'passphrase', passphrase);
    return made;
  }
}
