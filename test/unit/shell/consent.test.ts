import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ConsentEnd } from '../../../electron/contract/bridge.ts';
import { consentStep, consentWindowOptions, deniedByClosing } from '../../../electron/shell/consent-rules.ts';
import { ConsentWindow } from '../../../electron/shell/consent-window.ts';
import { appState, fakeApp } from '../../helpers/fake-app.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { consentRequest } from './consent-request.ts';

const ended = (verdict: ConsentEnd['verdict'], id = 'c1') => ({
  consents: [],
  consentEnds: [{ id, at: 0, verdict }],
});

describe('the window for consent', () => {
  it('is above all others, cannot be put away, and is shut in like the dashboard', () => {
    const options = consentWindowOptions({
      preload: '/preload.cjs',
      packaged: true,
      icon: '/icon.png',
      background: '#0e1013',
    });
    expect(options).toMatchObject({
      alwaysOnTop: true,
      minimizable: false,
      maximizable: false,
      show: false,
      backgroundColor: '#0e1013',
    });
    expect(options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      devTools: false,
    });
  });

  it('asks while something waits, tells of an end that nobody here gave, and goes after an answer', () => {
    expect(consentStep({ consents: [consentRequest()], consentEnds: [] }, undefined)).toBe('ask');
    for (const verdict of ['expired', 'withdrawn', 'stopped'] as const)
      expect(consentStep(ended(verdict), 'c1')).toBe('tell');
    for (const verdict of ['allow', 'deny'] as const) expect(consentStep(ended(verdict), 'c1')).toBe('hide');
    expect(consentStep(ended('expired', 'another'), 'c1')).toBe('hide');
  });

  it('denies by closing what it shows, never what came up behind it', () => {
    const state = { consents: [consentRequest({ id: 'c2', nonce: 'n2' })] };
    expect(deniedByClosing(state, 'c2')).toEqual({ id: 'c2', nonce: 'n2' });
    expect(deniedByClosing(state, 'c1')).toBeUndefined();
  });
});

class WindowDouble extends EventEmitter {
  readonly webContents: any = Object.assign(new EventEmitter(), { id: 9, mainFrame: {} });
  readonly calls: string[] = [];
  fail = false;
  loadURL(url: string) {
    this.calls.push(url);
    return this.fail ? Promise.reject(new Error('ERR_FAILED')) : Promise.resolve();
  }
  showInactive() {
    this.calls.push('show inactive');
  }
  flashFrame() {}
  setVisibleOnAllWorkspaces(on: boolean, options: object) {
    this.calls.push(`everywhere ${on} ${JSON.stringify(options)}`);
  }
  destroy() {
    this.calls.push('destroyed');
    this.emit('closed');
  }
}

function setUp(fail = false, platform = 'linux') {
  const app = fakeApp();
  const clock = new ManualClock();
  const made: WindowDouble[] = [];
  let fallBacks = 0;
  const window = new ConsentWindow({
    app,
    clock,
    makeWindow: () => {
      const one = new WindowDouble();
      one.fail = fail;
      made.push(one);
      return one as any;
    },
    options: () => ({}),
    platform,
    fallBack: () => (fallBacks += 1),
  });
  const show = (consents: ReturnType<typeof consentRequest>[], ends: ConsentEnd[] = []) => {
    app.set({ ...appState([], consents), consentEnds: ends });
    window.refresh();
  };
  return { app, clock, made, window, show, fallBacks: () => fallBacks };
}

describe('asking in the window', () => {
  it('shows it without taking the focus, once for each request, in one window', () => {
    const { made, show } = setUp();
    show([consentRequest()]);
    show([consentRequest(), consentRequest({ id: 'c2' })]);
    show([consentRequest({ id: 'c2' })]);
    expect(made).toHaveLength(1);
    expect(made[0].calls).toEqual(['app://companion/#consent', 'show inactive', 'show inactive']);
  });

  it('stays a moment to say that a request was withdrawn, then goes; a new one keeps it', () => {
    const { made, clock, show } = setUp();
    show([consentRequest()]);
    show([], [{ id: 'c1', at: 0, verdict: 'withdrawn' }]);
    clock.advance(5_999);
    expect(made[0].calls).not.toContain('destroyed');
    show([consentRequest({ id: 'c2' })]);
    clock.advance(10_000);
    expect(made[0].calls).not.toContain('destroyed');
    show([], [{ id: 'c2', at: 0, verdict: 'expired' }]);
    clock.advance(6_000);
    expect(made[0].calls.at(-1)).toBe('destroyed');
  });

  it('goes at once after an answer, wherever it was given', () => {
    const { made, window, show } = setUp();
    show([consentRequest()]);
    show([], [{ id: 'c1', at: 0, verdict: 'allow' }]);
    expect(made[0].calls.at(-1)).toBe('destroyed');
    expect(window.trusted()).toBeUndefined();
  });

  it('denies when it is closed, and survives that core refuses', () => {
    const { app, made, show } = setUp();
    show([consentRequest()]);
    made[0].emit('close', { preventDefault() {} });
    expect(app.done).toEqual(['answer c1 deny']);
    app.act.answerConsent = () => {
      throw new Error('expired');
    };
    made[0].emit('close', { preventDefault() {} });
    expect(app.logged).toEqual(['a consent answer was not taken']);
    expect(made[0].calls.at(-1)).toBe('destroyed');
  });

  it('sends the user to the dashboard when its page cannot be loaded or dies', async () => {
    const failing = setUp(true);
    failing.show([consentRequest()]);
    await expect.poll(() => failing.fallBacks()).toBe(1);
    const dying = setUp();
    dying.show([consentRequest()]);
    dying.made[0].webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(dying.fallBacks()).toBe(1);
  });

  it.each(['render-process-gone', 'unresponsive'])(
    'does not try again after %s: the dashboard has that request',
    (how) => {
      const { made, show, fallBacks } = setUp();
      const die = () => made.at(-1)?.webContents.emit(how, {}, { reason: 'crashed' });
      show([consentRequest()]);
      die();
      // state goes on changing many times a second
      for (let i = 0; i < 5; i++) show([consentRequest()]);
      expect([made.length, fallBacks()]).toEqual([1, 1]);
      show([]);
      show([consentRequest({ id: 'c2' })]);
      expect(made).toHaveLength(2);
      die();
      die();
      expect(fallBacks()).toBe(2);
    },
  );

  it('is on every desktop of macOS, beside a program that fills the screen', () => {
    const { made, show } = setUp(false, 'darwin');
    show([consentRequest()]);
    expect(made[0].calls[0]).toBe(
      'everywhere true {"visibleOnFullScreen":true,"skipTransformProcessType":true}',
    );
    const elsewhere = setUp();
    elsewhere.show([consentRequest()]);
    expect(elsewhere.made[0].calls[0]).toBe('app://companion/#consent');
  });

  it('shows nothing after it was disposed', () => {
    const { made, window, show } = setUp();
    window.dispose();
    show([consentRequest()]);
    expect(made).toEqual([]);
  });
});
