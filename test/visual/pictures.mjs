// `npm run pictures [-- SCENARIO …] [--page NAME …] [--overlays]`: every page in every state, size and theme as PNG files
// (with --overlays every dialog, drawer and form instead), and one
// contact sheet for each state, size and theme, in test/results/pictures: to be looked at before a change of looks is
// called done.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PAGES } from '../../renderer/api/ui-store.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import { showPage, startBrowser } from '../helpers/browser.ts';
import { openOverlay, OVERLAYS } from './overlays.ts';
import { AT, DESK, LARGE, openStill, settledPicture, SMALL, THEMES } from './stage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'string', multiple: true }, overlays: { type: 'boolean', default: false } },
});
const scenarios = positionals.length > 0 ? positionals : ['live', 'empty', 'loading', 'stale', 'blocked'];
const pages = values.page ?? PAGES;
const out = path.join(import.meta.dirname, '../results/pictures');
fs.mkdirSync(out, { recursive: true });

/** All pictures of one state, size and theme on one sheet, three in a row. */
async function contactSheet(browser, name, size, pictures) {
  const width = 600;
  const height = Math.round((width * size.height) / size.width);
  const rows = Math.ceil(pictures.length / 3);
  const sheet = await browser.newPage({ viewport: { width: width * 3, height: rows * height } });
  const images = pictures
    .map((one) => `<img src="data:image/png;base64,${one.toString('base64')}">`)
    .join('');
  await sheet.setContent(
    `<style>body{margin:0;display:grid;grid-template-columns:repeat(3,${width}px)}img{width:100%}</style>${images}`,
  );
  await sheet.screenshot({ path: path.join(out, `sheet-${name}.png`) });
  await sheet.close();
}

/** Every dialog, drawer and form, or those that are named. */
async function overlays(browser) {
  const names = positionals.length > 0 ? positionals : Object.keys(OVERLAYS);
  for (const name of names) {
    const shown = OVERLAYS[name];
    for (const size of [DESK, SMALL])
      for (const theme of THEMES) {
        const core = await startFakeCore({ scenario: shown.scenario, at: AT });
        const page = await openStill(browser, core.url, theme, size);
        await openOverlay(page, core, shown);
        await page.mouse.move(0, 0);
        const file = path.join(out, `overlay-${name}-${size.width}-${theme}.png`);
        await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
        await page.context().close();
        await core.close();
      }
  }
  return names.length * 4;
}

async function everyPage(browser) {
  for (const scenario of scenarios) {
    const core = await startFakeCore({ scenario, at: AT });
    for (const size of [DESK, SMALL, LARGE])
      for (const theme of THEMES) {
        const page = await openStill(browser, core.url, theme, size);
        const pictures = [];
        for (const name of pages) {
          await showPage(page, name);
          await page.mouse.move(0, 0);
          const picture = await settledPicture(page);
          fs.writeFileSync(path.join(out, `${name}-${scenario}-${size.width}-${theme}.png`), picture);
          pictures.push(picture);
        }
        await page.context().close();
        if (pictures.length > 1)
          await contactSheet(browser, `${scenario}-${size.width}-${theme}`, size, pictures);
      }
    await core.close();
  }
  return scenarios.length * 6 * pages.length;
}

const chromium = await startBrowser();
const count = await (values.overlays ? overlays : everyPage)(chromium.browser);
await chromium.close();
console.log(`${out}: ${count} pictures`);
