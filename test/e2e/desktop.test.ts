import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..');

/** The Electron program of this machine, or why there is none. */
function runtime(): { file: string } | { why: string } {
  const dir = path.join(root, 'node_modules', 'electron');
  const named = path.join(dir, 'path.txt');
  const usual = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' } as Record<
    string,
    string
  >;
  const name = existsSync(named)
    ? readFileSync(named, 'utf8').trim()
    : (usual[process.platform] ?? 'electron');
  const file = path.join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(dir, 'dist'), name);
  if (!existsSync(file)) return { why: "Electron's runtime is not in node_modules/electron/dist" };
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return { why: 'there is no display; run under xvfb-run' };
  if (!existsSync(path.join(root, 'dist', 'main.js')))
    return { why: 'dist/main.js is not built: npm run build' };
  return { file };
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
        args: [path.join(root, 'dist', 'main.js'), ...args],
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
        const contents = BrowserWindow.getAllWindows()[0]?.webContents as any;
        return contents?.getLastWebPreferences?.() as Record<string, unknown> | undefined;
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
      await expect.poll(live, { timeout: 30_000 }).toBe(true);
    });

    it('quits within its budget', async () => {
      const ended = new Promise<void>((resolve) => app.process().once('exit', () => resolve()));
      const asked = performance.now();
      await app.evaluate(({ app: electron }) => electron.quit()).catch(() => undefined);
      await ended;
      expect(performance.now() - asked).toBeLessThan(5_000);
    });
  },
);
