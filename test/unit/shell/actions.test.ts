import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import { PAUSE_MS, performTrayAction, setUpDialog, stopDialog } from '../../../electron/shell/actions.ts';
import { stubProgram } from '../../../electron/shell/desktop-paths.ts';
import { surfaceOf, wearTheme } from '../../../electron/shell/appearance.ts';
import { quitOnce } from '../../../electron/shell/quit.ts';
import { hearSessionEnd } from '../../../electron/shell/session-end.ts';
import type { WindowPlace } from '../../../electron/shell/bounds.ts';
import { DashboardWindow } from '../../../electron/shell/window.ts';
import { windowOptions } from '../../../electron/shell/window-options.ts';
import { appState, fakeApp } from '../../helpers/fake-app.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const look = { preload: '/p', packaged: true, icon: '/i', background: '#f6f7f8' };

const plan = {
  client: 'claude-desktop' as const,
  action: 'install' as const,
  token: 't1',
  files: [{ label: 'Claude Desktop', path: '/c/claude_desktop_config.json', exists: true, diff: '+x' }],
  commandLine: '/usr/bin/node /home/ada/.catalyst-companion/bin/stub.mjs demo',
  runs: [],
  movedOn: false,
  warnings: [],
};
const report = {
  profile: 'catalyst',
  result: 'sent-not-confirmed' as const,
  at: 0,
  parts: [{ name: 'mcp stop_trading', sent: true, answer: 'ok' }],
  stateRead: 'The workflow still runs.',
  manual: 'ssh root@droplet docker-compose stop workflow',
};

function setUp(actions: object, answers: number[] = [], ticked = false, outside = '', wait?: string) {
  const app = fakeApp(appState(), actions);
  const told: any[] = [];
  const parts = {
    app,
    openDashboard: (page = '') => void app.done.push(`open ${page}`.trim()),
    openRequest: () => void app.done.push('open request'),
    now: () => 1_000,
    about: () => ({ message: 'about' }),
    openLogs: () => Promise.resolve(outside),
    openLicences() {
      app.done.push('licences');
      return Promise.resolve(outside);
    },
    installUpdate: () => wait,
    quit: () => void app.done.push('quit'),
    tell: (options: any) => {
      told.push(options);
      return Promise.resolve(answers.shift() ?? 0);
    },
    ask: (options: any) => {
      told.push(options);
      return Promise.resolve({ response: answers.shift() ?? 0, checkboxChecked: ticked });
    },
  };
  return { app, told, parts };
}

