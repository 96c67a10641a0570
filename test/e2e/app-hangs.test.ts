import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import { ClaudeDesktop } from '../helpers/claude.ts';
import type { ServedPage } from '../helpers/served-page.ts';
import { openServedPage } from '../helpers/served-page.ts';

/** A process that is stopped keeps its sockets open and answers nothing: neither a request nor the closing of one. */
describe.skipIf(!chromiumAvailable)('an app that hangs or has gone (Debian package chromium)', () => {
  let user: TestUser;
  let app: RunningApp;
  let served: ServedPage;
  let claude: ClaudeDesktop;
  let page: Page;
  const word = (text: string) => page.getByTestId('link-state').filter({ hasText: text }).first();

  beforeAll(async () => {
    served = await openServedPage();
    ({ user, app, page } = served);
    expect((await user.run(['clients', 'install', 'claude-desktop', 'demo', '--yes'])).code).toBe(0);
    const config = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
    claude = await ClaudeDesktop.fromConfig(config, 'demo', user.home);
    await claude.initialize();
  });

  afterAll(async () => {
    await claude?.close();
    await served?.close();
  });

  it('is called so by the page and the command line, while its sockets are open; and no longer once it answers', async () => {
    process.kill(app.pid, 'SIGSTOP');
    try {
      await page.getByTestId('lost-banner').filter({ hasText: 'The app is not answering' }).waitFor();
      await word('Unknown').waitFor();
      expect(await page.title()).toMatch(/^No answer/);
      const { code, stderr } = await user.run(['status', 'demo']);
      expect(code).toBe(1);
      expect(stderr).toContain('Catalyst Companion runs, but did not answer within 3 s.');
    } finally {
      process.kill(app.pid, 'SIGCONT');
    }
    const status = await claude.call('companion_status');
    expect(JSON.parse(status.result.content[0].text)).toMatchObject({ link: { state: 'Live' } });
    await page.getByTestId('lost-banner').waitFor({ state: 'detached' });
    await word('Live').waitFor();
  });

  it('that slept too long for a connection is not taken for a page that is signed out when it wakes', async () => {
    process.kill(app.pid, 'SIGSTOP');
    try {
      // the connection was not opened in time, and the page asks why: the app wakes with that question
      await page.waitForRequest(
        (request) => request.method() === 'GET' && request.url().endsWith('/session'),
      );
    } finally {
      process.kill(app.pid, 'SIGCONT');
    }
    await page.getByTestId('lost-banner').or(page.getByTestId('signed-out')).waitFor({ state: 'detached' });
    await word('Live').waitFor();
    expect(await page.getByTestId('signed-out').count()).toBe(0);
  });

  it('is found again in the same tab by the fresh link of its next start', async () => {
    const port = new URL(app.url).port;
    await app.kill('SIGKILL');
    await word('Unknown').waitFor();
    app = await user.serve(['--port', port]);
    await page.getByTestId('signed-out').waitFor();
    await page.goto(app.url);
    await word('Live').waitFor();
    expect(page.url()).not.toContain('token');
  });
});
