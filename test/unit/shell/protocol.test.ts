import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageFile } from '../../../electron/core/page-files.ts';
import { readPage } from '../../../electron/core/page-files.ts';
import { answerPage, APP_SCHEMES, DESKTOP_CSP } from '../../../electron/shell/protocol.ts';
import { WEB_CSP } from '../../../electron/web/headers.ts';

let dir: string;
let page: ReadonlyMap<string, PageFile>;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'page-'));
  await mkdir(path.join(dir, 'page', 'assets'), { recursive: true });
  await writeFile(path.join(dir, 'page', 'index.html'), '<title>Companion</title>');
  await writeFile(path.join(dir, 'page', 'assets', 'a.js'), 'export {}');
  await writeFile(path.join(dir, 'secret.js'), 'outside');
  page = await readPage(path.join(dir, 'page'));
});
afterAll(() => rm(dir, { recursive: true }));

const get = (url: string, more: object = {}) => answerPage({ method: 'GET', url, ...more }, page);

describe('app://companion/', () => {
  it('is the packaged page with its policy', async () => {
    for (const url of ['app://companion/', 'app://companion/index.html', 'app://companion/?x#/logs']) {
      const answer = get(url);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('Companion');
      expect(answer.headers.get('content-security-policy')).toBe(DESKTOP_CSP);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(get('app://companion/assets/a.js').headers.get('content-type')).toContain('javascript');
  });

  it.each([
    'app://companion/../secret.js',
    'app://companion/%2e%2e/secret.js',
    'app://companion/assets/..%2f..%2fsecret.js',
    'app://companion/..\\secret.js',
    'app://companion/index.html%00',
    'app://companion//etc/passwd',
    'app://companion',
    'app://other/index.html',
    'file:///etc/passwd',
  ])('has nothing at %s', (url) => {
    expect(get(url).status).toBe(404);
  });

  it('answers its own page alone, and only reads', () => {
    expect(get('app://companion/', { initiatorOrigin: 'app://companion' }).status).toBe(200);
    expect(get('app://companion/', { initiatorOrigin: 'https://evil.example' }).status).toBe(403);
    expect(get('app://companion/', { initiatorOrigin: null }).status).toBe(403);
    expect(answerPage({ method: 'POST', url: 'app://companion/' }, page).status).toBe(405);
  });

  it('is privileged for nothing that pages do not need', () => {
    expect(APP_SCHEMES).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } },
    ]);
  });

  it('has the policy of serve but for the network', () => {
    const rules = (csp: string) => new Map(csp.split('; ').map((rule) => [rule.split(' ')[0], rule]));
    const [desktop, web] = [rules(DESKTOP_CSP), rules(WEB_CSP)];
    for (const [name, rule] of web) {
      if (name === 'connect-src') expect(desktop.get(name)).toBe("connect-src 'none'");
      else expect(desktop.get(name)).toBe(rule);
    }
    expect(DESKTOP_CSP).not.toMatch(/unsafe|\*|https?:/);
    // the page says the same of itself, but for what a page cannot say
    const config = readFileSync(path.join(import.meta.dirname, '../../../renderer/vite.config.ts'), 'utf8');
    expect(config).toContain(`"${WEB_CSP.replace("frame-ancestors 'none'; ", '')}"`);
  });
});
