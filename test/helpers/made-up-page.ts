import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import type { Scenario } from '../fixtures/page/scenarios.ts';
import type { TestBrowser } from './browser.ts';
import { startBrowser } from './browser.ts';

interface Opened {
  page: Page;
  complaints: string[];
  core: FakeCore;
}

/**
 * The page over made-up states of core, which a real droplet takes minutes to reach: one browser for the suite that calls
 * this, and a core of its own for each opening, closed with the next one or with the test.
 */
export function madeUpPages() {
  let browser: TestBrowser;
  let core: FakeCore | undefined;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(async () => {
    await core?.close();
    core = undefined;
  });
  afterAll(async () => {
    await browser?.close();
  });

  return async (
    scenario: Scenario,
    options: {
      beatMs?: number;
      width?: number;
      height?: number;
      dark?: boolean;
      /** Changes the state before the page sees it. */
      prepare?: (core: FakeCore) => void;
    } = {},
  ): Promise<Opened> => {
    const { beatMs = 0, prepare, ...look } = options;
    await core?.close();
    core = await startFakeCore({ scenario, beatMs });
    prepare?.(core);
    const { page, complaints } = await browser.open(core.url, look);
    await page.getByTestId('link-state').waitFor();
    return { page, complaints, core };
  };
}
