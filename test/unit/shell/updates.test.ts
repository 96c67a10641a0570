import { describe, expect, it } from 'vitest';
import { aboutDialog } from '../../../electron/shell/about.ts';
import { appMenu } from '../../../electron/shell/app-menu.ts';
import { updateMustWait, updatePlan } from '../../../electron/shell/update-rules.ts';
import { Updates } from '../../../electron/shell/updates.ts';
import { appState, profileState } from '../../helpers/fake-app.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { consentRequest } from './consent-request.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const github = 'owner: ada\nrepo: companion\nprovider: github\npublisherName:\n  - Ada Ltd\n';
const signed = { packaged: true, platform: 'win32', hasUpdater: true, feed: github };

describe('whether a build updates itself', () => {
  it('does where it is signed and its feed is safe', () => {
    expect(updatePlan(signed)).toEqual({ updates: true });
    const generic = 'provider: generic\nurl: https://updates.example/\npublisherName: Ada Ltd\n';
    expect(updatePlan({ ...signed, feed: generic })).toEqual({ updates: true });
    expect(updatePlan({ ...signed, platform: 'darwin', feed: github.split('publisherName')[0] })).toEqual({
      updates: true,
    });
  });

  it.each([
    ['a checkout', { packaged: false }],
    ['an unsigned build, which has no updater', { hasUpdater: false }],
    ['a build without a feed', { feed: undefined }],
    ['a feed without a publisher on Windows', { feed: 'provider: github\nowner: a\nrepo: b\n' }],
    ['an empty publisher on Windows', { feed: 'provider: github\npublisherName:\n' }],
    ['a feed over http', { feed: 'provider: generic\nurl: http://updates.example/\npublisherName: A\n' }],
    ['another host in place of GitHub', { feed: `${github}host: evil.example\n` }],
    ['a feed of another kind', { feed: 'provider: s3\nbucket: x\npublisherName: A\n' }],
  ])('not %s', (_what, more) => {
    const plan = updatePlan({ ...signed, ...more });
    expect(plan.updates).toBe(false);
    expect('why' in plan && plan.why.length).toBeGreaterThan(20);
  });
});

describe('installing an update', () => {
  const idle = () => appState([profileState('real', { state: 'off' })]);
  it('waits for a question, a call under way, and a call that changes something', () => {
    expect(updateMustWait(idle())).toBeUndefined();
    expect(updateMustWait(appState([], [consentRequest()]))).toContain('answer');
    const calling = idle();
    calling.clients = { c: { inFlight: 1 } as never };
    expect(updateMustWait(calling)).toContain('under way');
    const open = idle();
    const call = { id: 'u', tool: 't', client: 'c', at: 0, detail: '' };
    open.profiles['real'].guard.unresolved = [{ ...call, endedAt: null }];
    expect(updateMustWait(open)).toContain('has not ended');
    open.profiles['real'].guard.unresolved = [{ ...call, endedAt: 5 }];
    expect(updateMustWait(open)).toBeUndefined();
  });

  it('is looked for now and then, survives being offline, and happens by a click alone', async () => {
    const clock = new ManualClock();
    let answers: (string | undefined | Error)[] = [new Error('offline'), undefined, '0.2.0', '0.2.0'];
    let installed = 0;
    let changes = 0;
    const updater = {
      fetchNewer: async () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      install: () => void (installed += 1),
    };
    const updates = new Updates(
      () => Promise.resolve(updater),
      clock,
      log,
      () => (changes += 1),
    );
    updates.install();
    for (const ms of [60_000, 6 * 3_600_000, 6 * 3_600_000, 6 * 3_600_000]) {
      clock.advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([updates.ready, changes, installed]).toEqual(['0.2.0', 1, 0]);
    updates.install();
    expect(installed).toBe(1);
    updates.dispose();
    answers = ['0.3.0'];
    clock.advance(24 * 3_600_000);
    expect(answers).toEqual(['0.3.0']);
  });
});

describe('about', () => {
  it('says versions, where things are, and that an unsigned build does not update itself', () => {
    const { app } = appState();
    const plan = updatePlan({ ...signed, hasUpdater: false });
    const text = aboutDialog(app, {
      versions: { electron: '45.4.1', chrome: '150', node: '24.1' },
      arch: 'x64',
      updates: 'why' in plan ? plan.why : '',
    });
    expect(text.message).toBe('Catalyst Companion 0.1.0');
    for (const part of ['Electron 45.4.1', app.home, app.secrets.note, 'not signed'])
      expect(text.detail).toContain(part);
  });
});

describe('the menu of the app', () => {
  it('is there on macOS, which takes the keys for copy and paste from it, and nowhere else', () => {
    expect(appMenu('darwin')?.map(({ role, label }) => role ?? label)).toEqual([
      'appMenu',
      'editMenu',
      'View',
      'windowMenu',
    ]);
    expect([appMenu('win32'), appMenu('linux')]).toEqual([null, null]);
  });
});
