import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import type { AppPorts } from '../../../electron/core/app-interface.ts';
import { fileSealer } from '../../../electron/core/secrets/file-sealer.ts';
import { PORT_CHANNEL } from '../../../electron/shell/channel.ts';
import { runDesktop, startedAgain, UP_LINE } from '../../../electron/shell/desktop.ts';
import { electronDouble } from '../../standin/double.ts';
import { appState, fakeApp, profileState } from '../../helpers/fake-app.ts';
import { consentRequest } from './consent-request.ts';

let dir: string;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let before: readonly (readonly unknown[])[];

beforeEach(async () => {
  before = signals.map((one) => process.listeners(one));
  dir = await mkdtemp(path.join(os.tmpdir(), 'desktop-'));
  await mkdir(path.join(dir, 'dist', 'page'), { recursive: true });
  await writeFile(path.join(dir, 'dist', 'page', 'index.html'), '<title>Companion</title>');
});
afterEach(async () => {
  signals.forEach((one, i) => {
    for (const listener of process.listeners(one))
      if (!before[i]?.includes(listener)) process.off(one, listener);
  });
  await rm(dir, { recursive: true });
});

async function start(
  options: {
    argv?: string[];
    packaged?: boolean;
    locked?: boolean;
    failing?: AppError;
    platform?: NodeJS.Platform;
    env?: NodeJS.ProcessEnv;
    /** Runs while core starts. */
    meanwhile?: (double: ReturnType<typeof electronDouble>) => void;
  } = {},
) {
  const double = electronDouble({ packaged: options.packaged ?? false, locked: options.locked ?? false });
  const app = fakeApp(appState([profileState('demo', { state: 'off' }, 'demo')]));
  const printed: string[] = [];
  let ports: AppPorts | undefined;
  const { started } = await runDesktop({
    electron: double.electron,
    createApp: (given) => {
      ports = given;
      options.meanwhile?.(double);
      return options.failing ? Promise.reject(options.failing) : Promise.resolve(app);
    },
    createFileSealer: (home) => Promise.resolve(fileSealer(path.join(home.keys, 'vault.key'))),
    distDir: path.join(dir, 'dist'),
    argv: ['electron', 'main.js', ...(options.argv ?? [])],
    env: { CATALYST_COMPANION_HOME: path.join(dir, 'home'), ...options.env },
    platform: options.platform ?? 'linux',
    resourcesDir: dir,
    inspected: false,
    print: (line) => printed.push(line),
  });
  await started;
  return { double, app, printed, ports: ports as AppPorts };
}

