import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../electron/contract/profile.ts';
import { Store } from '../../../electron/core/store.ts';
import { TransferDesk } from '../../../electron/core/desks/transfer-desk.ts';
import { appState, profileState } from '../../helpers/fake-app.ts';

function profile(name: string, change: Partial<Profile> = {}) {
  const state = profileState(name, { state: 'off' });
  return { ...state, profile: { ...state.profile, ...change } };
}

function desk(...profiles: ReturnType<typeof profile>[]) {
  const store = new Store(appState(profiles));
  const added: Omit<Profile, 'wanted'>[] = [];
  return {
    store,
    added,
    desk: new TransferDesk({
      store,
      settings: {
        change: (change) => {
          store.set(['settings'], { ...store.state.settings, ...change });
          return Promise.resolve(store.state.settings);
        },
      },
      addProfile: (given) => {
        added.push(given);
        return Promise.resolve({ ...given, wanted: false });
      },
      now: () => '2026-11-21T12:00:00.000Z',
    }),
  };
}

const ssh = {
  kind: 'ssh' as const,
  host: 'droplet.example',
  port: 22,
  user: 'root',
  auth: [{ kind: 'key' as const, file: '/home/you/.ssh/id' }],
  jump: [],
  knownHosts: ['/tmp/of-a-stranger'],
};
const full = profile('mine', {
  links: [ssh, { kind: 'https', url: 'https://ann:s3cret@trading.example/mcp' }],
  mcpUrl: 'http://ann:s3cret@127.0.0.1:5000/mcp',
});

describe('export and import', () => {
  it('carries profiles and settings, but no password, trust, or wish to be connected', async () => {
    const from = desk(full, profile('demo', { environment: 'demo' }));
    from.store.set(['settings', 'theme'], 'dark');
    const text = from.desk.exportText();
    expect(text).not.toMatch(/s3cret|of-a-stranger|wanted|"demo"/);

    const to = desk();
    const plan = to.desk.preview(text);
    expect(plan.profiles).toEqual([
      { name: 'mine', change: 'add', text: 'LIVE, SSH root@droplet.example, then HTTPS trading.example' },
    ]);
    expect(plan.settings).toEqual([{ name: 'theme', from: 'system', to: 'dark' }]);
    await to.desk.import({ text, token: plan.token, profiles: ['mine'], settings: true });
    expect(to.added.map(({ name }) => name)).toEqual(['mine']);
    expect(to.store.state.settings.theme).toBe('dark');
  });

  it('takes no trust from a file that somebody wrote by hand', async () => {
    const file = JSON.parse(desk(full).desk.exportText());
    file.profiles[0].links[0].knownHosts = ['/tmp/of-a-stranger'];
    const to = desk();
    const text = JSON.stringify(file);
    await to.desk.import({ text, token: to.desk.preview(text).token, profiles: ['mine'], settings: false });
    expect(JSON.stringify(to.added)).not.toContain('of-a-stranger');
  });

  it('overwrites no profile, and adds only what was chosen', async () => {
    const text = desk(full, profile('other')).desk.exportText();
    const to = desk(profile('mine'));
    const plan = to.desk.preview(text);
    expect(plan.profiles.map(({ name, change }) => [name, change])).toEqual([
      ['mine', 'kept'],
      ['other', 'add'],
    ]);
    expect(await to.desk.import({ text, token: plan.token, profiles: ['mine'], settings: false })).toEqual({
      added: [],
      settings: false,
    });
    expect(to.added).toEqual([]);
  });

  it('refuses what was not shown: another file, or another state', async () => {
    const text = desk(full).desk.exportText();
    const to = desk();
    const { token } = to.desk.preview(text);
    const input = { text, token, profiles: ['mine'], settings: true };
    await expect(to.desk.import({ ...input, text: `${text} ` })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    to.store.set(['settings', 'money'], 'blue-orange');
    await expect(to.desk.import(input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(to.added).toEqual([]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['something else', '{"a":1}'],
    ['a key that is not ours', JSON.stringify({ ...JSON.parse(desk(full).desk.exportText()), secrets: {} })],
    ['a later version', JSON.stringify({ ...JSON.parse(desk(full).desk.exportText()), version: 2 })],
  ])('refuses %s', (_what, text) => {
    expect(() => desk().desk.preview(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
