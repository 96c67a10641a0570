import { ipcRenderer } from 'electron';
import { APP_ORIGIN, PORT_CHANNEL } from './shell/channel.ts';

/** What of the page's window is used; there are no DOM types on this side. */
interface PageWindow {
  readonly location: { readonly protocol: string; readonly host: string };
  addEventListener(type: 'load', listener: () => void, options: { once: true }): void;
  postMessage(message: unknown, targetOrigin: string, transfer: unknown[]): void;
}

// Nothing is exposed to the page but one message port, handed over once it has loaded; never ipcRenderer itself.
const page = globalThis as unknown as PageWindow;

// a page without its sandbox gets nothing
if (process.sandboxed && `${page.location.protocol}//${page.location.host}` === APP_ORIGIN) {
  ipcRenderer.once(PORT_CHANNEL, (event) => {
    page.postMessage({ type: PORT_CHANNEL }, APP_ORIGIN, [...event.ports]);
  });
  page.addEventListener('load', () => ipcRenderer.send(PORT_CHANNEL), { once: true });
}
