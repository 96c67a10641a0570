import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/core/clock.ts';
import { startWeb } from '../../../electron/web/server.ts';
import { appState, fakeApp, profileState } from '../../helpers/fake-app.ts';

const CHROMIUM = '/usr/bin/chromium';
const pageDir = path.resolve(import.meta.dirname, '..', '..', '..', 'dist', 'page');
const missing = !existsSync(CHROMIUM)
  ? 'the Debian package chromium'
  : !existsSync(path.join(pageDir, 'index.html'))
    ? 'the built page: npm run build'
    : undefined;

describe.skipIf(missing)(`the built page in Chromium${missing ? ` (skipped: needs ${missing})` : ''}`, () => {
  it('signs in by its link, follows the state, keeps to the policy and survives a reload', async () => {
    const app = fakeApp(appState([profileState('demo', { state: 'off' }, 'demo')]));
    const web = await startWeb({ app, pageDir, clock: systemClock });
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      const page = await browser.newPage();
      const violations: string[] = [];
      page.on('console', (line) => {
        if (/content security policy|trusted/i.test(line.text())) violations.push(line.text());
      });
      await page.goto(web.url());
      await expect.poll(() => app.attached).toBe(1);
      expect(page.url()).not.toContain('token');
      await page.getByText('demo', { exact: false }).first().waitFor();
      await page.reload();
      await page.getByText('demo', { exact: false }).first().waitFor();
      await expect.poll(() => app.attached).toBe(1);
      expect(violations).toEqual([]);
      await page.close();
      await expect.poll(() => app.attached).toBe(0);
    } finally {
      await browser.close();
      await web.close();
    }
  });
});
