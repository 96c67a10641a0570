import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SERIOUS = ['serious', 'critical'];

/** What axe finds on the page as it is, serious or worse: rule, element, and why. */
async function axeFindings(page: Page, where: string, rules?: readonly string[]): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axe);
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) };
  const results = await page.evaluate(
    (how) =>
      (window as unknown as { axe: { run(context: Document, how: object): Promise<AxeResults> } }).axe.run(
        document,
        how,
      ),
    options,
  );
  return results.violations
    .filter(({ impact }) => SERIOUS.includes(impact ?? ''))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${where}: ${id} ${target.join(' ')} ${failureSummary}`),
    );
}

/**
 * What axe finds on a page that follows the system, in light, and in dark what a theme can change: its contrasts.
 */
export async function axeInBothThemes(page: Page, where: string): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axeFindings(page, `${where} dark`, ['color-contrast']);
  await page.emulateMedia({ colorScheme: 'light' });
  return [...dark, ...(await axeFindings(page, `${where} light`))];
}
