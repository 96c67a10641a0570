import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import type { CatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { catalystDroplet, startCatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { ClaudeDesktop } from '../helpers/claude.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { freePort, sshdAvailable, startSshd } from '../helpers/sshd.ts';

const ready = sshdAvailable && catalystDroplet.available && chromiumAvailable;
const serviceOptions = (droplet: CatalystDroplet) =>
  droplet.services.flatMap(({ name, url }) => ['--service', `${name}=${url}`]);
const sshOptions = (sshd: Sshd) => ['--ssh', `${sshd.user}@127.0.0.1:${sshd.port}`, '--identity', sshd.key];

describe.skipIf(!ready)(
  'a profile changed in place while Claude is attached (Debian packages openssh-server, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let first: Sshd;
    let second: Sshd;
    let old: CatalystDroplet;
    let next: CatalystDroplet;
    let claude: ClaudeDesktop;
    let browser: TestBrowser;
    let url: string;

    const state = async () => (await user.run(['status', 'real', '--json'])).json();
    const set = (...args: string[]) => user.run(['profile', 'set', 'real', ...args]);
    const stored = async () =>
      JSON.parse(await fs.readFile(path.join(user.state, 'profiles.json'), 'utf8')).profiles[0];
    const answers = async () => {
      const reply = await claude.call('analyze_symbol', { symbol: 'AAPL' });
      return reply.result?.isError === true || reply.error ? JSON.stringify(reply) : 'answered';
    };
    const readsAt = async (droplet: CatalystDroplet) =>
      (await droplet.calls()).filter(({ what }) => what === 'tools/call analyze_symbol').length;

    beforeAll(async () => {
      user = await createUser();
      [first, second] = [await startSshd(), await startSshd()];
      [old, next] = [await startCatalystDroplet(), await startCatalystDroplet()];
      browser = await startBrowser();
      url = (await user.serve()).url;
      const opened = await freePort();
      const add = ['profile', 'add', 'real', '--preset', 'catalyst', '--env', 'paper'];
      const added = await user.run([
        ...add,
        ...sshOptions(first),
        '--expose',
        `${opened}:${new URL(next.mcpUrl).port}`,
        '--mcp-url',
        old.mcpUrl,
        ...serviceOptions(old),
      ]);
      expect(added).toMatchObject({ code: 0 });
      await user.run(['connect', 'real']);
      expect((await user.run(['trust', 'real', first.fingerprint()])).code).toBe(0);
      const config = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
      expect((await user.run(['clients', 'install', 'claude-desktop', 'real', '--yes'])).code).toBe(0);
      claude = await ClaudeDesktop.fromConfig(config, 'real', user.home);
      await claude.initialize();
      await claude.request('tools/list');
      expect(await answers()).toBe('answered');
    });

    afterAll(async () => {
      await claude?.close();
      await browser?.close();
      await user?.dispose();
      await Promise.all([old?.stop(), next?.stop(), first?.stop(), second?.stop()]);
    });

    it('moves to another server; the same session of Claude answers from there, with nothing restarted', async () => {
      const { pid } = claude.child;
      const before = await readsAt(old);
      const done = await set('--mcp-url', next.mcpUrl, ...serviceOptions(next), '--yes');
      expect(done).toMatchObject({ code: 0 });
      expect(done.stderr).toContain(`+ ${next.mcpUrl}`);
      await eventually('the link made anew', async () => (await state()).link.state === 'live');
      expect(await answers()).toBe('answered');
      expect(await readsAt(next)).toBe(1);
      expect(await readsAt(old)).toBe(before);
      expect([claude.child.pid, claude.child.exitCode]).toEqual([pid, null]);
      const now = await eventually('positions of the new server', async () => {
        const found = await state();
        return found.trading.positions.state === 'known' ? found : undefined;
      });
      expect(now.profile).toMatchObject({ mcpUrl: next.mcpUrl, services: next.services });
      // a port of this computer is opened anew, not taken by the link before
      expect(now.chain[0].exposed).toMatchObject([{ error: null }]);
      expect(await stored()).toMatchObject({ mcpUrl: next.mcpUrl, wanted: true, environment: 'paper' });
      const trail = (await user.run(['audit', 'tail', '--kind', 'profile-changed', '--json'])).stdout;
      expect(trail).toContain(`MCP address: ${old.mcpUrl} => ${next.mcpUrl}`);
    });

    it('keeps the trust in host keys, and asks about a host that was never seen', async () => {
      const both = await set(...sshOptions(second), ...sshOptions(first), '--yes');
      expect(both).toMatchObject({ code: 0 });
      const live = await eventually('the known one in use', async () => {
        const found = await state();
        return found.link.state === 'live' ? found : undefined;
      });
      expect(live.link.via.index).toBe(1);
      expect(live.chain[0]).toMatchObject({ state: 'refused', reason: 'host-key-unknown' });
      expect(second.log()).not.toContain('Accepted publickey');
      expect(await answers()).toBe('answered');
    });

    it('changes the environment only with the name, and refuses a change from what is no longer so', async () => {
      const refused = await set('--env', 'live', '--yes');
      expect(refused.code).not.toBe(0);
      expect(await stored()).toMatchObject({ environment: 'paper' });
      const wrong = await set('--env', 'live', '--confirm', 'reel');
      expect(wrong).toMatchObject({ code: 1 });
      expect(wrong.stderr).toContain('CONFIRMATION_NEEDED');
      expect(await set('--env', 'live', '--confirm', 'real')).toMatchObject({ code: 0 });
      expect((await state()).profile.environment).toBe('live');
      expect(await set('--env', 'paper', '--confirm', 'real')).toMatchObject({ code: 0 });
    });

    it('is refused in words while a start waits for its answer; after that the page reorders the links', async () => {
      const { page } = await browser.open(url);
      const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
      await page.getByText('real').first().waitFor();
      await eventually('a link', async () => (await state()).link.state === 'live');
      const call = claude.call('start_trading_cycle', { mode: 'normal' });
      await dialog.waitFor();
      const busy = await set('--mcp-url', old.mcpUrl, '--yes');
      expect(busy).toMatchObject({ code: 1 });
      expect(busy.stderr).toContain('PROFILE_BUSY');
      expect(await stored()).toMatchObject({ mcpUrl: next.mcpUrl });
      await page.getByTestId('consent-deny').click();
      await call;
      expect(await set('--read-seconds', '2', '--yes')).toMatchObject({ code: 0 });

      // with nothing open, the page may: the known host first
      await page.getByRole('button', { name: /real/ }).first().click();
      await page
        .getByRole('button', { name: /Connections/ })
        .first()
        .click();
      await page.getByTestId('edit-profile-open').click();
      await page.getByTestId('link-card-1').getByRole('button', { name: 'Move up' }).click();
      await page.getByRole('button', { name: 'Save and reconnect' }).click();
      await eventually('the first choice in use', async () => {
        const { link } = await state();
        return link.state === 'live' && link.via.index === 0;
      });
      expect((await stored()).links.map(({ port }: { port: number }) => port)).toEqual([
        first.port,
        second.port,
      ]);
      expect(await answers()).toBe('answered');
      for (const droplet of [old, next])
        expect((await droplet.calls()).filter(({ what }) => what.includes('start_trading'))).toEqual([]);
    });

    it('works without a running app, too', async () => {
      const other = await createUser();
      try {
        await other.run(['profile', 'add', 'mine', '--preset', 'generic', '--ssh', 'a@h1', '--agent']);
        const done = await other.run([
          'profile',
          'set',
          'mine',
          '--https',
          'https://h2.example/mcp',
          '--downtime',
          'mon-fri 22:00-06:00 UTC',
          '--yes',
          '--json',
        ]);
        expect(done).toMatchObject({ code: 0 });
        expect(done.json()).toMatchObject({
          name: 'mine',
          links: [{ kind: 'https', url: 'https://h2.example/mcp' }],
          downtime: { zone: 'UTC', windows: [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' }] },
        });
        const bare = ['profile', 'set', 'mine', '--yes', '--json', '--service'];
        expect((await other.run([...bare, 'news=http://127.0.0.1:5008'])).json().services).toHaveLength(1);
        expect((await other.run([...bare, 'none'])).json().services).toEqual([]);
        expect((await other.run([...bare, 'none', '--service', 'a=http://127.0.0.1:1'])).code).toBe(2);
        expect((await other.run(['profile', 'set', 'nobody', '--dir', '/x', '--yes'])).stderr).toContain(
          'PROFILE_UNKNOWN',
        );
      } finally {
        await other.dispose();
      }
    });
  },
);
