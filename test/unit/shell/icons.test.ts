import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { drawSheet } from '../../../electron/build/icon-sheet.mjs';
import { ico, trayFiles, trayVariant } from '../../../electron/build/icons.mjs';
import { rasterise } from '../../../electron/build/raster.mjs';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const tray = path.join(root, 'resources', 'tray');
const states = readdirSync(tray).map((file) => file.replace('.svg', ''));
const svgOf = (state: string) => readFileSync(path.join(tray, `${state}.svg`), 'utf8');

/** What is left of an icon without its colours. */
const shape = (state: string, waits: boolean, size: number) =>
  rasterise(trayVariant(svgOf(state), 'template', waits), size).filter((_, i) => i % 4 === 3);

/** How much of the area differs clearly. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.filter((alpha, i) => Math.abs(alpha - (b[i] ?? 0)) > 96).length / a.length;
}

describe('the tray icons', () => {
  it('are one per state', () => {
    expect(states.toSorted()).toEqual(['attention', 'danger', 'live', 'off', 'unknown', 'working']);
  });

  it.each([16, 20, 24, 32])('are told apart by their shape alone at %i pixels', (size) => {
    const all = states.flatMap((state) => [false, true].map((waits) => ({ state, waits })));
    for (const one of all)
      for (const other of all) {
        if (one === other) continue;
        const apart = difference(shape(one.state, one.waits, size), shape(other.state, other.waits, size));
        // the least: a dash in a ring, beside the ring
        expect([one, other, apart > 0.025]).toEqual([one, other, true]);
      }
  });

  it('are the ones in docs/tray-icons.png (node electron/build/icon-sheet.mjs draws it anew)', () => {
    const { pixels, width, height } = drawSheet();
    const kept = PNG.sync.read(readFileSync(path.join(root, 'docs', 'tray-icons.png')));
    expect([kept.width, kept.height]).toEqual([width, height]);
    expect(Buffer.compare(kept.data, pixels)).toBe(0);
  });
});

describe('the icon of the app on Windows', () => {
  it('holds every size that Windows asks for, each where its directory says', () => {
    const file = ico(readFileSync(path.join(root, 'resources', 'icon.svg'), 'utf8'));
    expect([file.readUInt16LE(2), file.readUInt16LE(4)]).toEqual([1, 8]);
    const entries = Array.from({ length: 8 }, (_, i) => i).map((i) => {
      const at = 6 + 16 * i;
      const [length, offset] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
      return { size: file[at] || 256, image: file.subarray(offset, offset + length) };
    });
    expect(entries.map(({ size }) => size)).toEqual([16, 20, 24, 32, 40, 48, 64, 256]);
    for (const { size, image } of entries.slice(0, 7)) {
      expect([image.readUInt32LE(0), image.readInt32LE(4), image.readInt32LE(8)]).toEqual([
        40,
        size,
        size * 2,
      ]);
      expect(image.length).toBe(40 + size * size * 4 + Math.ceil(size / 32) * 4 * size);
      // the middle is inside the app's drop, and blue comes first
      const middle = 40 + ((size / 2) * size + size / 2) * 4;
      expect(image[middle + 3]).toBe(255);
    }
    expect(PNG.sync.read(Buffer.from(entries[7].image)).width).toBe(256);
  });

  it('is beside each tray icon of a bar that is not tinted, since a PNG is shown there at 16 pixels only', () => {
    for (const state of states) {
      const files = new Map(trayFiles(state, svgOf(state)));
      for (const waits of ['', '-consent']) {
        for (const scale of ['', '@2x', '@3x'])
          expect([...files.keys()]).toContain(`${state}${waits}-Template${scale}.png`);
        for (const bar of ['light', 'dark'])
          expect([...files.keys()]).toContain(`${state}${waits}-${bar}.ico`);
      }
      const file = files.get(`${state}-dark.ico`)?.() ?? Buffer.alloc(6);
      const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, i) => file[6 + 16 * i]);
      expect(sizes).toEqual([16, 20, 24, 28, 32, 40]);
    }
  });
});
