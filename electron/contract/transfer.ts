import { z } from 'zod';
import { Profile, ProfileName } from './profile.ts';
import { PreferencesChange } from './settings.ts';

/** Settings and profiles as a file to take along. No secrets, no host keys: both are given anew where it is read. */
export const TransferFile = z.strictObject({
  kind: z.literal('catalyst-companion'),
  version: z.literal(1),
  exportedAt: z.string().max(40),
  settings: PreferencesChange,
  profiles: z.array(Profile.omit({ wanted: true })).max(100),
});
export type TransferFile = z.infer<typeof TransferFile>;

/** The most that such a file may hold, characters. */
export const TRANSFER_MAX = 1_000_000;

/** What an import would do, before it does. */
export const ImportPlan = z.strictObject({
  /** Of the file and of what is here now: an import that was not shown like this is refused. */
  token: z.string(),
  /** `add`: new here. `kept`: one of that name is here and stays as it is. */
  profiles: z.array(z.strictObject({ name: ProfileName, change: z.enum(['add', 'kept']), text: z.string() })),
  settings: z.array(z.strictObject({ name: z.string(), from: z.string(), to: z.string() })),
});
export type ImportPlan = z.infer<typeof ImportPlan>;
