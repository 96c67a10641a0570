// Rasterises resources/*.svg into what the systems want: tray icons per tone, theme and scale, the app icon large.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { png, rasterise } from './raster.mjs';

const SCALES = [
  [1, ''],
  [1.25, '@1.25x'],
  [1.5, '@1.5x'],
  [2, '@2x'],
  [3, '@3x'],
];
const TRAY_POINTS = 16;
/** The ink of what has no colour of its own, per theme of the taskbar. */
const INK = { light: '#3f4650', dark: '#e6e9ee' };
/** Sits at the top right when something waits for the user. */
const DOT = { colour: '#2f7de1', template: '#000000' };

const dot = (fill) =>
  `<circle class="clear" cx="25" cy="7" r="8.5" fill="#000000"/><circle cx="25" cy="7" r="6" fill="${fill}"/>`;

/** One tray icon's SVG for a theme; `template` is the black shape that macOS tints itself. */
export function trayVariant(svg, theme, consent) {
  const inked =
    theme === 'template'
      ? svg.replace(/#[0-9a-f]{6}/gi, '#000000').replaceAll('class="sign"', 'class="clear"')
      : svg.replaceAll('currentColor', INK[theme]);
  const plain = inked.replaceAll('currentColor', '#000000');
  if (!consent) return plain;
  return plain.replace('</svg>', `${dot(theme === 'template' ? DOT.template : DOT.colour)}</svg>`);
}

async function drawTray(from, to) {
  let count = 0;
  for (const name of (await readdir(from)).filter((file) => file.endsWith('.svg'))) {
    const svg = await readFile(path.join(from, name), 'utf8');
    for (const theme of ['light', 'dark', 'template']) {
      for (const consent of [false, true]) {
        const variant = trayVariant(svg, theme, consent);
        // macOS knows a template image by the end of its name
        const base = `${path.basename(name, '.svg')}${consent ? '-consent' : ''}-${theme === 'template' ? 'Template' : theme}`;
        for (const [scale, suffix] of SCALES) {
          const size = Math.round(TRAY_POINTS * scale);
          await writeFile(path.join(to, `${base}${suffix}.png`), png(rasterise(variant, size), size));
          count += 1;
        }
      }
    }
  }
  return count;
}

/** Draws all icons; returns how many files were written. */
export async function drawIcons(resources, to) {
  await rm(to, { recursive: true, force: true });
  await mkdir(path.join(to, 'tray'), { recursive: true });
  const app = await readFile(path.join(resources, 'icon.svg'), 'utf8');
  for (const size of [64, 512]) {
    await writeFile(path.join(to, `icon-${size}.png`), png(rasterise(app, size), size));
  }
  return 2 + (await drawTray(path.join(resources, 'tray'), path.join(to, 'tray')));
}
