import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const sources = ['electron', 'renderer'].flatMap((dir) =>
  readdirSync(path.join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${dir}/${name.replaceAll('\\', '/')}`),
);
const lint = JSON.parse(readFileSync(path.join(root, 'test/oxlint.json'), 'utf8'));

/** What no source says, but the files that are there for it. */
const BANNED: [RegExp, string[]][] = [
  [/\bwebPreferences:/, ['electron/shell/window-options.ts', 'electron/shell/consent-rules.ts']],
  [/\bnodeIntegration\b|\bcontextIsolation\b|\bwebSecurity\b/, ['electron/shell/window-options.ts']],
  [/\bipcRenderer\b/, ['electron/preload.ts']],
  [/\bexposeInMainWorld\b|\bcontextBridge\b/, []],
  [/\bopenExternal\b/, ['electron/shell/desktop.ts']],
  [/\bopenPath\b/, ['electron/shell/assemble.ts']],
  [/\bloadFile\b|\bexecuteJavaScript\b|\binsertCSS\b|\bopenDevTools\b/, []],
  [/\bsetAsDefaultProtocolClient\b|['"]open-url['"]/, []],
  [/\bsetUsePlainTextEncryption\b|\bencryptString\b|\bdecryptString\b/, []],
  [/\bcrashReporter\b|\benableLogging\b/, []],
  [/\bclipboard\.read/, []],
  [/dangerouslySetInnerHTML|\binnerHTML\b|\bnew Function\b|\beval\(/, []],
  [/<webview\b/, []],
];

describe('the sources', () => {
  it.each(BANNED)('say %s nowhere but where it belongs', (pattern, allowed) => {
    const found = sources.filter((file) => pattern.test(readFileSync(path.join(root, file), 'utf8')));
    expect(found.filter((file) => !allowed.includes(file))).toEqual([]);
  });

  it('are kept from the worst of it by lint as well', () => {
    const names = (lint.rules['no-restricted-properties'] as { property?: string }[])
      .slice(1)
      .map(({ property }) => property);
    for (const name of [
      'executeJavaScript',
      'loadFile',
      'openDevTools',
      'setAsDefaultProtocolClient',
      'setUsePlainTextEncryption',
      'exposeInMainWorld',
    ])
      expect(names).toContain(name);
  });
});

describe('the table of the security checklist', () => {
  const text = readFileSync(path.join(root, 'docs/security.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?:\d+ |Fuses)/.test(line));

  it('has every item, 1 to 32 and the fuses', () => {
    const items = rows.map((row) => /^\| (\d+|Fuses)/.exec(row)?.[1]);
    expect(items.filter((item) => item !== 'Fuses').map(Number)).toEqual(
      Array.from({ length: 32 }, (_, i) => i + 1),
    );
    expect(items).toContain('Fuses');
  });

  it('names only files that exist, at least one that does it and one that tests it', () => {
    for (const row of rows) {
      const [, , where = '', tested = ''] = row.split('|');
      for (const cell of [where, tested]) {
        const files = [...cell.matchAll(/`([^`]+)`/g)].map(([, file]) => file);
        expect([row, files.length > 0]).toEqual([row, true]);
        for (const file of files)
          expect(readFileSync(path.join(root, file), 'utf8').length).toBeGreaterThan(0);
      }
    }
  });
});
