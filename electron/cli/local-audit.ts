import { AuditLog } from '../core/audit/log.ts';
import type { AuditInput } from '../core/audit/entry.ts';
import type { VerifyWith } from '../core/audit/verify.ts';
import { sealedVault } from '../core/audit/vault.ts';
import type { AuditVault } from '../core/audit/vault.ts';
import { systemClock } from '../core/clock.ts';
import { createFileSealer } from '../core/secrets/file-sealer.ts';
import type { Context } from './context.ts';

/** The trail's vault without the app: opens where a key file protects it, not where the system's keyring does. */
async function localVault(context: Context): Promise<AuditVault> {
  const { home } = context;
  // never made here: made by the app, the key is protected as well as this system can
  return sealedVault({
    file: `${home.keys}/audit.json`,
    sealer: await createFileSealer(home),
    make: false,
  });
}

/** Key and anchor where they can be had without the app; else nothing. */
export async function localKey(context: Context): Promise<VerifyWith> {
  try {
    const { signer, anchor } = await (await localVault(context)).open();
    return { signer, anchor };
  } catch {
    return {};
  }
}

/**
 * Makes a change of trust without the app, and records it: the trail is taken before the change, so that one that
 * another program writes or that cannot be written refuses it with AUDIT_WRITE_FAILED.
 */
export async function audited<T>(context: Context, entry: AuditInput, change: () => Promise<T>): Promise<T> {
  const log = new AuditLog({
    dir: context.home.audit,
    clock: systemClock,
    vault: await localVault(context),
  });
  try {
    await log.tip();
    const done = await change();
    await log.append(entry, { sync: true });
    return done;
  } finally {
    await log.close();
  }
}
