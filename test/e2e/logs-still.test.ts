import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import { logLines } from '../fixtures/page/scenario-state.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';

declare global {
  interface Window {
    seen: string[];
  }
}

/** From now on, what stands in the middle of the list at the end of each frame; each text once in a row. */
async function watch(page: Page): Promise<void> {
  await page.getByTestId('log-lines').evaluate((list) => {
    window.seen = [];
    const { left, top, height } = list.getBoundingClientRect();
    const look = () => {
      const row = document.elementFromPoint(left + 60, top + height / 2)?.closest('[data-index]');
      const text = row?.textContent ?? 'no row';
      if (window.seen.at(-1) !== text) window.seen.push(text);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

describe.skipIf(!chromiumAvailable)('log lines that are being read (Debian package chromium)', () => {
  let browser: TestBrowser;
  let core: FakeCore;

  beforeAll(async () => {
    browser = await startBrowser();
    core = await startFakeCore({ scenario: 'live' });
  });
  afterAll(async () => {
    await browser?.close();
    await core?.close();
  });

  it('stand still in every frame while older lines come in above, and while the oldest are dropped', async () => {
    const { page, complaints } = await browser.open(core.url);
    await showPage(page, 'logs');
    const title = page.getByRole('heading', { name: /lines$/ });
    const kept = async () => Number((await title.innerText()).replace(/\D/g, ''));
    await expect.poll(kept).toBeGreaterThanOrEqual(600);
    await page.getByTestId('log-lines').hover();
    await page.mouse.wheel(0, -4000);
    await page.getByTestId('log-follow').waitFor();
    const middle = () => page.evaluate(() => window.seen);
    await watch(page);
    // the scrolling has come to its end when a second goes by without another row
    await expect
      .poll(async () => {
        await page.evaluate(() => void (window.seen = window.seen.slice(-1)));
        await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
        return (await middle()).length;
      })
      .toBe(1);
    const [read] = await middle();
    expect(read).not.toBe('no row');

    core.sendLogs(logLines(10_000, 49_300, Date.now() - 3_600_000));
    await expect.poll(kept).toBeGreaterThan(49_000);
    core.sendLogs(logLines(100_000, 3_000, Date.now() + 1_300_000));
    await expect.poll(() => page.getByTestId('log-follow').innerText()).toContain('new lines');
    await expect.poll(kept).toBe(50_000);
    expect(await middle()).toEqual([read]);
    expect(complaints).toEqual([]);
  });
});
