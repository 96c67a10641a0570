import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { appState, fakeApp } from '../../helpers/fake-app.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  autostartEntry,
  LoginItem,
  setStartAtLogin,
  startsAtLogin,
} from '../../../electron/shell/login-item.ts';

let home: string;
beforeEach(async () => void (home = await mkdtemp(path.join(os.tmpdir(), 'login-'))));
afterEach(() => rm(home, { recursive: true }));

function parts(platform: string, more: object = {}) {
  const calls: unknown[] = [];
  let on = false;
  const app = {
    getLoginItemSettings: (options: unknown) => {
      calls.push(options);
      return { openAtLogin: on } as never;
    },
    setLoginItemSettings: (settings: { openAtLogin?: boolean }) => {
      calls.push(settings);
      on = settings.openAtLogin === true;
    },
  };
  const program = '/opt/Catalyst Companion/catalyst-companion';
  return { calls, app, platform, packaged: true, env: {}, userHome: home, program, ...more };
}

describe('start at login', () => {
  it('is the system’s own setting on Windows and macOS, without the window', async () => {
    for (const platform of ['win32', 'darwin']) {
      const own = parts(platform);
      expect(startsAtLogin(own)).toBe(false);
      await setStartAtLogin(true, own);
      expect(startsAtLogin(own)).toBe(true);
      expect(own.calls).toEqual([
        { args: ['--hidden'] },
        { openAtLogin: true, args: ['--hidden'] },
        { args: ['--hidden'] },
      ]);
    }
  });

  it('is an autostart entry on Linux, which the user may switch off elsewhere', async () => {
    const own = parts('linux');
    const file = path.join(home, '.config', 'autostart', 'catalyst-companion.desktop');
    expect(startsAtLogin(own)).toBe(false);
    await setStartAtLogin(true, own);
    expect(startsAtLogin(own)).toBe(true);
    expect(await readFile(file, 'utf8')).toContain(
      'Exec="/opt/Catalyst Companion/catalyst-companion" --hidden\n',
    );
    await writeFile(file, `${await readFile(file, 'utf8')}Hidden=true\n`);
    expect(startsAtLogin(own)).toBe(false);
    await setStartAtLogin(false, own);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('starts the AppImage itself, since its mount is elsewhere each time', async () => {
    const env = { APPIMAGE: '/home/ada/Catalyst.AppImage', XDG_CONFIG_HOME: path.join(home, 'cfg') };
    await setStartAtLogin(true, parts('linux', { env, program: '/tmp/.mount_x/app' }));
    const text = await readFile(path.join(home, 'cfg', 'autostart', 'catalyst-companion.desktop'), 'utf8');
    expect(text).toContain('Exec="/home/ada/Catalyst.AppImage" --hidden');
  });

  it('does not lend itself to other commands, whatever the path is called', () => {
    const entry = autostartEntry('/home/a"; `id` $(id) %u \\ b/app');
    const exec = /^Exec=(.*)$/m.exec(entry)?.[1] ?? '';
    // a string value has its backslashes halved, then Exec is unquoted
    const unquoted = exec
      .replaceAll('\\\\', '\\')
      .replace(/^"((?:\\.|[^"\\])*)".*/, (_, inner: string) => inner.replace(/\\(.)/g, '$1'))
      .replaceAll('%%', '%');
    expect(unquoted).toBe('/home/a"; `id` $(id) %u \\ b/app');
  });

  it('is not offered by a checkout', async () => {
    const own = parts('linux', { packaged: false });
    expect(startsAtLogin(own)).toBeNull();
    await setStartAtLogin(true, own);
    expect(execFileSync('ls', ['-A', home], { encoding: 'utf8' })).toBe('');
  });

  it('is what the system says when the app starts, and what Settings say from then on', async () => {
    const own = parts('win32');
    const changes: unknown[] = [];
    const app = fakeApp(appState(), {
      changeSettings: (change) => Promise.resolve(void changes.push(change)) as never,
    });
    const wish = (startAtLogin: boolean) => {
      const state = appState();
      app.set({ ...state, settings: { ...state.settings, startAtLogin } });
      item.refresh();
    };
    const item = new LoginItem(app, own, () => {});
    // switched off in the system's own settings meanwhile
    wish(true);
    expect(changes).toEqual([{ startAtLogin: false }]);
    wish(false);
    expect(startsAtLogin(own)).toBe(false);
    wish(true);
    await expect.poll(() => startsAtLogin(own)).toBe(true);
    wish(false);
    await expect.poll(() => startsAtLogin(own)).toBe(false);
    expect(changes).toHaveLength(1);
  });
});
