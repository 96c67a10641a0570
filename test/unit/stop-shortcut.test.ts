import { describe, expect, it } from 'vitest';
import { shortcutTargets, stopShortcut } from '../../electron/core/stop-shortcut.ts';
import { appState, profileState } from '../helpers/fake-app.ts';

describe('the keys of the global stop', () => {
  it.each([
    ['ctrl+alt+end', 'Control+Alt+End'],
    ['Cmd+Shift+s', 'Command+Shift+S'],
    ['CommandOrControl + Alt + F12', 'CommandOrControl+Alt+F12'],
  ])('%s', (given, spelled) => expect(stopShortcut(given)).toBe(spelled));

  it.each([
    '',
    'S',
    'Ctrl+S',
    'Ctrl+Control+S',
    'Shift+Shift+S',
    'Ctrl+Alt',
    'Ctrl+Alt+Nope',
    'Ctrl+Alt+S+T',
  ])('not %s', (given) =>
    expect(() => stopShortcut(given)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' })),
  );

  it('stop every profile but demos, and the demo where there is nothing else', () => {
    const demo = profileState('demo', { state: 'off' }, 'demo');
    const paper = profileState('paper', { state: 'off' }, 'paper');
    const live = profileState('live', { state: 'off' });
    expect(shortcutTargets(appState([demo, paper, live]))).toEqual(['paper', 'live']);
    expect(shortcutTargets(appState([demo]))).toEqual(['demo']);
  });
});
