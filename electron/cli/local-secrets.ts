import { createFileSealer } from '../core/secrets/file-sealer.ts';
import { createVault } from '../core/secrets/vault.ts';
import type { Context } from './context.ts';

/** Forgets what is stored for a profile while no app runs; nothing is decrypted for it. */
export async function forgetSecrets(context: Context, profile: string): Promise<void> {
  const vault = createVault({ file: context.home.secrets, sealer: await createFileSealer(context.home) });
  await vault.removeProfile(profile);
}
