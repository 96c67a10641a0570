import { z } from 'zod';
import { base } from './base.ts';
import { DropletKey, NginxKit } from './droplet.ts';
import { PresetName, ProfileName } from './profile.ts';

/** What helps to set a droplet up. */
export const dropletCalls = {
  /** Which profile the page sets up step by step, so that it goes on there after a reload or a restart; null ends it. */
  setup: base
    .input(z.strictObject({ profile: ProfileName.nullable() }))
    .output(z.strictObject({ profile: ProfileName.nullable() })),
  /** The web server in front of a droplet, to copy. Throws INPUT_INVALID for a domain that is none. */
  nginx: base.input(z.strictObject({ profile: ProfileName, domain: z.string().max(300) })).output(NginxKit),
  /** The key that was made here under a name; null where there is none. `preset` counts while no profile has that name. */
  key: base
    .input(z.strictObject({ name: ProfileName, preset: PresetName.default('catalyst') }))
    .output(DropletKey.nullable()),
  /** Makes an ed25519 key in the state folder; a passphrase of an existing profile goes to the vault. Never replaces one: KEY_EXISTS. */
  makeKey: base
    .input(
      z.strictObject({
        name: ProfileName,
        preset: PresetName.default('catalyst'),
        passphrase: z.string().min(1).max(1024).optional(),
      }),
    )
    .output(DropletKey),
};
