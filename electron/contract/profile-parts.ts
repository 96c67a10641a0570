import { z } from 'zod';
import { Profile, ProfileName, ServiceConfig } from './profile.ts';

/** A profile to be added. Without `services` it gets those of its preset; an empty list means none. */
export const NewProfile = Profile.omit({ wanted: true }).extend({
  // not the stored one's, which is an empty list where nothing is said
  services: z.array(ServiceConfig).optional(),
});
export type NewProfile = z.infer<typeof NewProfile>;

/** What of a profile can be changed in place. Its name, preset, limits, tools and secrets are not among it. */
export const ProfileParts = Profile.pick({
  environment: true,
  links: true,
  mcpUrl: true,
  services: true,
  dir: true,
  readSeconds: true,
  downtime: true,
});
export type ProfileParts = z.infer<typeof ProfileParts>;

export const ProfileChange = z.strictObject({
  profile: ProfileName,
  /** Replaces all of these parts; one that is absent is taken away. */
  parts: ProfileParts,
  /** The parts as they were shown; where they are others by now the change is refused with PROFILE_CHANGED. */
  expected: ProfileParts.optional(),
  /** The profile's name, typed; needed where `confirmReasons` names any. */
  confirm: z.string().optional(),
});
export type ProfileChange = z.infer<typeof ProfileChange>;
