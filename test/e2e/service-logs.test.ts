import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumAvailable } from '../helpers/browser.ts';
import type { ServedPage } from '../helpers/served-page.ts';
import { openServedPage } from '../helpers/served-page.ts';

describe.skipIf(!chromiumAvailable)('from a service to its log (Debian package chromium)', () => {
  let served: ServedPage;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    served = await openServedPage('--demo');
    ({ page, complaints } = served);
  });
  afterAll(() => served?.close());

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
