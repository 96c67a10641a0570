import { spawn } from 'node:child_process';
import { cp, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourceStamp, writeStamp } from '../../../electron/build/stamp.mjs';

const build = path.resolve(import.meta.dirname, '..', '..', '..', 'electron', 'build');
let root: string;

/** A checkout in small: the real start scripts, and programs in place of the built app, the build and Electron. */
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'start-'));
  for (const dir of ['electron/build', 'dist', 'node_modules/electron', 'runtime'])
    await mkdir(path.join(root, dir), { recursive: true });
  for (const name of ['start.mjs', 'start-plan.mjs', 'stamp.mjs'])
    await cp(path.join(build, name), path.join(root, 'electron/build', name));
  await put('package.json', '{"type":"module"}');
  await put('electron/build/build.mjs', `console.log('built');process.exit(0)`);
  await put('dist/cli.js', `console.log('cli ' + process.argv.slice(2).join(' '));process.exitCode = 7`);
  await put('dist/.stamp', await sourceStamp(root));
});
afterEach(() => rm(root, { recursive: true }));

const put = (name: string, text: string) => writeFile(path.join(root, name), text);

async function electron(script: string): Promise<Record<string, string>> {
  await put('runtime/electron', `#!/bin/sh\n${script}\n`);
  await chmod(path.join(root, 'runtime/electron'), 0o755);
  return { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: path.join(root, 'runtime') };
}

function start(env: Record<string, string> = {}, args: string[] = []) {
  const child = spawn(process.execPath, [path.join(root, 'electron/build/start.mjs'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  return { child, ended, output: () => output };
}

describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('serves where there is no display, passes arguments and exit code on', async () => {
    const { code, output } = await start({}, ['--demo', '--port', '5005']).ended;
    expect(output).toBe(
      'There is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set); showing the dashboard in the browser instead.\ncli serve --demo --port 5005\n',
    );
    expect(code).toBe(7);
  });

  it('builds first when sources have changed, and not when they have not', async () => {
    await put('electron/new.ts', 'export {}');
    expect((await start().ended).output).toContain('Building the app');
    await put('electron/build/build.mjs', `console.error('bad source');process.exit(1)`);
    const failed = await start().ended;
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('bad source');
    expect(failed.output).not.toContain('cli serve');
  });

  it('builds again when a built file is gone', async () => {
    await put('dist/stub.js', '');
    await writeStamp(root, await sourceStamp(root));
    expect((await start().ended).output).not.toContain('Building the app');
    await rm(path.join(root, 'dist/stub.js'));
    expect((await start().ended).output).toContain('Building the app');
  });

  it('says so where it has to build and cannot write', async () => {
    await rm(path.join(root, 'dist'), { recursive: true });
    await put('dist', 'a file in its place');
    const { code, output } = await start().ended;
    expect([code, output.split('\n').length]).toEqual([1, 2]);
    expect(output).toMatch(/^The app has to be built, but .*dist cannot be written \(EEXIST\)/);
  });

  it('opens the desktop app where its runtime is, and ends with it', async () => {
    const env = await electron('echo "main: $1 $2"; echo "Catalyst Companion is in the tray."; exit 3');
    const { code, output } = await start(env, ['--demo']).ended;
    expect(output).toContain('Catalyst Companion is in the tray.');
    expect([code, output.includes('cli serve')]).toEqual([3, false]);
  });

  it('lets a running app have the start', async () => {
    const env = await electron('echo "Catalyst Companion is running already; its window is shown."; exit 0');
    const { code, output } = await start(env).ended;
    expect([code, output]).toEqual([0, 'Catalyst Companion is running already; its window is shown.\n']);
  });

  it('serves when Electron ends at once, and repeats why', async () => {
    const env = await electron('echo "FATAL: the SUID sandbox helper is not configured" >&2; exit 133');
    const { code, output } = await start(env).ended;
    expect(output).toContain(
      'Electron ended at once with code 133 (FATAL: the SUID sandbox helper is not configured); showing the dashboard in the browser instead.\ncli serve',
    );
    expect(code).toBe(7);
  });

  it('serves when the runtime cannot be fetched, and repeats why', async () => {
    await put(
      'node_modules/electron/install.js',
      `console.error('Error: getaddrinfo ENOTFOUND mirror');process.exit(1)`,
    );
    const { output } = await start({ DISPLAY: ':99' }).ended;
    expect(output).toContain(
      '(its download failed: Error: getaddrinfo ENOTFOUND mirror); showing the dashboard',
    );
    expect(output).toContain('cli serve');
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'leaves no Electron behind when %s comes before its tray is there',
    async (signal) => {
      const env = await electron(
        `trap 'exit 0' TERM HUP\necho $$ > ${path.join(root, 'pid')}\nwhile :; do sleep 0.02; done`,
      );
      const { child, ended } = start(env);
      const pidFile = path.join(root, 'pid');
      await expect.poll(() => readFile(pidFile, 'utf8').catch(() => '')).toMatch(/^\d+\n$/);
      child.kill(signal);
      const { code, output } = await ended;
      expect([code, output]).toEqual([0, '']);
      const pid = Number(await readFile(pidFile, 'utf8'));
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    },
  );

  it('serves when Electron hangs for 15 s, and ends it', async () => {
    const env = await electron('exec sleep 60');
    const { output } = await start(env).ended;
    expect(output).toContain('Electron did not come up within 15 s');
    expect(output).toContain('cli serve');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on and waits for the clean end',
    async (signal) => {
      await put(
        'dist/cli.js',
        `process.on('${signal}', () => setTimeout(() => { console.log('clean'); process.exit(0) }, 50));setInterval(() => {}, 1000);console.log('up')`,
      );
      const { child, ended, output } = start();
      await expect.poll(output).toContain('up');
      child.kill(signal);
      const { code } = await ended;
      expect([code, output().endsWith('clean\n')]).toEqual([0, true]);
    },
  );
});
