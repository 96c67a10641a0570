import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../renderer/api/ui-store.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';
import { AT, DESK, openStill, settledPicture, THEMES } from './stage.ts';

const BASELINES = path.join(import.meta.dirname, 'baselines');
const RESULTS = path.join(import.meta.dirname, '../results/visual');
const UPDATE = process.env.COMPANION_VISUAL_UPDATE === '1';
/** Which glyphs the recorded pictures are made of; see `glyphs`. */
const GLYPHS = path.join(BASELINES, 'glyphs.txt');
/** Share of pixels that may differ: rounding of curves and glyph edges, never a moved line or a changed word. */
const TOLERANCE = 0.0005;
/** Where fonts or Chromium are others than at the recording: every letter differs, a lost panel is still seen. */
const OTHER_GLYPHS_TOLERANCE = 0.08;

const STATES = [
  ['live', 'live'],
  ['error', 'blocked'],
] as const;

const recorded = fs.existsSync(BASELINES) && fs.readdirSync(BASELINES).some((name) => name.endsWith('.png'));

/** Tells one system's letters from another's: the same words in both fonts, as a digest of their picture. */
async function glyphs(page: Page): Promise<string> {
  await page.setContent(
    '<p style="font:13px system-ui">Equity +$1,812.40 ▲ −0.79 % Ⓐ</p><p style="font:600 12px ui-monospace,monospace">14:02:11 read → ok</p>',
  );
  const picture = PNG.sync.read(await page.screenshot({ caret: 'hide' }));
  return createHash('sha256').update(picture.data).digest('hex');
}

function compare(name: string, actual: PNG, tolerance: number): void {
  const file = path.join(BASELINES, `${name}.png`);
  if (UPDATE) {
    fs.mkdirSync(BASELINES, { recursive: true });
    fs.writeFileSync(file, PNG.sync.write(actual));
    return;
  }
  if (!fs.existsSync(file))
    throw new Error(`no baseline ${name}; record: COMPANION_VISUAL_UPDATE=1 npm run test:visual`);
  const expected = PNG.sync.read(fs.readFileSync(file));
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  const { width, height } = expected;
  const diff = new PNG({ width, height });
  const wrong = pixelmatch(expected.data, actual.data, diff.data, width, height, { threshold: 0.15 });
  if (wrong <= width * height * tolerance) return;
  fs.mkdirSync(RESULTS, { recursive: true });
  fs.writeFileSync(path.join(RESULTS, `${name}.diff.png`), PNG.sync.write(diff));
  fs.writeFileSync(path.join(RESULTS, `${name}.actual.png`), PNG.sync.write(actual));
  throw new Error(
    `${name}: ${wrong} pixels differ from test/visual/baselines; see test/results/visual/${name}.diff.png`,
  );
}

/**
 * Pictures of every page against recorded ones; `COMPANION_VISUAL_UPDATE=1 npm run test:visual` records them anew.
 * Letters differ between systems: where they are not those of the recording, only the layout is judged.
 */
describe.skipIf(!chromiumAvailable || (!recorded && !UPDATE))(
  'pages look as recorded (Debian package chromium; record with COMPANION_VISUAL_UPDATE=1)',
  () => {
    let browser: TestBrowser;
    let tolerance = TOLERANCE;
    beforeAll(async () => {
      browser = await startBrowser();
      const page = await browser.browser.newPage({ viewport: { width: 400, height: 120 } });
      const mine = await glyphs(page);
      await page.close();
      if (UPDATE) {
        fs.mkdirSync(BASELINES, { recursive: true });
        fs.writeFileSync(GLYPHS, `${mine}\n`);
      } else if (fs.readFileSync(GLYPHS, 'utf8').trim() !== mine) {
        tolerance = OTHER_GLYPHS_TOLERANCE;
        console.log('The letters of this system are not those of the recorded pictures: layout only.');
      }
    });
    afterAll(() => browser?.close());

    describe.each(STATES)('%s', (state, scenario) => {
      let core: FakeCore;
      beforeAll(async () => {
        core = await startFakeCore({ scenario, at: AT });
      });
      afterAll(() => core?.close());

      it.each(THEMES)('%s', async (theme) => {
        const page = await openStill(browser.browser, core.url, theme, DESK);
        const failures: string[] = [];
        for (const name of PAGES) {
          await showPage(page, name);
          await page.mouse.move(0, 0);
          try {
            compare(`${name}-${state}-${theme}`, PNG.sync.read(await settledPicture(page)), tolerance);
          } catch (error) {
            failures.push((error as Error).message);
          }
        }
        await page.context().close();
        expect(failures).toEqual([]);
      });
    });
  },
);
