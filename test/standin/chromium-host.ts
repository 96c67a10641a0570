import { readFileSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { BrowserContext, Page, Route } from 'playwright-core';
import type { ElectronDouble } from './double.ts';
import type { PageHost, WindowDouble } from './window-double.ts';

/** Chromium shows no page of a scheme it does not know; `file:` is the one that reaches the route, and is no network. */
const BASE = 'file:///companion';
const APP = 'app://companion';

/** What may cross to the page and back: text, or bytes as text. */
type Wire = { text: string } | { bytes: string };
const packed = (data: unknown): Wire =>
  typeof data === 'string' ? { text: data } : { bytes: Buffer.from(data as Uint8Array).toString('base64') };
const unpacked = (wire: Wire): unknown =>
  'text' in wire ? wire.text : new Uint8Array(Buffer.from(wire.bytes, 'base64'));

/**
 * Runs before the page: what Electron puts around a preload. The preload is the built one, and sees the origin that
 * it would have. Serialised into the page, so it refers to nothing outside.
 */
function aroundPreload(preload: string): string {
  return `(() => {
    const heard = {}, ports = new Map();
    const pack = (data) => typeof data === 'string' ? { text: data }
      : { bytes: btoa(Array.from(new Uint8Array(data.buffer ?? data), (b) => String.fromCharCode(b)).join('')) };
    const unpack = (wire) => 'text' in wire ? wire.text : Uint8Array.from(atob(wire.bytes), (c) => c.charCodeAt(0));
    window.__standin = {
      give(channel, id) {
        const { port1, port2 } = new MessageChannel();
        ports.set(id, port1);
        port1.onmessage = ({ data }) => window.__standinData(id, pack(data));
        heard[channel]?.({ ports: [port2] });
      },
      data: (id, wire) => ports.get(id)?.postMessage(unpack(wire)),
      shut: (id) => ports.get(id)?.close(),
    };
    const ipcRenderer = {
      once: (channel, listener) => { heard[channel] = (event) => { delete heard[channel]; listener(event); }; },
      send: (channel) => window.__standinSend(channel),
    };
    const world = {
      location: { protocol: 'app:', host: 'companion' },
      addEventListener: window.addEventListener.bind(window),
      postMessage: (message, _origin, transfer) => window.postMessage(message, '*', transfer),
    };
    ((require, globalThis, process) => { ${preload} })(() => ({ ipcRenderer }), world, { sandboxed: true });
  })()`;
}

/** The windows of the double as pages of a real Chromium, with the app's protocol handler and request filter before them. */
export class ChromiumHost implements PageHost {
  readonly #context: () => Promise<BrowserContext>;
  readonly #double: () => ElectronDouble;
  readonly #preload: string;
  readonly #pages = new Map<WindowDouble, Promise<Page>>();
  /** Of each window: the ports its page holds, by number. */
  readonly #ports = new Map<WindowDouble, Map<number, MessagePort>>();
  /** What pages threw, or were refused by their policy. */
  readonly complaints: string[] = [];
  /** Messages keep their order. */
  #sending = Promise.resolve();
  #next = 1;

  constructor(context: () => Promise<BrowserContext>, double: () => ElectronDouble, preloadFile: string) {
    this.#context = context;
    this.#double = double;
    this.#preload = aroundPreload(readFileSync(preloadFile, 'utf8'));
  }

  async page(window: WindowDouble): Promise<Page> {
    const page = this.#pages.get(window);
    if (!page) throw new Error('The window has no page.');
    return await page;
  }

  async load(window: WindowDouble, url: string): Promise<void> {
    const page = this.#pages.get(window) ?? this.#open(window);
    this.#pages.set(window, page);
    await (await page).goto(url.replace(APP, BASE));
  }

  reload(window: WindowDouble): void {
    const page = this.#pages.get(window);
    void page
      ?.then(async (old) => {
        // a crashed page of Playwright's stays dead: another takes its place
        await old.close();
        this.#pages.delete(window);
        await this.load(window, window.url);
      })
      .catch(() => undefined);
  }

  close(window: WindowDouble): void {
    this.#shutPorts(window);
    void this.#pages
      .get(window)
      ?.then((page) => page.close())
      .catch(() => undefined);
    this.#pages.delete(window);
  }

  async crash(window: WindowDouble): Promise<void> {
    const session = await (await this.#context()).newCDPSession(await this.page(window));
    await session.send('Page.crash').catch(() => undefined);
  }

  give(window: WindowDouble, channel: string, [port]: MessagePort[]): void {
    if (!port) return;
    const id = this.#next++;
    const mine = this.#ports.get(window) ?? new Map<number, MessagePort>();
    this.#ports.set(window, mine.set(id, port));
    this.#send(window, `__standin.give(${JSON.stringify(channel)}, ${id})`);
    port.on('message', (data) =>
      this.#send(window, `__standin.data(${id}, ${JSON.stringify(packed(data))})`),
    );
    port.on('close', () => this.#send(window, `__standin.shut(${id})`));
    port.start();
  }

  #send(window: WindowDouble, script: string): void {
    this.#sending = this.#sending
      .then(async () => {
        await (await this.#pages.get(window))?.evaluate(script);
      })
      // a page that is gone hears nothing, as a closed port does
      .catch(() => undefined);
  }

  #shutPorts(window: WindowDouble): void {
    for (const port of this.#ports.get(window)?.values() ?? []) port.close();
    this.#ports.delete(window);
  }

  async #open(window: WindowDouble): Promise<Page> {
    const context = await this.#context();
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const contents = window.webContents;
    await page.exposeBinding('__standinSend', (_source, channel: string) => {
      this.#double().ipcMain.emit(channel, { senderFrame: contents.mainFrame, sender: { id: contents.id } });
    });
    await page.exposeBinding('__standinData', (_source, id: number, wire: Wire) =>
      this.#ports.get(window)?.get(id)?.postMessage(unpacked(wire)),
    );
    await page.addInitScript({ content: this.#preload });
    await page.route('**/*', (route) => this.#answer(window, route));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('popup', (popup) => {
      contents.openHandler?.({ url: popup.url() } as never);
      void popup.close();
    });
    page.on('crash', () => {
      this.#shutPorts(window);
      contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
    });
    return page;
  }

  async #answer(window: WindowDouble, route: Route): Promise<void> {
    const request = route.request();
    const url = request.url().startsWith(`${BASE}/`) ? request.url().replace(BASE, APP) : request.url();
    const { filter, handler } = this.#double();
    const isMainFrame = request.frame().parentFrame() === null;
    if (request.isNavigationRequest() && url.split('#', 1)[0] !== window.url.split('#', 1)[0]) {
      let prevented = false;
      const event = { url, isMainFrame, preventDefault: () => (prevented = true) };
      window.webContents.emit('will-navigate', event);
      if (prevented) return await route.abort('aborted');
    }
    if (filter?.(url) === false || !url.startsWith(`${APP}/`) || !handler)
      return await route.abort('blockedbyclient');
    const answer = await handler({ method: request.method(), url });
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  }
}
