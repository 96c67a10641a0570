/* oxlint-disable typescript/unbound-method -- methods of Electron are taken off and put back on purpose */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StubClient } from '../fixtures/mcp/stub-client.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const STUB = [process.execPath, path.join(root, 'dist', 'stub.js')];

/** The program of a pack for the tests (npm run package -- --test), below the folder in COMPANION_PACKED. */
function packed(dir: string): string | undefined {
  const inside: Record<string, string> = {
    win32: 'Catalyst Companion.exe',
    darwin: 'Catalyst Companion.app/Contents/MacOS/Catalyst Companion',
  };
  return readdirSync(dir)
    .map((name) => path.join(dir, name, inside[process.platform] ?? 'catalyst-companion'))
    .find((file) => existsSync(file));
}

/** The Electron program of this machine with what it is to run, or why there is none. */
function runtime(): { file: string; args: string[] } | { why: string } {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return { why: 'there is no display; run under xvfb-run' };
  const pack = process.env['COMPANION_PACKED'];
  if (pack !== undefined) {
    const file = packed(path.resolve(root, pack));
    return file ? { file, args: [] } : { why: `nothing is packed in ${pack}: npm run package -- --test` };
  }
  const dir = path.join(root, 'node_modules', 'electron');
  const named = path.join(dir, 'path.txt');
  const usual: Record<string, string> = {
    win32: 'electron.exe',
    darwin: 'Electron.app/Contents/MacOS/Electron',
  };
  const name = existsSync(named)
    ? readFileSync(named, 'utf8').trim()
    : (usual[process.platform] ?? 'electron');
  const file = path.join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(dir, 'dist'), name);
  if (!existsSync(file)) return { why: "Electron's runtime is not in node_modules/electron/dist" };
  if (!existsSync(path.join(root, 'dist', 'main.js')))
    return { why: 'dist/main.js is not built: npm run build' };
  return { file, args: [path.join(root, 'dist', 'main.js')] };
}

interface Recorded {
  tray?: Electron.Tray;
  menu?: Electron.Menu;
  boxes: Electron.MessageBoxOptions[];
}

/** From here on the app's tray, its newest menu and its message boxes are kept where the test reaches them. */
function record(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ Tray, Menu, dialog }) => {
    const kept: Recorded = { boxes: [] };
    (globalThis as unknown as { kept: Recorded }).kept = kept;
    const { setToolTip } = Tray.prototype;
    Tray.prototype.setToolTip = function keep(this: Electron.Tray, text: string) {
      kept.tray = this;
      setToolTip.call(this, text);
    };
    // a menu that is open would wait for a hand
    Tray.prototype.popUpContextMenu = () => undefined;
    const build = Menu.buildFromTemplate;
    Menu.buildFromTemplate = (template) => (kept.menu = build.call(Menu, template));
    dialog.showMessageBox = (...given: unknown[]) => {
      kept.boxes.push(given.at(-1) as never);
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
  });
}

/** Clicks an entry of the tray's menu by its path, in the main process. */
async function choose(app: ElectronApplication, ...labels: string[]): Promise<void> {
  const done = (): Promise<boolean> =>
    app.evaluate((_electron, wanted) => {
      const { kept } = globalThis as unknown as { kept: Recorded };
      if (!kept.tray) return false;
      // on Linux the bar has the menu; elsewhere it is made at the click
      if (process.platform !== 'linux') kept.tray.emit('right-click');
      let menu: Electron.Menu | undefined = kept.menu;
      for (const label of wanted.slice(0, -1))
        menu = menu?.items.find((item) => item.label.startsWith(label))?.submenu;
      const last = menu?.items.find((item) => item.label.startsWith(wanted.at(-1) ?? ''));
      if (!last?.enabled) return false;
      last.click();
      return true;
    }, labels);
  await expect.poll(done).toBe(true);
}

const found = runtime();

