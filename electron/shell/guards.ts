import type { App, Session, WebContents } from 'electron';
import type { Log } from '../core/ports.ts';
import { mayLoad, maySave, mayNavigate, mayUse, openableUrl } from './guard-rules.ts';

const prevent = (event: { preventDefault(): void }) => event.preventDefault();

/** Everything a session could be asked for is refused, but a text to copy and a file that our own page made: Electron grants all by default. */
export function denySession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { isMainFrame, requestingUrl }) =>
    callback(isMainFrame && mayUse(permission, requestingUrl)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin, { isMainFrame }) => isMainFrame && mayUse(permission, origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses);
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event, item?: { getURL(): string }) => {
    if (item === undefined || !maySave(item.getURL())) event.preventDefault();
  });
}

/**
 * Every request of a page but those for its own files is cancelled, whatever the policy of the page says. For the
 * session of our windows alone: an updater has a session of its own.
 */
export function denyNetwork(session: Session): void {
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !mayLoad(url) }));
}

/**
 * No navigation but to our own page, no windows, no embedded pages. A link to a page of a listed host goes to the
 * system's browser instead.
 */
export function denyContents(contents: WebContents, log: Log, openOutside: (url: string) => void): void {
  contents.setWindowOpenHandler(({ url }) => {
    const outside = openableUrl(url);
    if (outside !== undefined) openOutside(outside);
    return { action: 'deny' };
  });
  contents.on('will-navigate', (event) => {
    if (mayNavigate(event.url, event.isMainFrame)) return;
    event.preventDefault();
    log.warn('a navigation was refused');
  });
  contents.on('will-frame-navigate', (event) => {
    if (!mayNavigate(event.url, event.isMainFrame)) event.preventDefault();
  });
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', prevent);
  contents.on('login', (event, _details, _auth, callback) => {
    event.preventDefault();
    // without a name the sign-in is called off; without an answer its request would wait for ever
    callback();
  });
  contents.on('select-client-certificate', prevent);
  contents.on('certificate-error', (event, _url, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
}

/** All denials of the desktop shell. To be called before the app is ready, so that no window escapes them. */
export function installGuards(app: App, log: Log, openOutside: (url: string) => void): void {
  app.enableSandbox();
  app.on('session-created', denySession);
  app.on('web-contents-created', (_event, contents) => denyContents(contents, log, openOutside));
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (reason !== 'clean-exit') log.error('a process of the app is gone', { type, reason });
  });
}
