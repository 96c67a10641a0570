import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

describe.skipIf(!chromiumAvailable)('from a service to its log (Debian package chromium)', () => {
  let user: TestUser;
  let browser: TestBrowser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    user = await createUser();
    const app = await user.serve(['--demo']);
    browser = await startBrowser();
    ({ page, complaints } = await browser.open(app.url));
    await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  const ticked = () =>
    page
      .getByTestId('log-source')
      .evaluateAll((all) => all.filter((box) => (box as HTMLInputElement).checked).map((box) => box.id));

  it('shows the lines of that service alone, until others are chosen', async () => {
    await page.getByTestId('nav-services').click();
    await page.getByTestId('open-news').click();
    await page.getByTestId('service-logs').click();
    await expect.poll(ticked).toEqual(['source-droplet news']);
    await page.getByText(/^[\d,]+ of [\d,]+ lines$/).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(async () => (await ticked()).length).toBeGreaterThan(5);
  });

  it('shows everything when the page is opened from the side', async () => {
    await page.getByTestId('nav-services').click();
    await page.getByTestId('nav-logs').click();
    await expect.poll(async () => (await ticked()).length).toBeGreaterThan(5);
    expect(complaints).toEqual([]);
  });
});