describe('the desktop app, with a double of Electron', () => {
  it('guards before it is ready, then starts core, tray and window, and says that it is up', async () => {
    const { double, app, printed, ports } = await start({ argv: ['--demo'] });
    expect(double.calls).toEqual([
      'setPath userData',
      'enableSandbox',
      'schemes',
      'lock',
      'ready',
      'tray off-dark.png',
      'window',
    ]);
    expect(app.done).toEqual(['start']);
    expect(printed).toEqual([UP_LINE]);
    expect(ports).toMatchObject({
      shell: 'electron',
      version: '0.1.0',
      demo: true,
      stub: { defaultHome: false },
    });
    expect(ports.sealer.protection).toBe('file');
    expect(ports.dashboardUrl()).toBeNull();
    expect(app.attached).toBe(1);
    expect(double.windows[0].options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true });
    expect((await stat(path.join(dir, 'home'))).mode & 0o777).toBe(0o700);
    const page = await double.handler?.({ method: 'GET', url: 'app://companion/' });
    expect(await page?.text()).toContain('Companion');
  });

  it('stays in the tray when it starts with the system, until it is asked for', async () => {
    const { double, ports } = await start({ argv: ['--hidden'] });
    expect(double.windows).toEqual([]);
    double.app.emit('second-instance', {}, ['electron', '--hidden']);
    expect(double.windows).toEqual([]);
    double.app.emit('second-instance', {}, ['electron', '--user-data-dir=/x']);
    expect(double.windows).toHaveLength(1);
    double.windows[0].hide();
    ports.showWindow();
    expect([double.windows.length, double.windows[0].isVisible()]).toEqual([1, true]);
  });

  it('shows its window to who asks for it while it still starts', async () => {
    const again = (double: ReturnType<typeof electronDouble>, ...argv: string[]) =>
      double.app.emit('second-instance', {}, ['electron', ...argv]);
    const asked = await start({ argv: ['--hidden'], meanwhile: (double) => again(double, '--show') });
    expect(asked.double.windows.map((window) => window.isVisible())).toEqual([true]);
    const hidden = await start({ argv: ['--hidden'], meanwhile: (double) => again(double, '--hidden') });
    expect(hidden.double.windows).toEqual([]);
  });

  it('comes back, with its window and once, to who starts it again while it quits', async () => {
    const { double } = await start({ argv: ['--hidden', '--demo'] });
    double.app.quit();
    for (const _ of [1, 2]) double.app.emit('second-instance', {}, ['electron']);
    expect(double.windows).toEqual([]);
    await expect.poll(() => double.calls.at(-1)).toBe('exit 0');
    expect(double.calls.filter((one) => one.startsWith('relaunch'))).toEqual([
      'relaunch main.js --demo --show',
    ]);
  });

  it('starts an AppImage again by its own file: what was mounted for it is gone by then', () => {
    const again = startedAgain({
      argv: ['/tmp/.mount_x/app', '--hidden'],
      env: { APPIMAGE: '/a/c.AppImage' },
    });
    expect(again).toEqual({ args: ['--show'], execPath: '/a/c.AppImage' });
  });

  it('hears the end of the session on Windows though it has no window', async () => {
    const { double, app } = await start({ argv: ['--hidden'], platform: 'win32' });
    expect([double.windows.length, double.bare.length]).toEqual([0, 1]);
    double.bare[0]?.emit('query-session-end', {});
    await expect.poll(() => double.calls.at(-1)).toBe('exit 0');
    expect(app.done.at(-1)).toBe('app stop');
  });

  it("asks the system's setting for the proxy of each connection, by origin alone", async () => {
    const { double, ports } = await start();
    const asked: string[] = [];
    let setting = 'PROXY proxy.test:3128; DIRECT';
    Object.assign(double.electron.session.defaultSession, {
      resolveProxy: async (url: string) => {
        asked.push(url);
        return setting;
      },
    });
    const url = new URL('https://droplet.test:8443/mcp?key=1');
    expect((await ports.proxyFor(url))?.href).toBe('http://proxy.test:3128/');
    setting = 'DIRECT';
    expect(await ports.proxyFor(url)).toBeUndefined();
    expect(asked).toEqual(['https://droplet.test:8443/', 'https://droplet.test:8443/']);
  });

  it('gives its page the router and the tray its state', async () => {
    const { double, app } = await start();
    const [window] = double.windows;
    double.ipcMain.emit(PORT_CHANNEL, { senderFrame: window.frame, sender: { id: 1 } });
    window.ports[0].start();
    const client: any = createORPCClient(new RPCLink({ port: window.ports[0] }));
    expect(await client.app.info()).toMatchObject({ version: '0.1.0' });
    app.set(
      appState([
        profileState('demo', {
          state: 'connecting',
          stage: 'tcp',
          attempt: 1,
          via: { index: 0, kind: 'ssh', label: '' },
        }),
      ]),
    );
    await expect.poll(() => double.calls.at(-1)).toBe('icon working-dark.png');
    double.powerMonitor.emit('resume');
    expect(app.done).toContain('wake');
  });

  it('asks in a window of its own, which takes no focus, talks to the app, and denies when it is closed', async () => {
    const { double, app } = await start({ argv: ['--hidden'] });
    expect(double.windows).toHaveLength(0);
    app.set(appState([profileState('catalyst', { state: 'off' })], [consentRequest()]));
    const [window] = double.windows;
    expect(window.url).toBe('app://companion/#consent');
    expect(window.options).toMatchObject({ alwaysOnTop: true, minimizable: false, show: false });
    double.ipcMain.emit(PORT_CHANNEL, { senderFrame: window.frame, sender: { id: window.webContents.id } });
    const [port] = window.ports;
    port.start();
    const client: any = createORPCClient(new RPCLink({ port }));
    expect(await client.app.info()).toMatchObject({ version: '0.1.0' });
    let kept = 0;
    window.emit('close', { preventDefault: () => (kept += 1) });
    expect([app.done.at(-1), kept]).toEqual(['answer c1 deny', 1]);
    app.set(appState());
    expect(double.boxes).toEqual([]);
  });

  it('asks nobody behind a locked screen', async () => {
    const { double, app } = await start();
    expect(app.attached).toBe(1);
    double.powerMonitor.emit('lock-screen');
    double.powerMonitor.emit('lock-screen');
    expect(app.attached).toBe(0);
    double.powerMonitor.emit('unlock-screen');
    double.powerMonitor.emit('unlock-screen');
    expect(app.attached).toBe(1);
  });

  it('stops by keys once the user chose some, and not before', async () => {
    const { double, app } = await start();
    expect(double.shortcuts.size).toBe(0);
    const chosen = appState([
      profileState('real', { state: 'off' }),
      profileState('demo', { state: 'off' }, 'demo'),
    ]);
    chosen.app.stopShortcut = 'Control+Alt+End';
    app.set(chosen);
    double.shortcuts.get('Control+Alt+End')?.();
    await expect.poll(() => app.done).toContain('stop real');
    expect(app.done).not.toContain('stop demo');
    app.set(appState());
    expect(double.shortcuts.size).toBe(0);
  });

  it('quits once and cleanly, whoever asks', async () => {
    const { double, app } = await start();
    let prevented = 0;
    const event = { preventDefault: () => (prevented += 1) };
    double.app.emit('before-quit', event);
    double.app.emit('before-quit', event);
    await expect.poll(() => double.calls.at(-1)).toBe('exit 0');
    expect(double.calls.filter((one) => one === 'tray gone' || one.startsWith('exit'))).toEqual([
      'tray gone',
      'exit 0',
    ]);
    expect([app.done.at(-1), app.attached, prevented]).toEqual(['app stop', 0, 2]);
  });

  it('hands over to the app that runs already', async () => {
    const { double, printed } = await start({ locked: true });
    expect(double.calls.at(-1)).toBe('exit 0');
    expect(printed[0]).toContain('running already');
  });

  it('does not start with a switch that opens it up, once packaged', async () => {
    const { double, printed } = await start({ packaged: true, argv: ['--remote-debugging-port=1'] });
    expect(double.calls).toEqual(['exit 1']);
    expect(printed[0]).toContain('--remote-debugging-port');
    expect((await start({ argv: ['--inspect'] })).printed).toEqual([UP_LINE]);
    const logging = { ELECTRON_ENABLE_LOGGING: 'file' };
    const logged = await start({ packaged: true, env: logging });
    expect([logged.double.calls, logged.printed[0]]).toEqual([
      ['exit 1'],
      expect.stringContaining('ELECTRON_ENABLE_LOGGING'),
    ]);
    expect((await start({ env: logging })).printed).toEqual([UP_LINE]);
  });

  it('says why and ends where its state folder cannot be had, before anything else', async () => {
    await writeFile(path.join(dir, 'home'), 'a file in its place');
    const { double, printed } = await start();
    expect(double.calls).toEqual([
      expect.stringMatching(/^error box Catalyst Companion cannot start: The state folder .*\n\n/),
      'exit 1',
    ]);
    expect(printed).toEqual([expect.stringMatching(/^STATE_WRITE_FAILED: /)]);
  });

  it('says why it cannot start, and ends', async () => {
    const failing = new AppError('STATE_FILE_BROKEN', 'profiles.json is not valid.', 'Repair it.');
    const { double, printed } = await start({ failing });
    expect(double.calls.slice(-2)).toEqual([
      'error box Catalyst Companion cannot start: profiles.json is not valid.\n\nRepair it.',
      'exit 1',
    ]);
    expect(printed).toEqual(['STATE_FILE_BROKEN: profiles.json is not valid.']);
  });
});
