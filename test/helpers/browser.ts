import fs from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => fs.existsSync(file));

/** Whether Debian's Chromium is installed (package chromium). */
export const chromiumAvailable = executablePath !== undefined;

export interface TestBrowser {
  browser: Browser;
  /** A page in a context of its own, with what it complained about collected. */
  open(
    url: string,
    options?: { width?: number; height?: number; dark?: boolean },
  ): Promise<{ page: Page; complaints: string[] }>;
  close(): Promise<void>;
}

/** Goes to a page by its entry in the sidebar and waits until it stands there: its code is loaded when first asked for. */
export async function showPage(page: Page, name: string): Promise<void> {
  await page.getByTestId(`nav-${name}`).click();
  await page.getByTestId(`page-${name}`).locator('> *').first().waitFor();
  await page
    .waitForFunction(() => document.querySelector('main [role="status"][aria-label]') === null, null, {
      timeout: 2_000,
    })
    .catch(() => undefined); // some wait for as long as the state says so
}

export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: executablePath ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  return {
    browser,
    async open(url, options = {}) {
      const context = await browser.newContext({
        viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
        colorScheme: options.dark ? 'dark' : 'light',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000); // a busy machine may take long; what is waited for ends the wait
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}
