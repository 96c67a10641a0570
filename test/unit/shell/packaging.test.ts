import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  FUSES,
  judgeContents,
  judgeFeed,
  judgeFuses,
  runtimePackages,
} from '../../../electron/build/inspect-package.mjs';
import { canSign, packageConfig, packerEnv } from '../../../electron/build/package-plan.mjs';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const require = createRequire(import.meta.url);
const builder = createRequire(require.resolve('electron-builder/package.json'));
const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration: (config: unknown, logger: unknown) => Promise<void>;
};
const logger = { isEnabled: false, add() {} };
const config = () =>
  parse(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8')) as Record<string, any>;
const lock = () => JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const SIGNING = {
  CSC_LINK: 'x',
  COMPANION_PUBLISHER: 'Ada Ltd',
  APPLE_API_KEY: 'k',
  APPLE_API_KEY_ID: 'i',
  APPLE_API_ISSUER: 's',
  GITHUB_REPOSITORY: 'ada/companion',
};

describe('the packages', () => {
  it('are described in a way that electron-builder accepts, signed, unsigned and for the tests', async () => {
    await validateConfiguration(config(), logger);
    for (const os of ['win', 'mac', 'linux'] as const)
      for (const env of [{}, SIGNING])
        for (const test of [false, true])
          await validateConfiguration(packageConfig(config(), { os, env, test }), logger);
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
    // the checker reads the same ones, in the order of Electron's wire
    const named = FUSES.map(([name, on]) => [name.slice(0, 1).toLowerCase() + name.slice(1), on]);
    expect(Object.fromEntries(named)).toEqual(config()['electronFuses']);
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
      { from: 'dist/stub/${os}-${arch}', to: 'stub' },
      { from: 'dist/licences.txt', to: 'licences.txt' },
    ]);
  });

  it('carry of all packages only those that are loaded at run time', () => {
    const names = runtimePackages(lock());
    expect(names).toContain('ssh2');
    expect(names).toContain('pino');
    // an allow-list: whoever adds one says here that it is loaded at run time and not bundled
    expect(names).toEqual([
      '@pinojs/redact',
      'asn1',
      'atomic-sleep',
      'bcrypt-pbkdf',
      'on-exit-leak-free',
      'pino',
      'pino-abstract-transport',
      'pino-std-serializers',
      'process-warning',
      'quick-format-unescaped',
      'real-require',
      'safe-stable-stringify',
      'safer-buffer',
      'sonic-boom',
      'split2',
      'ssh2',
      'thread-stream',
      'tweetnacl',
    ]);
  });

  it('are for Windows per user, a hardened macOS and two kinds of Linux', () => {
    const { win, nsis, mac, linux, appId } = config();
    expect(appId).toBe('com.catalystcompanion.desktop');
    expect(readFileSync(path.join(root, 'electron/shell/desktop.ts'), 'utf8')).toContain(`'${appId}'`);
    expect(win.target).toEqual([{ target: 'nsis', arch: ['x64', 'arm64'] }]);
    expect(nsis).toMatchObject({ perMachine: false, deleteAppDataOnUninstall: false });
    expect(mac.hardenedRuntime).toBe(true);
    expect(mac.target).toEqual(['dmg', 'zip'].map((target) => ({ target, arch: ['universal'] })));
    expect(linux.target).toEqual(['AppImage', 'deb'].map((target) => ({ target, arch: ['x64', 'arm64'] })));
    for (const one of [win, mac, linux])
      expect(one.artifactName).toMatch(
        /^catalyst-companion-\$\{version\}-(win|mac|linux)-\$\{arch\}\.\$\{ext\}$/,
      );
    const entitlements = readFileSync(path.join(root, mac.entitlements), 'utf8');
    expect(entitlements).toContain('com.apple.security.cs.allow-jit');
    expect(entitlements).not.toMatch(/dyld-environment|disable-library-validation|unsigned-executable/);
  });
});

describe('the identity of the app on a Linux desktop', () => {
  it('is one with dots, as its portals ask for, and the same for Electron and for the .desktop file', () => {
    const { extraMetadata, linux, appId } = config();
    expect(extraMetadata).toEqual({
      productName: 'Catalyst Companion',
      desktopName: `${appId}.desktop`,
    });
    expect(linux.syncDesktopName).toBe(true);
    // electron-builder writes the fitting one
    expect(linux.desktop.entry).not.toHaveProperty('StartupWMClass');
  });
});

