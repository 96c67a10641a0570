import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { sshdAvailable, startSshd } from '../helpers/sshd.ts';

const available = chromiumAvailable && sshdAvailable;

/** The built app over a real sshd, whose sessions find a docker that only writes down what it was asked. */
describe.skipIf(!available)('restarting a container from the page (chromium, openssh-server)', () => {
  let user: TestUser;
  let sshd: Sshd;
  let browser: TestBrowser;
  let bin: string;
  let calls: string;

  beforeAll(async () => {
    user = await createUser();
    bin = path.join(user.home, 'bin');
    calls = path.join(user.home, 'calls.log');
    fs.mkdirSync(bin);
    const row = {
      Service: 'news',
      Name: 'catalyst-news',
      State: 'exited',
      Status: 'Exited (1)',
      ExitCode: 1,
    };
    fs.writeFileSync(
      path.join(bin, 'docker'),
      `#!/bin/sh\ncase "$*" in *"--format json"*) echo '${JSON.stringify(row)}';; *restart*) echo "$*" >> ${calls};; *) exit 1;; esac\n`,
      { mode: 0o755 },
    );
    sshd = await startSshd({ config: [`SetEnv PATH=${bin}:/usr/bin:/bin`] });
    browser = await startBrowser();
    fs.mkdirSync(user.state, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(user.state, 'known_hosts'), `${sshd.knownHostsLine()}\n`, { mode: 0o600 });
    const { port, user: name, key } = sshd;
    const profile = {
      name: 'real',
      preset: 'catalyst',
      environment: 'live',
      links: [{ kind: 'ssh', host: '127.0.0.1', port, user: name, auth: [{ kind: 'key', file: key }] }],
      mcpUrl: 'http://127.0.0.1:1/mcp',
      services: [{ name: 'news', url: 'http://127.0.0.1:1' }],
      dir: user.home,
      wanted: true,
    };
    fs.writeFileSync(
      path.join(user.state, 'profiles.json'),
      JSON.stringify({ version: 1, profiles: [profile] }),
      { mode: 0o600 },
    );
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
    await sshd?.stop();
  });

  it('shows the exact command before anything is sent, and sends it once', async () => {
    // an entry of ours that starts something else: told at once, and its message stays until it is put away
    const claude = path.join(user.home, '.config/Claude/claude_desktop_config.json');
    fs.mkdirSync(path.dirname(claude), { recursive: true });
    expect((await user.run(['clients', 'install', 'claude-desktop', 'real', '--yes'])).code).toBe(0);
    fs.writeFileSync(claude, JSON.stringify({ mcpServers: { real: { command: '/tmp/other' } } }));
    const app = await user.serve();
    const { page, complaints } = await browser.open(app.url);
    await page.getByTestId('link-state').waitFor();
    await page.keyboard.press('2');
    await page.getByTestId('service-news').waitFor();
    await page.getByTestId('open-news').click();
    await expect.poll(() => page.getByTestId('container').innerText()).toContain('exited');
    const message = page.getByTestId('notice').filter({ hasText: 'Entry changed: real in Claude Desktop' });
    for (const size of [
      { width: 900, height: 600 },
      { width: 1280, height: 800 },
    ]) {
      await page.setViewportSize(size);
      const [toast, drawer] = [
        await message.boundingBox(),
        await page.getByTestId('service-drawer').boundingBox(),
      ];
      expect((toast?.x ?? Infinity) + (toast?.width ?? 0)).toBeLessThanOrEqual(drawer?.x ?? 0);
    }
    await page.getByTestId('restart').click();
    const shown = page.getByTestId('consent-arguments');
    await shown.waitFor();
    expect(await shown.innerText()).toContain(`cd ${user.home} && docker compose restart news`);
    expect(fs.existsSync(calls)).toBe(false);
    const allow = page.getByTestId('consent-allow');
    await expect.poll(() => allow.isEnabled()).toBe(true);
    await allow.click();
    await page.locator('[data-testid=last-restart][data-state=done]').waitFor();
    expect(fs.readFileSync(calls, 'utf8')).toBe('compose restart news\n');
    const tail = await user.run(['audit', 'tail', '--json']);
    expect(tail.stdout).toContain('restart_container');
    expect(complaints).toEqual([]);
  });
});
