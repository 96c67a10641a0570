import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { breaches, importsOf } from './checker.ts';
import { TABLE } from './table.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

function sources(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const dir of ['electron', 'renderer']) {
    for (const entry of readdirSync(path.join(root, dir), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|tsx|mjs)$/.test(entry.name) || /\.d\.m?ts$/.test(entry.name)) continue;
      const file = path.join(entry.parentPath, entry.name);
      files[path.relative(root, file).split(path.sep).join('/')] = readFileSync(file, 'utf8');
    }
  }
  return files;
}

describe('who imports what', () => {
  it('keeps to the table', () => {
    const files = sources();
    expect(Object.keys(files).length).toBeGreaterThan(30);
    expect(breaches(files, TABLE)).toEqual([]);
  });

  it.each([
    ['electron/contract/x.ts', "import fs from 'node:fs';", 'may not import node:fs'],
    ['electron/contract/x.ts', "import { a } from '../core/app.ts';", 'may not import code of'],
    ['electron/core/app.ts', "import { app } from 'electron';", 'may not import electron'],
    ['electron/core/link/x.ts', "import { b } from '../bridge/server.ts';", 'code of electron/core/bridge'],
    ['electron/core/link/x.ts', "export { b } from '../bridge/server.ts';", 'code of electron/core/bridge'],
    [
      'electron/core/link/x.ts',
      "import { Store } from '../store.ts';",
      'only types of electron/core/store.ts',
    ],
    [
      'electron/core/guard/x.ts',
      "import { GuardDesk } from '../desks/guard-desk.ts';",
      'may not import code',
    ],
    ['electron/core/link/x.ts', "import ssh from 'ssh2';", 'belongs behind'],
    ['electron/core/link/x.ts', "const ssh = await import('ssh2');", 'belongs behind'],
    ['electron/core/logs/x.ts', "import { modify } from 'jsonc-parser';", 'may not import jsonc-parser'],
    ['electron/core/x.ts', "import { writeFile } from 'atomically';", 'belongs behind'],
    ['electron/shell/x.ts', "import { startWeb } from '../web/server.ts';", 'may not import code of'],
    ['electron/shell/x.ts', "import { Tray } from 'electron';", 'belongs behind'],
    ['electron/web/x.ts', "import type { App } from 'electron';", 'may not import electron'],
    ['electron/web/x.ts', "import type { Y } from '../shell/tray.ts';", 'may not import types of'],
    ['electron/preload.ts', "import { w } from './shell/window.ts';", 'only types of'],
    ['electron/stub/x.ts', "import { z } from 'zod';", 'may not import zod'],
    ['renderer/views/x.tsx', "import { z } from 'zod';", 'may not import zod'],
    ['renderer/views/x.tsx', "import { LinkState } from '../../electron/contract/link.ts';", 'only types of'],
    ['renderer/x.ts', "import type { App } from '../electron/core/app-interface.ts';", 'types of'],
    ['renderer/x.ts', "import path from 'node:path';", 'may not import node:path'],
    ['electron/elsewhere/x.ts', '', 'in no layer'],
  ])('notices a breach planted in %s: %s', (file, text, says) => {
    expect(breaches({ [file]: text }, TABLE).join()).toContain(says);
  });

  it('lets types pass where only code is kept apart', () => {
    const text = [
      "import type { Client } from 'ssh2';",
      "import type { Bridge } from '../bridge/bridge.ts';",
      "import { AppError } from '../../contract/errors.ts';",
      '// import { x } from "electron"',
    ].join('\n');
    expect(breaches({ 'electron/core/link/x.ts': text }, TABLE)).toEqual([]);
  });
});

const dist = (name: string) => path.join(root, 'dist', name);

describe('what was built', () => {
  it.skipIf(!existsSync(dist('stub.js')))('has a stub of at most 20 KB that needs nothing but Node', () => {
    expect(statSync(dist('stub.js')).size).toBeLessThanOrEqual(20 * 1024);
    const text = readFileSync(dist('stub.js'), 'utf8');
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
    for (const one of importsOf('stub.js', text)) expect(one.specifier).toMatch(/^node:/);
  });

  it.skipIf(!existsSync(dist('preload.cjs')))('has a preload that requires Electron alone', () => {
    const required = [...readFileSync(dist('preload.cjs'), 'utf8').matchAll(/require\(["']([^"']+)/g)];
    expect(required.map((one) => one[1])).toEqual(['electron']);
  });

  it.skipIf(!existsSync(dist('preload.cjs')))(
    'has a preload that hands the page its port and nothing else',
    () => {
      const asked: string[] = [];
      const posted: unknown[] = [];
      let give: (event: { ports: unknown[] }) => void = () => {};
      let loaded = () => {};
      const run = (host: string, sandboxed = true) =>
        runInNewContext(readFileSync(dist('preload.cjs'), 'utf8'), {
          exports: {},
          process: { sandboxed },
          require: () => ({
            ipcRenderer: {
              once: (_name: string, listener: typeof give) => (give = listener),
              send: (...message: string[]) => asked.push(...message),
            },
          }),
          location: { protocol: 'app:', host },
          addEventListener: (_name: string, listener: () => void) => (loaded = listener),
          postMessage: (...message: unknown[]) => posted.push(message),
        });
      run('evil');
      loaded();
      run('companion', false);
      loaded();
      expect(asked).toEqual([]);
      run('companion');
      expect(asked).toEqual([]);
      loaded();
      give({ ports: ['port'] });
      expect(asked).toEqual(['companion-port']);
      expect(JSON.stringify(posted)).toBe('[[{"type":"companion-port"},"app://companion",["port"]]]');
    },
  );

  it.skipIf(!existsSync(dist('page/assets')))('has a page without zod and without inline scripts', () => {
    const scripts = readdirSync(dist('page/assets')).filter((one) => one.endsWith('.js'));
    const withZod = scripts.filter((one) =>
      readFileSync(dist(`page/assets/${one}`), 'utf8').includes('ZodError'),
    );
    expect(withZod).toEqual([]);
    expect(readFileSync(dist('page/index.html'), 'utf8')).not.toMatch(
      /<script(?![^>]*\bsrc=)|<style|style="/,
    );
  });
});