describe.skipIf('why' in found)(
  `_electron: the desktop app${'why' in found ? ` (skipped: ${found.why})` : ''}`,
  () => {
    let home: string;
    let app: ElectronApplication;
    let page: Page;

    const launch = (...args: string[]) =>
      _electron.launch({
        executablePath: 'file' in found ? found.file : '',
        args: [...('args' in found ? found.args : []), ...args],
        // a packed app refuses to run without its sandbox
        chromiumSandbox: true,
        env: { ...(process.env as Record<string, string>), CATALYST_COMPANION_HOME: home },
      });

    beforeEach(async () => {
      home = await mkdtemp(path.join(os.tmpdir(), 'companion-e2e-'));
      app = await launch('--demo');
      page = await app.firstWindow();
      await page.waitForLoadState('load');
    });
    afterEach(async () => {
      await app.close().catch(() => undefined);
      await rm(home, { recursive: true, force: true });
    });

    it('shows the demo live in its window', async () => {
      expect(page.url()).toMatch(/^app:\/\/companion\//);
      expect(await page.title()).toContain('Catalyst Companion');
      await page.getByText('Live', { exact: true }).first().waitFor({ timeout: 30_000 });
      await page.getByText('DEMO').first().waitFor();
    });

    it('runs its page in a sandbox, without Node, network or ways out', async () => {
      const preferences = await app.evaluate(({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as
          { getLastWebPreferences?(): Record<string, unknown> } | undefined;
        return contents?.getLastWebPreferences?.();
      });
      if (preferences)
        expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
      const inside = await page.evaluate(async () => {
        const violations: string[] = [];
        document.addEventListener('securitypolicyviolation', (event) =>
          violations.push(event.effectiveDirective),
        );
        const fetched = await fetch('https://example.invalid/').then(
          () => 'fetched',
          () => 'blocked',
        );
        const opened = window.open('https://example.invalid/') === null ? 'blocked' : 'opened';
        const node = [typeof (globalThis as any).require, typeof (globalThis as any).process];
        return { fetched, opened, node, violations };
      });
      expect(inside).toEqual({
        fetched: 'blocked',
        opened: 'blocked',
        node: ['undefined', 'undefined'],
        violations: ['connect-src'],
      });
      await page.evaluate(() => void (location.href = 'https://example.invalid/'));
      expect(page.url()).toMatch(/^app:\/\/companion\//);
    });

    it('goes to the tray when closed and comes back by a second start', async () => {
      const visible = () =>
        app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
      await expect.poll(visible).toBe(false);
      await launch('--show').catch(() => undefined);
      await expect.poll(visible).toBe(true);
    });

    it('loads its page again after a crash, and the page finds its port', async () => {
      await page.getByText('Live', { exact: true }).first().waitFor({ timeout: 30_000 });
      await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
      );
      const live = () =>
        app.evaluate(async ({ BrowserWindow }) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          if (!contents || contents.isCrashed()) return false;
          return (await contents.executeJavaScript("document.body.innerText.includes('Live')")) as boolean;
        });
      await expect.poll(live).toBe(true);
    });

    const isLive = () =>
      page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor({ timeout: 30_000 });

    it('disconnects and connects by the menu of its tray', async () => {
      await isLive();
      await record(app);
      await choose(app, 'demo [DEMO]', 'Disconnect');
      await page.getByTestId('link-state').filter({ hasText: 'Off' }).first().waitFor({ timeout: 30_000 });
      await choose(app, 'demo [DEMO]', 'Connect');
      await isLive();
    });

    it('asks for consent in a window of its own, above all others', async () => {
      await isLive();
      const client = new StubClient(home, 'demo', {}, STUB);
      try {
        await client.initialize();
        const params = { name: 'start_trading_cycle', arguments: { mode: 'conservative' } };
        const opened = app.waitForEvent('window');
        client.raw(`${JSON.stringify({ jsonrpc: '2.0', id: 77, method: 'tools/call', params })}\n`);
        const asking = await opened;
        await asking.getByText('conservative').first().waitFor();
        const onTop = await (
          await app.browserWindow(asking)
        ).evaluate((window: Electron.BrowserWindow) => window.isAlwaysOnTop());
        expect(onTop).toBe(true);
        const closed = asking.waitForEvent('close');
        await asking.getByTestId('consent-deny').click();
        const answer = await client.message((message) => message.id === 77, 60_000);
        expect(JSON.stringify(answer)).toMatch(/denied/i);
        await closed;
      } finally {
        await client.end();
      }
    });

    it('stops new trades by its tray and shows what was read', async () => {
      await isLive();
      await record(app);
      await choose(app, 'Emergency stop', 'Stop new trades on demo');
      const told = () =>
        app.evaluate(() =>
          (globalThis as unknown as { kept: Recorded }).kept.boxes.map(
            ({ title, message }) => `${title}: ${message}`,
          ),
        );
      await expect.poll(told).toEqual([expect.stringMatching(/^Emergency stop: demo: /)]);
    });

    it('quits within its budget', async () => {
      const ended = new Promise<void>((resolve) => app.process().once('exit', () => resolve()));
      const asked = performance.now();
      await app.evaluate(({ app: electron }) => electron.quit()).catch(() => undefined);
      await ended;
      // ten times its budget: a machine that is busy as well is late, an app that hangs is later
      expect(performance.now() - asked).toBeLessThan(50_000);
    });
  },
);