describe('a click in the tray', () => {
  it('does what it says', async () => {
    const { app, told, parts } = setUp({});
    await performTrayAction({ do: 'open' }, parts);
    await performTrayAction({ do: 'connect', profile: 'demo' }, parts);
    await performTrayAction({ do: 'disconnect', profile: 'demo' }, parts);
    await performTrayAction({ do: 'retry', profile: 'demo' }, parts);
    await performTrayAction({ do: 'quit' }, parts);
    expect(app.done).toEqual(['open', 'connect demo', 'disconnect demo', 'retry demo', 'quit']);
    expect(told).toEqual([]);
  });

  it('opens what the system shows, and tells what could not be opened', async () => {
    const { app, told, parts } = setUp({}, [0, 1], false, 'no program for it');
    for (const what of ['settings', 'answer', 'open-logs', 'about'] as const)
      await performTrayAction({ do: what }, parts);
    expect(app.done).toEqual(['open settings', 'open request', 'licences']);
    expect(told.map((one) => [one.message, one.detail])).toEqual([
      ['The log folder could not be opened.', 'no program for it'],
      ['about', undefined],
      ['The licences could not be opened.', 'no program for it'],
    ]);
  });

  it('pauses notifications for an hour and changes the start at login, in the settings that the page shows', async () => {
    const changes: unknown[] = [];
    const { parts } = setUp({
      changeSettings: (change: unknown) => Promise.resolve(void changes.push(change)),
    });
    await performTrayAction({ do: 'pause-notices', on: true }, parts);
    await performTrayAction({ do: 'pause-notices', on: false }, parts);
    await performTrayAction({ do: 'start-at-login', on: true }, parts);
    expect(changes).toEqual([
      { notices: { off: [], desktop: true, pausedUntil: 1_000 + PAUSE_MS } },
      { notices: { off: [], desktop: true, pausedUntil: null } },
      { startAtLogin: true },
    ]);
  });

  it('installs an update only while nothing is under way', async () => {
    const waiting = setUp({}, [], false, '', 'A request waits for your answer: answer it first.');
    await performTrayAction({ do: 'update' }, waiting.parts);
    expect(waiting.told[0].detail).toContain('answer it first');
    const free = setUp({});
    await performTrayAction({ do: 'update' }, free.parts);
    expect(free.told).toEqual([]);
  });

  it('sells nothing by one click or key: button and tick are both needed', async () => {
    const closed: string[] = [];
    const actions = {
      closeAll: (profile: string, confirm: string) => {
        closed.push(`${profile} ${confirm}`);
        const result = 'still-open' as const;
        return Promise.resolve({ profile, result, at: 0, tool: 't', answer: 'ok', stateRead: '2 open.' });
      },
    };
    const act = async (answers: number[], ticked: boolean) => {
      const { told, parts } = setUp(actions, answers, ticked);
      await performTrayAction({ do: 'close-all', profile: 'catalyst' }, parts);
      return told;
    };
    const [question] = await act([0], true);
    expect(question).toMatchObject({ defaultId: 0, cancelId: 0, checkboxChecked: false });
    expect(question.message).toContain('[LIVE]');
    expect((await act([1], false))[1].message).toContain('not ticked');
    expect(closed).toEqual([]);
    const told = await act([1], true);
    expect(closed).toEqual(['catalyst catalyst']);
    expect(told[1]).toMatchObject({
      type: 'error',
      message: expect.stringContaining('still open') as string,
    });
  });

  it('shows what is known after an emergency stop, and the command by hand', async () => {
    const { told, parts } = setUp({ stopTrading: () => Promise.resolve(report) });
    await performTrayAction({ do: 'stop', profile: 'catalyst' }, parts);
    expect(told[0]).toEqual(stopDialog(report));
    expect(told[0].type).toBe('error');
    expect(told[0].message).toContain('not confirmed');
    expect(told[0].detail).toContain('By hand: ssh root@droplet');
  });

  it('changes the file of Claude Desktop only after the exact command line was shown and accepted', async () => {
    const install = vi.fn(() => Promise.resolve(plan));
    const actions = { previewClaudeDesktop: () => Promise.resolve(plan), installClaudeDesktop: install };
    const refused = setUp(actions, [0]);
    await performTrayAction({ do: 'set-up-claude', profile: 'demo' }, refused.parts);
    expect(install).not.toHaveBeenCalled();
    expect(refused.told).toEqual([setUpDialog(plan, 'demo')]);
    expect(refused.told[0].detail).toContain(plan.commandLine);
    const accepted = setUp(actions, [1]);
    await performTrayAction({ do: 'set-up-claude', profile: 'demo' }, accepted.parts);
    expect(install).toHaveBeenCalledWith('demo', 't1');
    const same = { ...plan, files: [{ ...plan.files[0], diff: '' }] };
    const done = setUp({ ...actions, previewClaudeDesktop: () => Promise.resolve(same) });
    await performTrayAction({ do: 'set-up-claude', profile: 'demo' }, done.parts);
    expect([done.told[0].message, install.mock.calls.length]).toEqual([
      'Claude Desktop has demo already.',
      1,
    ]);
  });

  it('tells what failed, with code and next step', async () => {
    const fails = () => Promise.reject(new AppError('LINK_NOT_CONNECTED', 'No link.', 'Connect first.'));
    const { told, parts } = setUp({ retry: fails });
    await performTrayAction({ do: 'retry', profile: 'demo' }, parts);
    expect(told[0]).toMatchObject({
      type: 'error',
      message: 'No link.',
      detail: 'Connect first.\n\nLINK_NOT_CONNECTED',
    });
  });
});

