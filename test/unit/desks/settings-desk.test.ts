import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES, Preferences } from '../../../electron/contract/settings.ts';
import { SettingsDesk } from '../../../electron/core/desks/settings-desk.ts';
import { SettingsStore } from '../../../electron/core/settings.ts';
import { Store } from '../../../electron/core/store.ts';
import { appState } from '../../helpers/fake-app.ts';

describe('preferences', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), 'settings-desk-'));
  });
  afterEach(() => fs.rm(dir, { recursive: true }));

  async function desk() {
    const settings = new SettingsStore(path.join(dir, 'settings.json'));
    await settings.load();
    const store = new Store(appState());
    const levels: string[] = [];
    return {
      desk: new SettingsDesk({ settings, store, setLogLevel: (level) => levels.push(level) }),
      store,
      settings,
      levels,
    };
  }

  it('are kept over a restart and followed by the state', async () => {
    const first = await desk();
    await first.desk.change({ theme: 'dark', logLevel: 'debug' });
    expect(first.store.state.settings).toMatchObject({ theme: 'dark', money: 'green-red' });
    expect(first.levels.at(-1)).toBe('debug');
    const again = await desk();
    expect(again.store.state.settings).toMatchObject({ theme: 'dark', logLevel: 'debug' });
  });

  it('lose nothing when several are changed at once', async () => {
    const { desk: one, settings } = await desk();
    await Promise.all([
      one.change({ theme: 'dark' }),
      one.change({ money: 'blue-orange' }),
      settings.change({ stopShortcut: 'Control+Alt+S' }),
    ]);
    const kept = JSON.parse(await fs.readFile(path.join(dir, 'settings.json'), 'utf8'));
    expect(kept).toMatchObject({
      stopShortcut: 'Control+Alt+S',
      preferences: { theme: 'dark', money: 'blue-orange' },
    });
  });

  it('have the same defaults in the schema and in the page', () => {
    expect(Preferences.parse({})).toEqual(DEFAULT_PREFERENCES);
  });

  it('read a file from before there were any', async () => {
    await fs.writeFile(path.join(dir, 'settings.json'), '{"version":1}');
    expect((await desk()).store.state.settings.theme).toBe('system');
  });
});
