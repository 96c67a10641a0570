import type { Page } from 'playwright-core';
import type { RunningApp, TestUser } from './app.ts';
import { createUser } from './app.ts';
import type { TestBrowser } from './browser.ts';
import { startBrowser } from './browser.ts';

/** The real app behind `serve`, of a user of its own, and its page in Chromium. */
export interface ServedPage {
  user: TestUser;
  app: RunningApp;
  browser: TestBrowser;
  page: Page;
  /** What the page complained about on its console. */
  complaints: string[];
  /** Ends browser and app, and removes the user's folder. */
  close(): Promise<void>;
}

/** Waits until the page calls the link live. */
export async function waitForLive(page: Page): Promise<void> {
  await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
}

/** Starts app and page; resolves when the page shows a live link: the demo's, where `args` of `serve` say nothing else. */
export async function openServedPage(...args: string[]): Promise<ServedPage> {
  const user = await createUser();
  let browser: TestBrowser | undefined;
  const close = async () => {
    await browser?.close();
    await user.dispose();
  };
  try {
    const app = await user.serve(args);
    browser = await startBrowser();
    const { page, complaints } = await browser.open(app.url);
    await waitForLive(page);
    return { user, app, browser, page, complaints, close };
  } catch (error) {
    await close();
    throw error;
  }
}
