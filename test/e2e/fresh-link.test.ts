import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import type { ServedPage } from '../helpers/served-page.ts';
import { openServedPage } from '../helpers/served-page.ts';

describe.skipIf(!chromiumAvailable)(
  'a tab that the app does not know any more (Debian package chromium)',
  () => {
    let user: TestUser;
    let app: RunningApp;
    let served: ServedPage;
    let page: Page;

    beforeAll(async () => {
      served = await openServedPage();
      ({ user, app, page } = served);
    });
    afterAll(() => served?.close());

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
