import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AuditLog } from '../../../electron/core/audit/log.ts';
import type { AuditLogOptions } from '../../../electron/core/audit/trail-file.ts';
import { sealedVault } from '../../../electron/core/audit/vault.ts';
import type { AuditVault } from '../../../electron/core/audit/vault.ts';
import type { VerifyWith } from '../../../electron/core/audit/verify.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { fileSealer } from '../../../electron/core/secrets/file-sealer.ts';

/** A state folder with a trail in `audit` and its vault in `keys`, as the app lays them out. */
export class TrailFolder {
  readonly home: string;
  readonly dir: string;
  readonly vaultFile: string;

  private constructor(home: string) {
    this.home = home;
    this.dir = path.join(home, 'audit');
    this.vaultFile = path.join(home, 'keys', 'audit.json');
  }

  static async make(): Promise<TrailFolder> {
    const folder = new TrailFolder(await fs.mkdtemp(path.join(os.tmpdir(), 'companion-trail-')));
    await fs.mkdir(path.join(folder.home, 'keys'), { mode: 0o700 });
    return folder;
  }

  vault(make = true): AuditVault {
    return sealedVault({
      file: this.vaultFile,
      sealer: fileSealer(path.join(this.home, 'keys', 'vault.key')),
      make,
    });
  }

  /** A writer with the vault; not opened yet. */
  log(over: Partial<AuditLogOptions> = {}): AuditLog {
    return new AuditLog({ dir: this.dir, clock: systemClock, vault: this.vault(), ...over });
  }

  /** Checked with the vault's key and anchor, as the app or `serve`'s command line does. */
  async verify() {
    const { signer, anchor } = await this.vault(false).open();
    return await verifyAudit(this.dir, { signer, anchor });
  }

  async using(): Promise<VerifyWith> {
    const { signer, anchor } = await this.vault(false).open();
    return { signer, anchor };
  }

  async trailFiles(): Promise<string[]> {
    return (await fs.readdir(this.dir))
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .map((name) => path.join(this.dir, name));
  }

  async remove(): Promise<void> {
    await fs.rm(this.home, { recursive: true, force: true });
  }
}
