import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { NativeNotice } from '../../../electron/shell/notifier.ts';
import { IN_THE_TRAY, nativeOptions, Notifier, PAUSE_MS } from '../../../electron/shell/notifier.ts';
import { FakeClock } from '../guard/fake-clock.ts';

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
  const clock = new FakeClock();
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
    clock,
    log: { debug() {}, info() {}, warn: (message) => logged.push(message), error() {} },
    perform: (action) => done.push(action),
  });
  return { notifier, made, done, logged, clock };
}

describe('a notification of the system', () => {
  it('says what it is about, loudly only where it is urgent', () => {
    expect(nativeOptions(notice(), '/i')).toMatchObject({
      id: 'link-real',
      silent: true,
      urgency: 'normal',
      actions: [{ type: 'button', text: 'Try again now' }],
    });
    expect(nativeOptions(notice({ urgent: true }), '/i')).toMatchObject({
      silent: false,
      urgency: 'critical',
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

  it('is held back for an hour where the user asked for it, unless it is urgent', () => {
    const { notifier, made, clock } = setUp();
    notifier.pause(true);
    notifier.show(notice());
    expect(made).toHaveLength(0);
    notifier.show(notice({ urgent: true }));
    expect(made).toHaveLength(1);
    clock.pass(PAUSE_MS);
    expect(notifier.pausedUntil).toBeNull();
    notifier.show(notice());
    expect(made).toHaveLength(2);
    notifier.pause(true);
    notifier.pause(false);
    expect(notifier.pausedUntil).toBeNull();
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
