import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../contract/errors.ts';
import { readState, writeState } from '../files.ts';
import type { Sealer } from '../ports.ts';
import { NO_HASH, signerOf } from './entry.ts';
import type { Signer } from './entry.ts';

/** What the vault knows of the trail's end. */
export const Anchor = z.strictObject({
  seq: z.number().int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  file: z.string(),
  /** ms since the epoch. */
  at: z.number(),
});
export type Anchor = z.infer<typeof Anchor>;

export interface OpenVault {
  signer: Signer;
  /** `broken`: it was exchanged or damaged. */
  anchor: Anchor | 'broken';
  /** Replaces the anchor. Throws STATE_WRITE_FAILED or SECRET_UNREADABLE. */
  keep(anchor: Anchor): Promise<void>;
}

/** The vault as the trail sees it: a key that the page can never read, and a place for the anchor. */
export interface AuditVault {
  /** Throws SECRET_UNREADABLE where key or keyring are away, STATE_FILE_BROKEN, STATE_WRITE_FAILED. */
  open(): Promise<OpenVault>;
}

const KEY_BYTES = 32;
const KEY_PLACE = 'audit|key|1';
const anchorPlace = (kid: string): string => `audit|anchor|1|${kid}`;

const VaultFile = z.strictObject({ version: z.literal(1), key: z.string(), anchor: z.string() });

/**
 * Key and anchor sealed in one file outside the trail's folder: without the anchor there is no key either, so it
 * cannot be taken away alone. `make`: make a key where there is none; else that throws SECRET_UNREADABLE.
 */
export function sealedVault(options: { file: string; sealer: Sealer; make: boolean }): AuditVault {
  const { file, sealer } = options;
  const keeper = (key: string, kid: string) => async (anchor: Anchor) => {
    const kept = await sealer.seal(Buffer.from(JSON.stringify(anchor)), anchorPlace(kid));
    await writeState(file, `${JSON.stringify({ version: 1, key, anchor: kept }, null, 2)}\n`);
  };
  const make = async (): Promise<OpenVault> => {
    const plain = randomBytes(KEY_BYTES);
    const signer = signerOf(plain);
    const keep = keeper(await sealer.seal(plain, KEY_PLACE), signer.kid);
    const anchor: Anchor = { seq: 0, hash: NO_HASH, file: '', at: 0 };
    await keep(anchor);
    return { signer, anchor, keep };
  };
  const anchorOf = async (sealedAnchor: string, kid: string): Promise<Anchor | 'broken'> => {
    try {
      const plain = await sealer.open(sealedAnchor, anchorPlace(kid));
      return Anchor.parse(JSON.parse(plain.toString('utf8')));
    } catch {
      return 'broken';
    }
  };
  return {
    async open() {
      const stored = await readState(file, VaultFile);
      if (stored) {
        const signer = signerOf(await sealer.open(stored.key, KEY_PLACE));
        return {
          signer,
          anchor: await anchorOf(stored.anchor, signer.kid),
          keep: keeper(stored.key, signer.kid),
        };
      }
      if (options.make) return await make();
      throw new AppError(
        'SECRET_UNREADABLE',
        'There is no key for the audit trail yet.',
        'Start the app once; it makes one.',
      );
    },
  };
}
