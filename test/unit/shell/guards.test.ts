import { APP_ORIGIN } from '../../../electron/shell/channel.ts';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  isAppUrl,
  isTrustedSender,
  mayNavigate,
  openableUrl,
  refusedSwitches,
  secondStart,
} from '../../../electron/shell/guard-rules.ts';
import { denyContents, denyNetwork, denySession, installGuards } from '../../../electron/shell/guards.ts';
import { webPreferences, windowOptions } from '../../../electron/shell/window-options.ts';

const look = { preload: '/p', packaged: true, icon: '/i', background: '#f6f7f8' };

const log = { debug() {}, info() {}, warn() {}, error() {} };
const none = () => false;

describe('switches at start', () => {
  it.each([
    '--remote-debugging-port=9222',
    '--remote-debugging-pipe',
    '--inspect',
    '--inspect-brk=0.0.0.0:1',
    '--js-flags=--expose-gc',
    '--load-extension=/tmp/x',
    '--disable-web-security',
    '--no-sandbox',
    '--proxy-server=evil:1',
    '--host-rules=MAP * evil',
    '--host-resolver-rules=MAP * evil',
    '--ignore-certificate-errors',
    '--user-data-dir=/tmp/x',
    '--use-mock-keychain',
    '--disable-seccomp-filter-sandbox',
    '--enable-logging',
    '-no-sandbox',
    '--No-Sandbox',
  ])('refuses %s', (argument) => {
    expect(refusedSwitches(['--hidden', argument], none, 'linux')).toHaveLength(1);
  });

  it('sees what Chromium read and the slash of Windows', () => {
    expect(refusedSwitches([], (name) => name === 'no-sandbox', 'linux')).toEqual(['no-sandbox']);
    expect(refusedSwitches(['/no-sandbox'], none, 'win32')).toEqual(['no-sandbox']);
    expect(refusedSwitches(['/no-sandbox'], none, 'linux')).toEqual([]);
  });

  it('lets itself be driven only where the inspector is open, which a shipped pack never has', () => {
    const playwright = ['--inspect=0', '--remote-debugging-port=0'];
    expect(refusedSwitches(playwright, none, 'linux', true)).toEqual([]);
    expect(refusedSwitches(playwright, none, 'linux', false)).toHaveLength(2);
    expect(refusedSwitches(['--inspect-brk', '--no-sandbox'], none, 'linux', true)).toHaveLength(2);
  });

  it('lets our own through', () => {
    expect(refusedSwitches(['.', '--hidden', '--demo', '--show', 'inspect'], none, 'linux')).toEqual([]);
  });
});

describe('where a page may go', () => {
  it.each([
    'https://example.com/',
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'app://other/',
    'app://companion.evil/',
    'app://user@companion/',
    'javascript:alert(1)',
    'data:text/html,x',
    'about:blank',
    'not a url',
  ])('not to %s', (url) => {
    expect(isAppUrl(url)).toBe(false);
    expect(mayNavigate(url, true)).toBe(false);
  });

  it('only to itself, and only in the main frame', () => {
    expect(mayNavigate('app://companion/#/logs', true)).toBe(true);
    expect(mayNavigate('app://companion/index.html', true)).toBe(true);
    expect(mayNavigate('app://companion/assets/x.js', true)).toBe(false);
    expect(mayNavigate('app://companion/', false)).toBe(false);
  });

  it('opens listed hosts outside and nothing else', () => {
    expect(openableUrl('https://claude.ai/download?x=$(id)')).toBe('https://claude.ai/download?x=$(id)');
    for (const url of [
      'http://claude.ai/',
      'https://claude.ai.evil.example/',
      'https://user:pw@claude.ai/',
      'https://claude.ai:444/',
      'https://xn--clude-3ve.ai/',
      'file:///C:/Windows/System32/calc.exe',
      'ms-msdt:/id',
      `https://claude.ai/${'x'.repeat(2048)}`,
      '',
    ])
      expect(openableUrl(url)).toBeUndefined();
  });
});