describe('quitting', () => {
  function fakeElectronApp() {
    const app: any = new EventEmitter();
    app.codes = [] as number[];
    app.exit = (code: number) => app.codes.push(code);
    return app;
  }
  const listeners = () => (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((one) => process.listeners(one));
  const clean = (before: ReturnType<typeof listeners>) =>
    (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).forEach((one, i) => {
      for (const listener of process.listeners(one))
        if (!before[i].includes(listener)) process.off(one, listener);
    });

  it('stops once, whoever asks, and ends when that is done', async () => {
    const before = listeners();
    const app = fakeElectronApp();
    let stops = 0;
    const { quit } = quitOnce(app, async () => void (stops += 1));
    let prevented = 0;
    app.emit('before-quit', { preventDefault: () => (prevented += 1) });
    quit();
    await expect.poll(() => app.codes).toEqual([0]);
    expect([stops, prevented]).toEqual([1, 1]);
    clean(before);
  });

  it.each(['hangs', 'fails'])('ends within its budget when the stop %s', async (how) => {
    const before = listeners();
    const app = fakeElectronApp();
    quitOnce(
      app,
      () => (how === 'hangs' ? new Promise(() => {}) : Promise.reject(new Error('x'))),
      30,
    ).quit();
    await expect.poll(() => app.codes).toEqual([0]);
    clean(before);
  });

  it('leaves the last step to what ends the app in its own way, after the stop, and holds it up no more', async () => {
    const before = listeners();
    const app = fakeElectronApp();
    const order: string[] = [];
    const quitter = quitOnce(app, async () => void order.push('stopped'));
    expect(quitter.begun).toBe(false);
    quitter.quit(() => void order.push('installing'));
    expect(quitter.begun).toBe(true);
    await expect.poll(() => order).toEqual(['stopped', 'installing']);
    let prevented = 0;
    app.emit('before-quit', { preventDefault: () => (prevented += 1) });
    expect([prevented, app.codes]).toEqual([0, []]);
    clean(before);
  });

  it('ends all the same when that cannot be done', async () => {
    const before = listeners();
    const app = fakeElectronApp();
    quitOnce(app, () => Promise.resolve()).quit(() => {
      throw new Error('no installer');
    });
    await expect.poll(() => app.codes).toEqual([0]);
    clean(before);
  });
});

describe('the stub that Claude starts', () => {
  const found = { distDir: '/app/dist', resourcesDir: '/r', packaged: false, platform: 'linux', env: {} };
  it('runs on the Node beside the app, never on Electron, always by absolute path', () => {
    expect(stubProgram({ ...found, exists: () => true })).toEqual({
      file: '/app/dist/stub.js',
      node: '/app/node_modules/node/bin/node',
    });
    const env = { npm_node_execpath: '/opt/node24/bin/node', PATH: 'relative:/usr/bin' };
    const only = (file: string) => (one: string) => one === file;
    expect(stubProgram({ ...found, env, exists: only('/opt/node24/bin/node') }).node).toBe(
      '/opt/node24/bin/node',
    );
    expect(stubProgram({ ...found, env, exists: only('/usr/bin/node') }).node).toBe('/usr/bin/node');
  });
  it('is a program of its own in a package that brings one', () => {
    const packaged = { ...found, packaged: true };
    expect(stubProgram({ ...packaged, exists: () => true })).toEqual({
      file: '/r/stub/catalyst-bridge',
      node: '',
    });
    expect(stubProgram({ ...packaged, platform: 'win32', exists: () => true }).file).toMatch(
      /catalyst-bridge\.exe$/,
    );
  });
});

describe('the window', () => {
  function setUpWindow() {
    const made: any[] = [];
    const calls: string[] = [];
    const places: WindowPlace[] = [];
    const clock = new ManualClock();
    const loading: { error?: Error } = {};
    const screens = { seen: (place: WindowPlace): WindowPlace | undefined => place };
    const window = new DashboardWindow({
      makeWindow: () => {
        const fake: any = new EventEmitter();
        fake.shown = false;
        for (const name of ['focus', 'restore', 'flashFrame', 'destroy', 'showInactive', 'hide', 'show'])
          fake[name] = () => {
            calls.push(name);
            if (name === 'hide') fake.shown = false;
            if (name.startsWith('show')) fake.shown = true;
          };
        fake.isMinimized = () => false;
        fake.isFullScreen = () => fake.full === true;
        fake.setFullScreen = (on: boolean) => {
          fake.full = on;
          fake.emit('leave-full-screen');
        };
        fake.isMaximized = () => false;
        fake.getNormalBounds = () => ({ x: 1, y: 2, width: 800, height: 600 });
        fake.isVisible = () => fake.shown;
        fake.center = () => calls.push('center');
        fake.setBounds = (to: object) => calls.push(`to ${JSON.stringify(to)}`);
        fake.loadURL = (url: string) => {
          calls.push(url);
          return loading.error ? Promise.reject(loading.error) : Promise.resolve();
        };
        fake.webContents = new EventEmitter();
        fake.webContents.reload = () => calls.push('reload');
        made.push(fake);
        return fake;
      },
      options: () => windowOptions(look),
      onPlace: (place) => places.push(place),
      onScreens: (place) => screens.seen(place),
      startMaximized: () => false,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      clock,
      onShow: () => {},
      onHide: () => calls.push('hidden'),
    });
    return { window, made, calls, places, clock, loading, screens };
  }

  it('goes to the tray when it is closed, says so, and comes back the same', () => {
    const { window, made, calls } = setUpWindow();
    expect(window.visible).toBe(false);
    window.show();
    expect(calls).toEqual(['app://companion/', 'show', 'focus']);
    for (const _ of [1, 2]) {
      let prevented = false;
      made[0].emit('close', { preventDefault: () => (prevented = true) });
      expect([prevented, window.visible]).toEqual([true, false]);
      window.show();
    }
    expect([made.length, calls.filter((one) => one === 'hidden').length]).toEqual([1, 2]);
    window.quit();
    expect(calls.at(-1)).toBe('destroy');
  });

  it('says where it was left, but not where it is while it is minimised', () => {
    const { window, made, places } = setUpWindow();
    window.show();
    made[0].emit('move');
    made[0].isMinimized = () => true;
    made[0].emit('resize');
    expect(places).toEqual([{ x: 1, y: 2, width: 800, height: 600, maximized: false }]);
  });

  it('is brought back onto a screen when its own went while it was in the tray, and only then', () => {
    const { window, made, calls, screens } = setUpWindow();
    window.show();
    const again = () => {
      made[0].emit('close', { preventDefault() {} });
      calls.length = 0;
      window.show();
      return calls[0];
    };
    expect(again()).toBe('show');
    screens.seen = (place) => ({ ...place, x: 40 });
    expect(again()).toBe('to {"x":40,"y":2,"width":800,"height":600}');
    screens.seen = () => undefined;
    expect(again()).toBe('center');
    calls.length = 0;
    window.show();
    expect(calls[0]).toBe('show');
  });

  it('opens on the page that was asked for, and goes there when it is open', () => {
    const { window, calls } = setUpWindow();
    window.show('settings');
    window.show();
    window.show('logs');
    window.show('tools', 'real');
    expect(calls.filter((one) => one.startsWith('app:'))).toEqual([
      'app://companion/#page=settings',
      'app://companion/#page=logs',
      'app://companion/#page=tools&profile=real',
    ]);
  });

  it('is loaded again after a crash, at most every ten seconds, and at once when it is asked for', () => {
    const { window, made, calls, clock } = setUpWindow();
    window.show();
    const crash = (reason: string) => made[0].webContents.emit('render-process-gone', {}, { reason });
    const reloads = () => calls.filter((one) => one === 'reload').length;
    crash('crashed');
    crash('crashed');
    expect(reloads()).toBe(1);
    clock.advance(9_999);
    expect(reloads()).toBe(1);
    clock.advance(1);
    expect(reloads()).toBe(2);
    crash('oom');
    window.show();
    expect(calls.slice(-3)).toEqual(['app://companion/', 'show', 'focus']);
    clock.advance(60_000);
    expect(reloads()).toBe(2);
    crash('clean-exit');
    expect(reloads()).toBe(2);
    window.show();
    expect(calls.slice(-3)).toEqual(['app://companion/', 'show', 'focus']);
  });

  it('is loaded again when it is asked for after it could not be, but not because another page came first', async () => {
    const { window, calls, loading } = setUpWindow();
    const loads = () => calls.filter((one) => one === 'app://companion/').length;
    loading.error = Object.assign(new Error('ERR_FAILED (-2)'), { code: 'ERR_FAILED' });
    window.show();
    await Promise.resolve();
    loading.error = Object.assign(new Error('ERR_ABORTED (-3)'), { code: 'ERR_ABORTED' });
    window.show();
    await Promise.resolve();
    window.show();
    expect(loads()).toBe(2);
  });

  it('leaves a full screen before it goes to the tray, which macOS would leave black', () => {
    const { window, made, calls } = setUpWindow();
    window.show();
    made[0].full = true;
    made[0].emit('close', { preventDefault() {} });
    expect([made[0].full, calls.slice(-2)]).toEqual([false, ['hide', 'hidden']]);
  });

  it('does not come back while the app quits, also not by a crash', () => {
    const { window, made, calls, clock } = setUpWindow();
    window.show();
    made[0].webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    made[0].webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    window.quit();
    window.show();
    window.callAttention();
    clock.advance(60_000);
    expect([made.length, calls.at(-1)]).toEqual([1, 'destroy']);
  });

  it('calls for attention without taking the focus', () => {
    const { window, calls } = setUpWindow();
    window.callAttention('answer');
    expect(calls[0]).toBe('app://companion/#page=answer');
    expect(calls).toContain('showInactive');
    expect(calls).not.toContain('focus');
  });
});

describe('the look of a window before its page has painted', () => {
  it('is the surface of the page in the theme that was chosen', () => {
    const tokens = readFileSync(
      path.resolve(import.meta.dirname, '../../../renderer/styles/tokens.css'),
      'utf8',
    );
    const [, light, dark] = /--surface: light-dark\((#\w+), (#\w+)\)/.exec(tokens) ?? [];
    expect([surfaceOf('light', true), surfaceOf('system', false)]).toEqual([light, light]);
    expect([surfaceOf('dark', false), surfaceOf('system', true)]).toEqual([dark, dark]);
  });

  it('goes to title bars and dialogs too, set only when it changes', () => {
    const set: string[] = [];
    const nativeTheme = {
      get themeSource() {
        return (set.at(-1) ?? 'system') as 'system' | 'light' | 'dark';
      },
      set themeSource(value) {
        set.push(value);
      },
    };
    for (const theme of ['system', 'dark', 'dark', 'system'] as const) wearTheme(nativeTheme, theme);
    expect(set).toEqual(['dark', 'system']);
  });
});

describe('the end of the session on Windows', () => {
  it('is heard by a window of its own, also where the app started hidden, and is never held up', () => {
    const ears: any[] = [];
    const BaseWindow: any = class extends EventEmitter {
      gone = false;
      readonly options: object;
      constructor(options: object) {
        super();
        this.options = options;
        ears.push(this);
      }
      destroy() {
        this.gone = true;
      }
    };
    let ends = 0;
    hearSessionEnd({ BaseWindow }, 'linux', () => (ends += 1))();
    expect(ears).toEqual([]);
    const dispose = hearSessionEnd({ BaseWindow }, 'win32', () => (ends += 1));
    expect(ears[0].options).toMatchObject({ show: false, skipTaskbar: true });
    let prevented = 0;
    ears[0].emit('query-session-end', { preventDefault: () => (prevented += 1) });
    expect([ends, prevented]).toEqual([1, 0]);
    dispose();
    expect(ears[0].gone).toBe(true);
  });
});
