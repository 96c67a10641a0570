import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** `npm run dev:serve` on a copy of the sources, so that the test may edit them. */
describe.skipIf(!chromiumAvailable)('npm run dev:serve (Debian package chromium)', () => {
  let dir: string;
  let child: ChildProcess;
  let output = '';
  let browser: TestBrowser;
  const urls = () =>
    [...output.matchAll(/^Dashboard, replaced while you edit: (\S+)$/gm)].map((one) => one[1]);

  beforeAll(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'dev-'));
    for (const part of [
      'electron',
      'renderer',
      'resources',
      'package.json',
      'package-lock.json',
      'LICENSE',
      'tsconfig.json',
    ])
      cpSync(path.join(root, part), path.join(dir, part), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
    mkdirSync(path.join(dir, 'home'));
    child = spawn(process.execPath, ['electron/build/dev.mjs', 'serve'], {
      cwd: dir,
      env: { ...process.env, HOME: path.join(dir, 'home'), CATALYST_COMPANION_HOME: path.join(dir, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => (output += part.toString()));
    browser = await startBrowser();
    await eventually('the page is served', () => urls().length > 0, 120_000);
  });
  afterAll(async () => {
    await browser?.close();
    const ended = new Promise((resolve) => child.once('close', resolve));
    child?.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  it('replaces a part of the page while it is open, and starts core again when that changes', async () => {
    const { page } = await browser.open(urls()[0]);
    await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
    await page.evaluate(() => ((globalThis as any).stillThere = true));
    const file = path.join(dir, 'renderer/parts/sidebar.tsx');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('Catalyst Companion');
    writeFileSync(file, text.replace('Catalyst Companion', 'Edited Companion'));
    await page.getByText('Edited Companion').first().waitFor();
    // the page was not loaded again
    expect(await page.evaluate(() => (globalThis as any).stillThere)).toBe(true);

    const before = urls().length;
    const core = path.join(dir, 'electron/core/clock.ts');
    writeFileSync(core, `${readFileSync(core, 'utf8')}\n`);
    await eventually('core is there again', () => urls().length > before, 120_000);
    const again = await browser.open(urls().at(-1) ?? '');
    await again.page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
  });
});
