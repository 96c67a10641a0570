import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

describe.skipIf(!chromiumAvailable)(
  'a tab that the app does not know any more (Debian package chromium)',
  () => {
    let user: TestUser;
    let app: RunningApp;
    let browser: TestBrowser;
    let page: Page;

    beforeAll(async () => {
      user = await createUser();
      app = await user.serve();
      browser = await startBrowser();
      ({ page } = await browser.open(app.url));
      await page.getByTestId('nav-logs').waitFor();
    });
    afterAll(async () => {
      await browser?.close();
      await user?.dispose();
    });

    it('says so after a restart of the app, and is let in by a fresh link opened in itself', async () => {
      const { port } = new URL(app.origin);
      await app.kill('SIGKILL');
      app = await user.serve(['--port', port]);
      await page.reload();
      await page.getByTestId('signed-out').waitFor();
      // the same address but for its fragment: nothing is loaded by that alone
      await page.goto(app.url);
      await page.getByTestId('nav-logs').waitFor();
      expect(page.url()).not.toContain('token');
    });
  },
);
