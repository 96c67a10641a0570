import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const require = createRequire(import.meta.url);
const builder = createRequire(require.resolve('electron-builder/package.json'));
const { load } = builder('js-yaml') as { load: (text: string) => Record<string, any> };
const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration: (config: unknown, logger: unknown) => Promise<void>;
};
const logger = { isEnabled: false, add() {} };
const config = () => load(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'));

describe('the packages', () => {
  it('are described in a way that electron-builder accepts', async () => {
    await validateConfiguration(config(), logger);
  });

  it('are checked by a validator that notices mistakes', async () => {
    await expect(
      validateConfiguration({ ...config(), electronFuses: { runAsNodes: false } }, logger),
    ).rejects.toThrow(/configuration.electronFuses/);
  });

  it('have exactly the fuses of the security checklist', () => {
    expect(config()['electronFuses']).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('hold what is listed and no sources, tests or whole folders', () => {
    const files = config()['files'] as string[];
    expect(files.filter((one) => !one.startsWith('!'))).toEqual([
      'package.json',
      'dist/main.js',
      'dist/chunks/**/*',
      'dist/preload.cjs',
      'dist/history-worker.cjs',
      'dist/page/**/*',
      'dist/icons/**/*',
    ]);
    expect(files).toContain('!**/node_modules/ssh2/util/**');
    expect(config()['asar']).toBe(true);
    expect(config()['npmRebuild']).toBe(false);
    expect(config()['extraResources']).toEqual([
      { from: 'dist/stub.js', to: 'stub/stub.js' },
      // where it was built
      { from: 'dist', to: 'stub', filter: ['catalyst-bridge', 'catalyst-bridge.exe'] },
    ]);
  });

  it('are for Windows per user, a hardened macOS and two kinds of Linux', () => {
    const { win, nsis, mac, linux } = config();
    expect(win.target).toEqual([{ target: 'nsis', arch: ['x64', 'arm64'] }]);
    expect(nsis.perMachine).toBe(false);
    expect(mac.hardenedRuntime).toBe(true);
    expect(mac.target.map((one: any) => one.target)).toEqual(['dmg', 'zip']);
    expect(linux.target).toEqual(['AppImage', 'deb']);
    const entitlements = readFileSync(path.join(root, mac.entitlements), 'utf8');
    expect(entitlements).not.toMatch(/dyld-environment|disable-library-validation|unsigned-executable/);
  });
});
