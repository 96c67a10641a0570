import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

const BUDGET = 250 * 1024;

/** What a person waits for when the dashboard is opened; its time is measured by `npm run bench`, its size is kept here. */
describe.skipIf(!chromiumAvailable)('the first page (Debian package chromium)', () => {
  let browser: TestBrowser;
  let user: TestUser;

  beforeAll(async () => {
    browser = await startBrowser();
    user = await createUser();
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('fetches at most 250 KB of script, gzip, until it shows the state', async () => {
    const app = await user.serve(['--demo']);
    const { page } = await browser.open('about:blank');
    const scripts: Promise<[string, number]>[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.endsWith('.js')) return;
      scripts.push(response.body().then((body) => [pathname, gzipSync(body).length]));
    });
    await page.goto(app.url);
    await page.getByTestId('link-state').waitFor();
    await page.getByTestId('page-overview').locator('section').first().waitFor();
    const sizes = await Promise.all(scripts);
    expect(sizes.length).toBeGreaterThan(0);
    const whole = sizes.reduce((sum, [, size]) => sum + size, 0);
    expect(whole, sizes.map(([name, size]) => `${name} ${size}`).join('\n')).toBeLessThanOrEqual(BUDGET);
  });
});
