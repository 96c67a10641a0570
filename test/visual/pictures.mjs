// `npm run pictures [-- SCENARIO …] [--page NAME …]`: every page in every state, size and theme as PNG files, and one
// contact sheet for each state, size and theme, in test/results/pictures: to be looked at before a change of looks is
// called done.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PAGES } from '../../renderer/api/ui-store.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import { showPage, startBrowser } from '../helpers/browser.ts';
import { AT, DESK, LARGE, openStill, settledPicture, SMALL, THEMES } from './stage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { page: { type: 'string', multiple: true } },
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

const chromium = await startBrowser();
for (const scenario of scenarios) {
  const core = await startFakeCore({ scenario, at: AT });
  for (const size of [DESK, SMALL, LARGE])
    for (const theme of THEMES) {
      const page = await openStill(chromium.browser, core.url, theme, size);
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
        await contactSheet(chromium.browser, `${scenario}-${size.width}-${theme}`, size, pictures);
    }
  await core.close();
}
await chromium.close();
console.log(`${out}: ${scenarios.length * 6 * pages.length} pictures`);
