import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { DOCTOR_LAYERS } from '../../../electron/contract/doctor-layers.ts';
import { CHECKS, layerOf } from '../../../electron/core/doctor/table.ts';
import type { CheckId } from '../../../electron/core/doctor/table.ts';

/** The page's tables: each row as its cells, under the heading it stands below. */
function documented(): { id: string; layer: string; looks: string; helps: string }[] {
  const text = fs.readFileSync(path.resolve(import.meta.dirname, '../../../docs/doctor.md'), 'utf8');
  let layer = '';
  return text.split('\n').flatMap((line) => {
    layer = /^### (.+)$/.exec(line)?.[1] ?? layer;
    const cells = line.replaceAll(String.raw`\|`, '\0').split('|');
    const [, id = '', looks = '', helps = ''] = cells.map((cell) => cell.replaceAll('\0', '|').trim());
    const name = /^`([a-z-]+\.[a-z-]+)`$/.exec(id)?.[1];
    return name === undefined ? [] : [{ id: name, layer, looks, helps }];
  });
}

/** Prettier escapes and re-spells emphasis in Markdown; the words are what counts. */
const words = (text: string) => text.replaceAll(/[\\*_]/g, '');

it('docs/doctor.md lists every check of the code, with the same words, and no other', () => {
  const known = Object.entries(CHECKS).map(([id, { looks, helps }]) => ({
    id,
    layer: DOCTOR_LAYERS[layerOf(id as CheckId)],
    looks: words(looks),
    helps: words(helps),
  }));
  const found = documented().map((row) => ({ ...row, looks: words(row.looks), helps: words(row.helps) }));
  expect(found).toEqual(known);
});
