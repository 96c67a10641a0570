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
/** Thin strokes of this blue are too dim on a dark bar. */
const BLUE = { light: '#2f7de1', dark: '#63a4f6' };
/** Sits at the top right when something waits for the user. */
const DOT = { colour: '#2f7de1', template: '#000000' };

const dot = (fill) =>
  `<circle class="clear" cx="25" cy="7" r="8.5" fill="#000000"/><circle cx="25" cy="7" r="6" fill="${fill}"/>`;

/** One tray icon's SVG for a theme; `template` is the black shape that macOS tints itself. */
export function trayVariant(svg, theme, consent) {
  const inked =
    theme === 'template'
      ? svg.replace(/#[0-9a-f]{6}/gi, '#000000').replaceAll('class="sign"', 'class="clear"')
      : svg.replaceAll('currentColor', INK[theme]).replaceAll(BLUE.light, BLUE[theme]);
  const plain = inked.replaceAll('currentColor', '#000000');
  if (!consent) return plain;
  return plain.replace('</svg>', `${dot(theme === 'template' ? DOT.template : DOT.colour)}</svg>`);
}

/** The files of one tray icon by name, each with what draws it. */
export function trayFiles(name, svg) {
  return ['light', 'dark', 'template'].flatMap((theme) =>
    [false, true].flatMap((consent) => {
      const variant = trayVariant(svg, theme, consent);
      // macOS knows a template image by the end of its name
      const base = `${name}${consent ? '-consent' : ''}-${theme === 'template' ? 'Template' : theme}`;
      const images = SCALES.map(([scale, suffix]) => {
        const size = Math.round(TRAY_POINTS * scale);
        return [`${base}${suffix}.png`, () => png(rasterise(variant, size), size)];
      });
      // Electron enlarges a PNG of 16 points on a Windows screen that is scaled; an icon file holds every size
      return theme === 'template' ? images : [...images, [`${base}.ico`, () => ico(variant, TRAY_SIZES)]];
    }),
  );
}

async function drawTray(from, to) {
  let count = 0;
  for (const name of (await readdir(from)).filter((file) => file.endsWith('.svg'))) {
    const svg = await readFile(path.join(from, name), 'utf8');
    for (const [file, draw] of trayFiles(path.basename(name, '.svg'), svg)) {
      await writeFile(path.join(to, file), draw());
      count += 1;
    }
  }
  return count;
}

/** A 32-bit bitmap as icon files hold it: rows from the bottom, blue first, and a mask that the alpha makes idle. */
function bitmap(pixels, size) {
  const head = Buffer.alloc(40);
  head.writeUInt32LE(40, 0);
  head.writeInt32LE(size, 4);
  head.writeInt32LE(size * 2, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(32, 14);
  const rows = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = ((size - 1 - y) * size + x) * 4;
      const to = (y * size + x) * 4;
      rows[to] = pixels[from + 2];
      rows[to + 1] = pixels[from + 1];
      rows[to + 2] = pixels[from];
      rows[to + 3] = pixels[from + 3];
    }
  }
  return Buffer.concat([head, rows, Buffer.alloc(Math.ceil(size / 32) * 4 * size)]);
}

/** What Windows asks for at scales of 100 to 250 %. */
const TRAY_SIZES = [16, 20, 24, 28, 32, 40];
const ICO_SIZES = [16, 20, 24, 32, 40, 48, 64, 256];

/** A Windows icon: bitmaps, as every reader takes them, and the largest as PNG, as Windows itself does it. */
export function ico(svg, sizes = ICO_SIZES) {
  const images = sizes.map((size) => {
    const pixels = rasterise(svg, size);
    return size < 256 ? bitmap(pixels, size) : png(pixels, size);
  });
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach((image, i) => {
    const at = 6 + 16 * i;
    head.writeUInt8(sizes[i] % 256, at);
    head.writeUInt8(sizes[i] % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(image.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += image.length;
  });
  return Buffer.concat([head, ...images]);
}

/** The sizes that Linux desktops look for; electron-builder takes them by their names. */
const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512];

/** Draws all icons; returns how many files were written. */
export async function drawIcons(resources, to) {
  await rm(to, { recursive: true, force: true });
  await mkdir(path.join(to, 'tray'), { recursive: true });
  await mkdir(path.join(to, 'linux'), { recursive: true });
  const app = await readFile(path.join(resources, 'icon.svg'), 'utf8');
  for (const size of LINUX_SIZES) {
    const file = png(rasterise(app, size), size);
    await writeFile(path.join(to, 'linux', `${size}x${size}.png`), file);
    if (size === 512) await writeFile(path.join(to, 'icon-512.png'), file);
  }
  await writeFile(path.join(to, 'icon.ico'), ico(app));
  return LINUX_SIZES.length + 2 + (await drawTray(path.join(resources, 'tray'), path.join(to, 'tray')));
}
