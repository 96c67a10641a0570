import type { BrowserWindowConstructorOptions } from 'electron';
import type { AppState } from '../contract/state.ts';
import { APP_ORIGIN } from './channel.ts';
import { webPreferences } from './window-options.ts';
import type { WindowLook } from './window-options.ts';

/** The page of the consent window: the dashboard's page with nothing but the request on it. */
export const CONSENT_URL = `${APP_ORIGIN}/#consent`;
/** How long the window stays to say how a request ended that nobody answered, ms. */
export const LINGER_MS = 6_000;

/**
 * The window that asks. Above every other window, but shown without taking the focus: a key that was typed
 * elsewhere must not land in it. It can be closed, which denies; it cannot be hidden away.
 */
export function consentWindowOptions({
  preload,
  packaged,
  icon,
  background,
}: WindowLook): BrowserWindowConstructorOptions {
  return {
    title: 'Catalyst Companion: your answer is needed',
    width: 600,
    height: 680,
    minWidth: 480,
    minHeight: 420,
    show: false,
    backgroundColor: background,
    center: true,
    alwaysOnTop: true,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    autoHideMenuBar: true,
    icon,
    webPreferences: webPreferences(preload, packaged),
  };
}

/** What the window does now: ask, stay a moment to tell how the request ended, or go. */
export function consentStep(
  state: Pick<AppState, 'consents' | 'consentEnds'>,
  shownId: string | undefined,
): 'ask' | 'tell' | 'hide' {
  if (state.consents.length > 0) return 'ask';
  const end = state.consentEnds.find(({ id }) => id === shownId);
  return end && end.verdict !== 'allow' && end.verdict !== 'deny' ? 'tell' : 'hide';
}

/** What closing the window answers: the request on screen is denied; the next one is asked about. */
export function deniedByClosing(
  { consents }: Pick<AppState, 'consents'>,
  shownId: string | undefined,
): { id: string; nonce: string } | undefined {
  const shown = consents.find(({ id }) => id === shownId);
  return shown && { id: shown.id, nonce: shown.nonce };
}
