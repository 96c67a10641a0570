import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const css = fs.readFileSync(path.join(import.meta.dirname, '../../../renderer/styles/tokens.css'), 'utf8');

/** `--name: light-dark(#…, #…)` or one colour for both, by block. */
function tokens(block: string): Record<'light' | 'dark', Record<string, string>> {
  const found = { light: {} as Record<string, string>, dark: {} as Record<string, string> };
  for (const [, name = '', light = '', dark = light] of block.matchAll(
    /--([\w-]+):\s*(?:light-dark\()?(#[0-9a-f]{6})(?:,\s*(#[0-9a-f]{6})\))?;/g,
  )) {
    found.light[name] = light;
    found.dark[name] = dark;
  }
  return found;
}

const [base = '', blue = ''] = css.split("[data-money='blue-orange']");
const usual = tokens(base);
const other = tokens(blue.split('}')[0] ?? '');

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const GROUNDS = ['surface', 'raised', 'sunken'];
const TEXT = ['text', 'text-quiet', 'accent', 'live', 'attention', 'danger', 'unknown', 'gain', 'loss'];
const TINTS = Array.from({ length: 8 }, (_, i) => `tint-${i}`);

/** Text colour on ground, as the pages use them. WCAG AA: 4.5 to 1. */
const PAIRS: [string, string][] = [
  ...[...TEXT, ...TINTS].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...['text', 'text-quiet', 'live', 'attention', 'danger', 'gain', 'loss'].flatMap(
    (text): [string, string][] => [
      [text, 'hover'],
      [text, 'selected'],
    ],
  ),
  ...['live', 'attention', 'danger', 'unknown', 'accent'].flatMap((tone): [string, string][] => [
    [tone, `${tone}-soft`],
    ['text', `${tone}-soft`],
    ['text-quiet', `${tone}-soft`],
  ]),
  ['on-fill', 'accent-fill'],
  ['on-fill', 'danger-fill'],
];

describe.each(['light', 'dark'] as const)('colours, %s', (theme) => {
  const palettes = [usual[theme], { ...usual[theme], ...other[theme] }];

  it('are all there', () => {
    for (const name of new Set(PAIRS.flat())) expect(usual[theme][name], name).toMatch(/^#/);
    expect(Object.keys(other[theme])).toEqual(['gain', 'loss']);
  });

  it('of text reach 4.5 to 1 on every ground they stand on', () => {
    const weak = palettes.flatMap((palette) =>
      PAIRS.flatMap(([text, ground]) => {
        const ratio = contrast(palette[text] ?? '', palette[ground] ?? '');
        return ratio < 4.5 ? [`${text} on ${ground}: ${ratio.toFixed(2)}`] : [];
      }),
    );
    expect(weak).toEqual([]);
  });

  it('of the focus ring and of state marks reach 3 to 1', () => {
    const weak = ['accent', 'live', 'attention', 'danger', 'unknown'].flatMap((mark) =>
      [...GROUNDS, 'hover', 'selected'].flatMap((ground) => {
        const ratio = contrast(usual[theme][mark] ?? '', usual[theme][ground] ?? '');
        return ratio < 3 ? [`${mark} on ${ground}: ${ratio.toFixed(2)}`] : [];
      }),
    );
    expect(weak).toEqual([]);
  });

  it('of gain and loss are two', () => {
    for (const palette of palettes) expect(palette['gain']).not.toBe(palette['loss']);
  });
});
