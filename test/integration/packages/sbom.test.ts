import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, any>;

interface Component {
  name: string;
  group?: string;
  version: string;
  purl: string;
  hashes?: unknown[];
}

describe('npm run sbom', () => {
  let dir: string;
  let bill: Record<string, any>;
  beforeAll(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'sbom-'));
    const file = path.join(dir, 'sbom.cdx.json');
    const made = spawnSync(process.execPath, [path.join(root, 'electron/build/sbom.mjs'), file], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect([made.status, made.status === 0 ? '' : made.stderr]).toEqual([0, '']);
    bill = JSON.parse(readFileSync(file, 'utf8'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('is CycloneDX of this product, whatever the folder is called', () => {
    const { name, version } = read('package.json');
    expect(bill['bomFormat']).toBe('CycloneDX');
    expect(bill['metadata'].component).toMatchObject({ type: 'application', name, version });
  });

  it('holds every package of the lock file by its version, with the checksum of what was downloaded', () => {
    const components = bill['components'] as Component[];
    const held = new Set(components.map(({ purl }) => decodeURIComponent(purl)));
    const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
    const wanted = { ...dependencies, ...devDependencies };
    for (const [name, version] of Object.entries(wanted))
      expect(held).toContain(`pkg:npm/${name}@${version}`);
    for (const one of components) expect([one.purl, one.hashes?.length ?? 0]).toEqual([one.purl, 1]);
  });
});
