import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runtimePackages } from '../../../electron/build/inspect-package.mjs';
import { packageConfig } from '../../../electron/build/package-plan.mjs';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const require = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
const library = 'app-builder-lib/package.json';
const inside = createRequire(require.resolve(library));
const { extractAll, listPackage } = inside('@electron/asar') as {
  extractAll: (file: string, to: string) => void;
  listPackage: (file: string, options: object) => string[];
};

/** Stands before the fuses in Electron's program; part of @electron/fuses' documented interface. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** A program with nothing in it but Electron's own fuses, as they are before they are flipped. */
const program = Buffer.concat([
  Buffer.alloc(4096, 1),
  Buffer.from(SENTINEL),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
  Buffer.alloc(512),
]);

const built = existsSync(path.join(root, 'dist', 'licences.txt'));

/**
 * The real electron-builder on our configuration and the real dist/, with a stand-in for Electron's program: what is
 * packed and how the fuses are flipped is shown; that the result runs is not.
 */
describe.skipIf(!built)(`a packed app${built ? '' : ' (skipped: dist/ is not built: npm run build)'}`, () => {
  let dir: string;
  const packages = runtimePackages(JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')));
  const check = (...dirs: string[]) =>
    spawnSync(process.execPath, [path.join(root, 'electron/build/check-package.mjs'), ...dirs], {
      encoding: 'utf8',
    });

  /** What the check says against a pack. */
  const complaints = (output: string): string[] =>
    check(output)
      .stdout.split('\n')
      .filter((line) => line.startsWith('  '));

  function pack(test: boolean): string {
    const project = path.join(dir, 'project');
    const base = parse(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8')) as Record<string, any>;
    const config: Record<string, any> = packageConfig(base, { os: 'linux', env: {}, test });
    const output = path.join(dir, test ? 'packages-test' : 'packages');
    const file = path.join(dir, 'config.json');
    const own = {
      electronVersion: '45.4.1',
      electronDist: path.join(dir, 'electron'),
      directories: { ...config['directories'], output },
    };
    writeFileSync(file, JSON.stringify({ ...config, ...own }));
    const script = path.join(root, 'test/fixtures/packages/pack.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, project, file], {
      encoding: 'utf8',
      cwd: project,
      env: { PATH: process.env['PATH'], HOME: dir },
    });
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
    return output;
  }

  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'pack-'));
    const project = path.join(dir, 'project');
    mkdirSync(path.join(dir, 'electron', 'resources'), { recursive: true });
    writeFileSync(path.join(dir, 'electron', 'electron'), program, { mode: 0o755 });
    for (const file of ['LICENSE', 'LICENSES.chromium.html', 'version'])
      writeFileSync(path.join(dir, 'electron', file), '45.4.1');
    // as `npm ci --omit=dev` leaves a checkout
    const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
    const { devDependencies: _not, ...production } = own;
    mkdirSync(project);
    writeFileSync(path.join(project, 'package.json'), JSON.stringify(production));
    for (const file of ['dist', 'resources'])
      cpSync(path.join(root, file), path.join(project, file), { recursive: true });
    for (const name of packages)
      // never a link: npm lists what is linked with the dependencies of its own checkout, and finds none of them
      cpSync(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name), {
        recursive: true,
        dereference: true,
      });
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('holds exactly what it should, its fuses flipped, and the check says so', () => {
    const output = pack(false);
    const resources = path.join(output, 'linux-unpacked', 'resources');
    const files = listPackage(path.join(resources, 'app.asar'), { isPack: false });
    const ours = files
      .filter((file) => !file.startsWith('/node_modules/'))
      // hashes change with every build, icons are many
      .filter((file) => !/^\/dist\/(?:icons\/(?:tray|linux)|page\/assets|chunks)\//.test(file));
    expect(ours.toSorted()).toEqual([
      '/dist',
      '/dist/chunks',
      '/dist/history-worker.cjs',
      '/dist/icons',
      '/dist/icons/icon-512.png',
      '/dist/icons/icon.ico',
      '/dist/icons/linux',
      '/dist/icons/tray',
      '/dist/main.js',
      '/dist/page',
      '/dist/page/assets',
      '/dist/page/favicon.svg',
      '/dist/page/index.html',
      '/dist/preload.cjs',
      '/node_modules',
      '/package.json',
    ]);
    expect(existsSync(path.join(resources, 'stub', 'stub.js'))).toBe(true);
    const app = path.join(dir, 'unpacked');
    extractAll(path.join(resources, 'app.asar'), app);
    expect(JSON.parse(readFileSync(path.join(app, 'package.json'), 'utf8'))).toMatchObject({
      productName: 'Catalyst Companion',
      desktopName: 'com.catalystcompanion.desktop.desktop',
    });
    // all that its bundles load at run time is in it, to the last one
    const load = `const load = require('node:module').createRequire(${JSON.stringify(path.join(app, 'dist', 'main.js'))});
      for (const name of ['pino', 'ssh2']) if (!load(name)) throw new Error(name);`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', load], { encoding: 'utf8', cwd: dir });
    expect([status, stderr]).toEqual([0, '']);
    expect(complaints(output)).toEqual([]);
  });

  it('is told from the one for the tests by the inspect fuse alone', () => {
    const output = pack(true);
    expect(complaints(output)).toEqual([]);
    const wire = readFileSync(path.join(output, 'linux-unpacked', 'catalyst-companion')).toString('latin1');
    expect(wire.slice(wire.indexOf(SENTINEL) + SENTINEL.length + 2).slice(0, 8)).toBe('01011100');
    const shipped = readFileSync(path.join(dir, 'packages', 'linux-unpacked', 'catalyst-companion')).toString(
      'latin1',
    );
    expect(shipped.slice(shipped.indexOf(SENTINEL) + SENTINEL.length + 2).slice(0, 8)).toBe('01001100');
  });

  it('is refused when something was put beside the archive or a fuse was turned', () => {
    const at = path.join(dir, 'packages', 'linux-unpacked');
    mkdirSync(path.join(at, 'resources', 'app'));
    const turned = readFileSync(path.join(at, 'catalyst-companion'));
    turned[turned.indexOf(SENTINEL) + SENTINEL.length + 2] = 0x31;
    writeFileSync(path.join(at, 'catalyst-companion'), turned);
    const { status, stdout } = check(path.join(dir, 'packages'));
    expect(status).toBe(1);
    expect(stdout).toContain('The fuse RunAsNode is on.');
    expect(stdout).toContain('There is an app/ folder beside the archive.');
  });

  it('is nothing to fail on where none was made', () => {
    const { status, stdout } = check(path.join(dir, 'none'));
    expect([status, stdout]).toEqual([0, expect.stringContaining('Nothing is packed')]);
  });
});
