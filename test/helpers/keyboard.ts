import type { Locator, Page } from 'playwright-core';

/** Goes to a control with the Tab key alone, as a person without a mouse; throws when it cannot be reached. */
export async function tabTo(page: Page, control: Locator, most = 80): Promise<void> {
  await control.waitFor();
  for (let steps = 0; steps < most; steps += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${control.toString()} is not reached by ${most} times Tab`);
}
