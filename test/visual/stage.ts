import type { Browser, Page } from 'playwright-core';

/** A Saturday in UTC, so that nothing hangs on the day of the run. */
export const AT = Date.UTC(2026, 10, 21, 15, 4, 5);
export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export interface Size {
  width: number;
  height: number;
}
export const DESK: Size = { width: 1280, height: 800 };
export const SMALL: Size = { width: 900, height: 600 };
export const LARGE: Size = { width: 2560, height: 1440 };

/** A window whose clock stands still, with no motion, in one zone and language. */
export async function openStill(browser: Browser, url: string, theme: Theme, size: Size): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(AT);
  await page.goto(url);
  await page.locator('#root main').waitFor();
  return page;
}

/** Takes away the toasts: they come and go by timers of their own; what they say is tested elsewhere. */
export async function dismissToasts(page: Page): Promise<void> {
  const dismiss = page.getByTestId('notice').getByRole('button', { name: 'Dismiss' }).first();
  while (await dismiss.isVisible()) await dismiss.click({ timeout: 1_000 }).catch(() => undefined);
}

/** The picture of a page when nothing on it changes any more: two in a row are alike. */
export async function settledPicture(page: Page): Promise<Buffer> {
  let last: Buffer | undefined;
  for (let turn = 0; turn < 20; turn++) {
    await dismissToasts(page);
    const next = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    if (last?.equals(next)) return next;
    last = next;
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  }
  throw new Error('the page did not come to rest');
}