describe('npm run package', () => {
  const plan = (os: 'win' | 'mac' | 'linux', env: NodeJS.ProcessEnv, test = false): Record<string, any> =>
    packageConfig(config(), { os, env, test });

  it('leaves the updater and its feed out of what it cannot sign', () => {
    for (const os of ['win', 'mac', 'linux'] as const) {
      const { files, publish, mac } = plan(os, {});
      expect([files.includes('dist/updater.js'), publish]).toEqual([false, null]);
      if (os === 'mac') expect(mac).toMatchObject({ identity: '-', hardenedRuntime: false });
    }
    // a certificate without the name that the updater compares is no signed build
    expect(canSign('win', { CSC_LINK: 'x' })).toBe(false);
    expect(canSign('mac', { CSC_LINK: 'x' })).toBe(false);
    expect(canSign('linux', SIGNING)).toBe(false);
  });

  it('signs or fails where it can, with a feed that names the publisher', () => {
    const win = plan('win', SIGNING);
    expect(win).toMatchObject({
      forceCodeSigning: true,
      publish: { provider: 'github', owner: 'ada', repo: 'companion', publisherName: ['Ada Ltd'] },
      win: { signtoolOptions: { publisherName: ['Ada Ltd'] } },
    });
    expect(win['files']).toContain('dist/updater.js');
    expect(plan('mac', SIGNING)).toMatchObject({ mac: { notarize: true, hardenedRuntime: true } });
    expect(() => plan('win', { ...SIGNING, GITHUB_REPOSITORY: '' })).toThrow('GITHUB_REPOSITORY');
  });

  it('hands no empty secret to the packer, and the key of the notary as a file', () => {
    expect(packerEnv({ CSC_LINK: '', PATH: '/bin' })).toEqual({ given: { PATH: '/bin' }, key: undefined });
    const key = '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n';
    expect(packerEnv({ APPLE_API_KEY: key }).key).toBe(key);
    expect(packerEnv({ APPLE_API_KEY: '/keys/AuthKey.p8' }).key).toBeUndefined();
  });

  it('makes a pack for the tests that differs in the inspect fuse alone and lies elsewhere', () => {
    const { electronFuses, directories, ...rest } = plan('win', SIGNING, true);
    const { electronFuses: shipped, directories: usual, ...same } = config();
    expect(rest).toEqual(same);
    expect(electronFuses).toEqual({ ...shipped, enableNodeCliInspectArguments: true });
    expect(directories).toEqual({ ...usual, output: 'dist/packages-test' });
  });
});

describe('npm run check:package', () => {
  const wire = (text: string) => Buffer.from(text);
  it('names every fuse that is not as it should be', () => {
    expect(judgeFuses(wire('010011001'))).toEqual([]);
    expect(judgeFuses(wire('110111001'))).toEqual([
      'The fuse RunAsNode is on.',
      'The fuse EnableNodeCliInspectArguments is on.',
    ]);
    expect(judgeFuses(wire('010111001'), { test: true })).toEqual([]);
    expect(judgeFuses(wire('010011001'), { test: true })).toHaveLength(1);
    expect(judgeFuses(wire('r'.repeat(9)))).not.toEqual([]);
  });

  const good = [
    '/package.json',
    '/dist/main.js',
    '/dist/preload.cjs',
    '/dist/page/index.html',
    '/dist/icons/tray/live-dark.png',
    '/dist/icons/tray/live-dark.ico',
    '/dist/icons/tray/live-Template.png',
    '/node_modules',
    '/node_modules/@pinojs',
    '/node_modules/@pinojs/redact/index.js',
    '/node_modules/ssh2/lib/index.js',
  ];
  const packages = ['@pinojs/redact', 'ssh2'];
  it.each([
    ['/dist/cli.js', 'not on the list'],
    ['/electron/main.ts', 'a source'],
    ['/dist/chunks/a.js.map', 'a source map'],
    ['/.env', 'settings of a developer'],
    ['/node_modules/ssh2/test/keys/id_rsa', 'a key'],
    ['/dist/page/server.pem', 'a key'],
    ['/node_modules/ssh2/lib/protocol/crypto/build/Release/sshcrypto.node', 'native code'],
    ['/node_modules/react/index.js', 'The package react is not needed'],
    ['/dist/updater.js', 'An unsigned build has an updater'],
  ])('finds %s', (file, says) => {
    expect(judgeContents(good, { packages })).toEqual([]);
    expect(judgeContents([...good, file], { packages }).join('\n')).toContain(says);
  });

  it('finds what is missing, and an updater that checks no signature', () => {
    expect(judgeContents(good.slice(1), { packages })).toEqual(['/package.json is missing.']);
    expect(judgeContents(good.slice(0, -1), { packages })).toEqual(['The package ssh2 is missing.']);
    expect(judgeContents(good, { packages, signed: true })).toEqual(['A signed build has no updater.']);
    const feed = 'provider: github\nowner: a\nrepo: b\n';
    expect(judgeFeed(feed, { os: 'win', signed: true })).toHaveLength(1);
    expect(judgeFeed(`${feed}publisherName:\n  - Ada Ltd\n`, { os: 'win', signed: true })).toEqual([]);
    expect(judgeFeed(feed, { os: 'mac', signed: true })).toEqual([]);
    expect(judgeFeed(feed, { os: 'linux', signed: false })).toHaveLength(1);
    expect(judgeFeed(undefined, { os: 'linux', signed: false })).toEqual([]);
  });
});
