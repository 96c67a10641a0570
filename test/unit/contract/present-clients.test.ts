import { describe, expect, it } from 'vitest';
import type { ClientCheck } from '../../../electron/contract/clients.ts';
import { NO_NOTICES, nextNotices } from '../../../electron/contract/notice-steps.ts';
import { standingNotices } from '../../../electron/contract/notices.ts';
import { presentCheck, quitWords } from '../../../electron/contract/present-clients.ts';
import { appState } from '../../helpers/fake-app.ts';

const check = (more: Partial<ClientCheck>): ClientCheck => ({
  id: 'claude-desktop|/f|demo',
  client: 'claude-desktop',
  label: 'Claude Desktop',
  path: '/f',
  profile: 'demo',
  key: 'demo',
  state: 'ok',
  cause: null,
  since: 0,
  checkedAt: 0,
  attempts: 0,
  ...more,
});
const withCheck = (more: Partial<ClientCheck>) => {
  const one = check(more);
  return { ...appState(), clientChecks: { [one.id]: one } };
};

describe('words for an entry under watch', () => {
  it('say how to quit in the words of the platform', () => {
    expect(quitWords('darwin')).toContain('menu bar (Cmd-Q)');
    expect(quitWords('win32')).toContain('in the tray, at the clock');
    expect(quitWords('linux')).toContain('tray icon (or Ctrl-Q)');
    const { detail } = presentCheck(check({ state: 'waiting-quit' }), 'win32');
    expect(detail).toContain('at the clock');
  });

  it('name the cause, and are silent while all is well', () => {
    expect(presentCheck(check({}), 'linux')).toEqual({ tone: 'live', label: 'Set up', detail: '' });
    const gone = presentCheck(check({ state: 'missing', cause: 'reset' }), 'linux');
    expect(gone).toMatchObject({ tone: 'danger', label: 'Entry gone' });
    expect(gone.detail).toBe(
      '“demo” is missing from Claude Desktop: the file was written afresh, without any server.',
    );
  });
});

describe('what a person is told of it', () => {
  it('is one notice with the way to the repair, as long as it holds, and told once', () => {
    const lost = withCheck({ state: 'armed', cause: 'written-over' });
    const [notice, ...rest] = standingNotices(lost, 0);
    expect(rest).toEqual([]);
    expect(notice).toMatchObject({
      kind: 'clients',
      severity: 'attention',
      action: { label: 'Repair', page: 'clients', profile: 'demo' },
    });
    const begun = nextNotices(NO_NOTICES, withCheck({}), 0).memory;
    const first = nextNotices(begun, lost, 1_000);
    const told = first.raised.length === 1 ? first : nextNotices(first.memory, lost, 60_000);
    expect(told.raised.map((each) => each.key)).toEqual(['client/claude-desktop|/f|demo']);
    expect(nextNotices(told.memory, lost, 120_000).raised).toEqual([]);
    expect(nextNotices(told.memory, withCheck({ state: 'waiting-start' }), 130_000).cleared).toHaveLength(1);
  });

  it('a changed entry is a matter of security; waiting and unreadable are none', () => {
    expect(standingNotices(withCheck({ state: 'changed' }), 0)[0]).toMatchObject({
      kind: 'security',
      severity: 'danger',
    });
    for (const state of ['ok', 'waiting-quit', 'waiting-start', 'unreadable'] as const)
      expect(standingNotices(withCheck({ state }), 0)).toEqual([]);
  });
});