describe('who may ask for the port', () => {
  const mainFrame = { url: 'app://companion/#/' };
  const window = { mainFrame, id: 7 };
  it('our page in the main frame of our window', () => {
    expect(isTrustedSender({ frame: mainFrame, senderId: 7 }, [window])).toBe(true);
  });
  it.each([
    ['another window', { frame: mainFrame, senderId: 8 }, [window]],
    ['a frame inside', { frame: { url: mainFrame.url }, senderId: 7 }, [window]],
    ['a frame that is gone', { frame: null, senderId: 7 }, [window]],
    ['no window', { frame: mainFrame, senderId: 7 }, []],
  ])('not %s', (_who, sender, trusted) => {
    expect(isTrustedSender(sender, trusted)).toBe(false);
  });
  it('not another page in our window', () => {
    const frame = { url: 'https://evil.example/' };
    expect(isTrustedSender({ frame, senderId: 7 }, [{ mainFrame: frame, id: 7 }])).toBe(false);
  });
});

describe('a second start', () => {
  it('shows the window, or nothing when the system starts it hidden, and takes nothing else from its arguments', () => {
    expect(secondStart(['app', '--show'])).toBe('show');
    expect(secondStart(['app', '--user-data-dir=/x', 'catalyst://stop'])).toBe('show');
    expect(secondStart(['app', '--hidden'])).toBe('nothing');
  });
});

describe('the window', () => {
  it('has exactly the preferences of the checklist, frozen', () => {
    const preferences = webPreferences('/app/preload.cjs', true);
    expect(preferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      spellcheck: false,
      devTools: false,
      preload: '/app/preload.cjs',
    });
    expect(Object.isFrozen(preferences)).toBe(true);
    expect(windowOptions({ ...look, packaged: false }).webPreferences?.devTools).toBe(true);
    expect(windowOptions({ ...look, packaged: false }).show).toBe(false);
  });
});

/** Answers of the handlers a session was given. */
function fakeSession(): any {
  const session: any = new EventEmitter();
  const handlers: Record<string, any> = {};
  for (const name of [
    'setPermissionRequestHandler',
    'setPermissionCheckHandler',
    'setDevicePermissionHandler',
    'setDisplayMediaRequestHandler',
    'setBluetoothPairingHandler',
    'setUSBProtectedClassesHandler',
    'setSpellCheckerEnabled',
  ])
    session[name] = (handler: unknown) => (handlers[name] = handler);
  return { session, handlers };
}

const preventable = (more: object = {}) => {
  const event = { prevented: false, preventDefault: () => (event.prevented = true), ...more };
  return event;
};

describe('every session', () => {
  it('grants nothing and downloads nothing', () => {
    const { session, handlers } = fakeSession();
    denySession(session);
    const said: unknown[] = [];
    const say = (answer: unknown) => said.push(answer);
    const main = { isMainFrame: true, requestingUrl: `${APP_ORIGIN}/#/logs` };
    handlers.setPermissionRequestHandler({}, 'media', say, main);
    handlers.setDisplayMediaRequestHandler({}, say);
    handlers.setBluetoothPairingHandler({}, say);
    expect(said).toEqual([false, null, { confirmed: false }]);
    expect(handlers.setPermissionCheckHandler({}, 'notifications', `${APP_ORIGIN}/`, main)).toBe(false);
    expect(handlers.setDevicePermissionHandler({})).toBe(false);
    expect(handlers.setUSBProtectedClassesHandler({ protectedClasses: ['hid'] })).toEqual(['hid']);
    expect(handlers.setSpellCheckerEnabled).toBe(false);
    const download = preventable();
    session.emit('will-download', download);
    expect(download.prevented).toBe(true);
    for (const url of [
      'https://claude.ai/x.csv',
      'blob:https://claude.ai/1',
      'app://companion/x',
      'data:,x',
    ]) {
      const foreign = preventable();
      session.emit('will-download', foreign, { getURL: () => url });
      expect([url, foreign.prevented]).toEqual([url, true]);
    }
    const own = preventable();
    session.emit('will-download', own, { getURL: () => `blob:${APP_ORIGIN}/c1a2` });
    expect(own.prevented).toBe(false);
  });
});

