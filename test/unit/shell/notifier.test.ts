import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { NativeNotice } from '../../../electron/shell/notifier.ts';
import { IN_THE_TRAY, nativeOptions, Notifier } from '../../../electron/shell/notifier.ts';
import { nativeNotice, NoticeTeller } from '../../../electron/shell/notice-teller.ts';
import type { LinkState } from '../../../electron/contract/link.ts';
import { appState, profileState } from '../../helpers/fake-app.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { consentRequest } from './consent-request.ts';

const notice = (more: Partial<NativeNotice> = {}): NativeNotice => ({
  id: 'link-real',
  title: 'real: link lost',
  body: 'It is tried again by itself.',
  urgent: false,
  click: { do: 'open' },
  buttons: [{ label: 'Try again now', action: { do: 'retry', profile: 'real' } }],
  ...more,
});

function setUp(supported = true) {
  const made: any[] = [];
  const done: unknown[] = [];
  const logged: string[] = [];
  const notifier = new Notifier({
    supported: () => supported,
    make: (options) => {
      const one: any = Object.assign(new EventEmitter(), { options, shown: 0, closed: 0 });
      one.show = () => (one.shown += 1);
      one.close = () => (one.closed += 1);
      made.push(one);
      return one;
    },
    icon: '/icon.png',
    log: { debug() {}, info() {}, warn: (message) => logged.push(message), error() {} },
    perform: (action) => done.push(action),
  });
  return { notifier, made, done, logged };
}

describe('a notification of the system', () => {
  it('says what it is about, loudly only where it is urgent', () => {
    expect(nativeOptions(notice(), '/i')).toMatchObject({
      id: 'link-real',
      silent: true,
      urgency: 'normal',
      timeoutType: 'default',
      actions: [{ type: 'button', text: 'Try again now' }],
    });
    expect(nativeOptions(notice({ urgent: true }), '/i')).toMatchObject({
      silent: false,
      urgency: 'critical',
      timeoutType: 'never',
    });
  });

  it('does what its click and its buttons say', () => {
    const { notifier, made, done } = setUp();
    notifier.show(notice());
    made[0].emit('action', { actionIndex: 0 });
    made[0].emit('action', { actionIndex: 7 });
    made[0].emit('click');
    expect(done).toEqual([{ do: 'retry', profile: 'real' }, { do: 'open' }]);
  });

  it('takes the place of the earlier one of the same kind', () => {
    const { notifier, made } = setUp();
    notifier.show(notice());
    notifier.show(notice({ body: 'again' }));
    expect(made.map(({ shown, closed }) => [shown, closed])).toEqual([
      [1, 1],
      [1, 0],
    ]);
    notifier.dispose();
    expect(made[1].closed).toBe(1);
  });

  it('fails without harm, and is not tried where the system has none', () => {
    const { notifier, made, logged } = setUp();
    notifier.show(IN_THE_TRAY);
    made[0].emit('failed', {}, 'no daemon');
    expect(logged).toEqual(['a notification could not be shown']);
    const without = setUp(false);
    without.notifier.show(notice({ urgent: true }));
    expect(without.made).toEqual([]);
  });
});

describe('what is told by notifications', () => {
  const lost: LinkState = {
    state: 'reconnecting',
    attempt: 1,
    nextAt: 0,
    lastError: { code: 'LINK_LOST', message: 'The connection was cut.', next: '' },
  };
  function setUpTeller(watched = false) {
    const clock = new ManualClock();
    const shown: NativeNotice[] = [];
    const removed: string[] = [];
    let state = appState();
    const teller = new NoticeTeller({
      state: () => state,
      clock,
      show: (one) => shown.push(one),
      remove: (id) => removed.push(id),
      isWatched: () => watched,
    });
    const set = (next: typeof state) => {
      state = next;
      teller.refresh();
      clock.advance(500);
    };
    set(appState([profileState('real', { state: 'off' })]));
    return { clock, shown, removed, teller, set };
  }

  it('is a lost link that does not come back by itself, once, and taken back when it does', () => {
    const { clock, shown, removed, set } = setUpTeller();
    set(appState([profileState('real', lost)]));
    expect(shown).toEqual([]);
    clock.advance(10_000);
    set(appState([profileState('real', lost)]));
    expect(shown.map(({ title }) => title)).toEqual(['Link lost: real [LIVE]']);
    expect(shown[0].buttons).toEqual([
      { label: 'Try again now', action: { do: 'retry', profile: 'real' } },
      { label: 'Connections', action: { do: 'show', page: 'connections', profile: 'real' } },
    ]);
    set(appState([profileState('real', { state: 'off' })]));
    expect(removed).toEqual(['real/link']);
  });

  it('is not what the dashboard in front of the user tells already, nor what the user does not want', () => {
    const watched = setUpTeller(true);
    watched.set(appState([], [consentRequest()]));
    expect(watched.shown).toEqual([]);
    const off = setUpTeller();
    const quiet = appState([], [consentRequest()]);
    quiet.settings = { ...quiet.settings, notices: { ...quiet.settings.notices, desktop: false } };
    off.set(quiet);
    expect(off.shown).toEqual([]);
    off.teller.dispose();
    expect(off.clock.waiting).toBe(0);
  });

  it('leads a request for consent to its window and answers nothing by a button', () => {
    const { shown, set } = setUpTeller();
    set(appState([], [consentRequest()]));
    expect(shown[0]).toMatchObject({ urgent: true, click: { do: 'answer' } });
    expect(shown[0].buttons).toEqual([{ label: 'Answer', action: { do: 'answer' } }]);
    const stop = { page: 'overview', profile: 'real', label: 'Overview' } as const;
    const notice = {
      key: 'k',
      kind: 'link',
      severity: 'danger',
      title: 't',
      text: '',
      action: stop,
    } as const;
    expect(nativeNotice(notice).buttons.map(({ label }) => label)).toEqual(['Overview']);
  });
});
