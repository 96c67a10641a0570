// `node electron/build/icon-sheet.mjs`: docs/tray-icons.png, every tray icon at every size on the bars it is drawn for.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { trayVariant } from './icons.mjs';
import { png, rasterise } from './raster.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
const STATES = ['off', 'unknown', 'working', 'live', 'attention', 'danger'];
const SIZES = [16, 20, 24, 32];
/** Windows' light and dark taskbar, and the menu bars of macOS, which tint a template themselves. */
const BARS = [
  { theme: 'light', back: [0xee, 0xf1, 0xf5] },
  { theme: 'dark', back: [0x20, 0x24, 0x2b] },
  { theme: 'template', back: [0xf6, 0xf6, 0xf6], tint: [0x1c, 0x1c, 0x1e] },
  { theme: 'template', back: [0x2a, 0x2a, 0x2e], tint: [0xff, 0xff, 0xff] },
];
const ZOOM = 3;
const GAP = 8;
const CELL = (32 + GAP) * ZOOM;

/** RGBA pixels of the whole sheet: a column per state, plain and with something that waits; a row per size and bar. */
export function drawSheet() {
  const svgs = STATES.map((state) =>
    readFileSync(path.join(root, 'resources', 'tray', `${state}.svg`), 'utf8'),
  );
  const width = CELL * STATES.length * 2;
  const rowHeights = SIZES.map((size) => (size + GAP) * ZOOM);
  const barHeight = rowHeights.reduce((sum, height) => sum + height, 0);
  const pixels = Buffer.alloc(width * barHeight * BARS.length * 4, 0xff);
  const paint = (x, y, colour, alpha) => {
    const at = (y * width + x) * 4;
    for (let c = 0; c < 3; c++) pixels[at + c] = Math.round(colour[c] * alpha + pixels[at + c] * (1 - alpha));
  };
  const place = (icon, size, left, top, tint) => {
    for (let y = 0; y < size * ZOOM; y++)
      for (let x = 0; x < size * ZOOM; x++) {
        const at = (Math.floor(y / ZOOM) * size + Math.floor(x / ZOOM)) * 4;
        paint(left + x, top + y, tint ?? [...icon.subarray(at, at + 3)], icon[at + 3] / 255);
      }
  };
  BARS.forEach(({ theme, back, tint }, bar) => {
    for (let y = bar * barHeight; y < (bar + 1) * barHeight; y++)
      for (let x = 0; x < width; x++) paint(x, y, back, 1);
    let top = bar * barHeight;
    SIZES.forEach((size, row) => {
      svgs.forEach((svg, state) =>
        [false, true].forEach((waits, column) => {
          const left = (state * 2 + column) * CELL + Math.floor((CELL - size * ZOOM) / 2);
          const icon = rasterise(trayVariant(svg, theme, waits), size);
          place(icon, size, left, top + Math.floor((GAP * ZOOM) / 2), tint);
        }),
      );
      top += rowHeights[row];
    });
  });
  return { pixels, width, height: barHeight * BARS.length };
}

if (process.argv[1] === import.meta.filename) {
  const { pixels, width, height } = drawSheet();
  writeFileSync(path.join(root, 'docs', 'tray-icons.png'), png(pixels, width, height));
}