describe('copying', () => {
  it('is let through for our own page alone, and reading the clipboard for nobody', () => {
    const { session, handlers } = fakeSession();
    denySession(session);
    const asked = (permission: string, requestingUrl: string, isMainFrame = true) => {
      const said: boolean[] = [];
      handlers.setPermissionRequestHandler({}, permission, (ok: boolean) => said.push(ok), {
        isMainFrame,
        requestingUrl,
      });
      const checked = handlers.setPermissionCheckHandler({}, permission, requestingUrl, { isMainFrame });
      expect(said).toEqual([checked]);
      return checked as boolean;
    };
    expect(asked('clipboard-sanitized-write', 'app://companion/')).toBe(true);
    expect(asked('clipboard-sanitized-write', 'app://companion/', false)).toBe(false);
    expect(asked('clipboard-sanitized-write', 'https://example.com/')).toBe(false);
    expect(asked('clipboard-sanitized-write', '')).toBe(false);
    expect(asked('clipboard-read', 'app://companion/')).toBe(false);
  });
});

describe('what a page may request', () => {
  it('is its own files and what it made itself', () => {
    let ask: any;
    denyNetwork({ webRequest: { onBeforeRequest: (handler: any) => (ask = handler) } } as any);
    const cancelled = (url: string) => {
      let said: any;
      ask({ url }, (answer: unknown) => (said = answer));
      return said.cancel as boolean;
    };
    for (const url of ['app://companion/assets/a.js', `blob:${APP_ORIGIN}/1`, 'data:image/png;base64,'])
      expect([url, cancelled(url)]).toEqual([url, false]);
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1:5000/mcp',
      'ws://127.0.0.1/',
      'file:///etc/passwd',
      'app://other/',
      'blob:https://example.com/1',
    ])
      expect([url, cancelled(url)]).toEqual([url, true]);
  });
});

describe('every page', () => {
  const opened: string[] = [];
  function fakeContents(): any {
    const contents: any = new EventEmitter();
    contents.setWindowOpenHandler = (handler: any) => (contents.open = handler);
    denyContents(contents, log, (url) => opened.push(url));
    return contents;
  }

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('is stopped at %s', (name) => {
    const event = preventable({ url: 'https://example.com/', isMainFrame: true });
    fakeContents().emit(name, event);
    expect(event.prevented).toBe(true);
  });

  it('may reload itself', () => {
    const event = preventable({ url: 'app://companion/', isMainFrame: true });
    fakeContents().emit('will-navigate', event);
    expect(event.prevented).toBe(false);
  });

  it.each(['will-attach-webview', 'login', 'select-client-certificate'])('is refused %s', (name) => {
    const event = preventable();
    fakeContents().emit(name, event, {}, {}, () => {});
    expect(event.prevented).toBe(true);
  });

  it('is told at once that nobody signs in: a prevented sign-in waits for its answer', () => {
    const answers: unknown[][] = [];
    fakeContents().emit('login', preventable(), {}, {}, (...given: unknown[]) => answers.push(given));
    expect(answers).toEqual([[]]);
  });

  it('trusts no certificate error', () => {
    const event = preventable();
    const said: boolean[] = [];
    fakeContents().emit('certificate-error', event, 'https://x', 'e', {}, (ok: boolean) => said.push(ok));
    expect([event.prevented, said]).toEqual([true, [false]]);
  });

  it('opens no window, and only listed pages outside', () => {
    const contents = fakeContents();
    expect(contents.open({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
    expect(contents.open({ url: 'https://claude.ai/download' })).toEqual({ action: 'deny' });
    expect(opened).toEqual(['https://claude.ai/download']);
  });

  it('is guarded from its creation on, in a sandboxed app', () => {
    const app: any = new EventEmitter();
    let sandboxed = false;
    app.enableSandbox = () => (sandboxed = true);
    installGuards(app, log, () => {});
    const contents: any = new EventEmitter();
    contents.setWindowOpenHandler = (handler: any) => (contents.open = handler);
    app.emit('web-contents-created', {}, contents);
    expect(sandboxed).toBe(true);
    expect(contents.open({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
    const { session, handlers } = fakeSession();
    app.emit('session-created', session);
    expect(handlers.setPermissionCheckHandler(null, 'media', '', { isMainFrame: true })).toBe(false);
  });
});
