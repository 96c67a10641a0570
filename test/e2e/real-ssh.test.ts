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
import type { FaultyLink } from '../helpers/faulty-link.ts';
import { startFaultyLink } from '../helpers/faulty-link.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { sshdAvailable, startSshd } from '../helpers/sshd.ts';

const ready = sshdAvailable && catalystDroplet.available && chromiumAvailable;

/** A droplet that is not ours: OpenSSH's sshd, and behind it FastMCP with v6.0.3's real behaviour and the v5 services. */
describe.skipIf(!ready)(
  'a real Catalyst over sshd (Debian packages openssh-server, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let sshd: Sshd;
    let droplet: CatalystDroplet;
    let browser: TestBrowser;
    let claude: ClaudeDesktop;
    let url: string;

    const profile = async () => (await user.run(['status', 'real', '--json'])).json();
    const service = async (name: string) =>
      (await profile()).health.services.find((each: any) => each.name === name);

    beforeAll(async () => {
      user = await createUser();
      sshd = await startSshd({ config: ['LogLevel DEBUG1'] });
      droplet = await startCatalystDroplet({ databaseDown: ['pattern'] });
      browser = await startBrowser();
      url = (await user.serve()).url;
    });

    afterAll(async () => {
      await claude?.close();
      await browser?.close();
      await user?.dispose();
      await droplet?.stop();
      await sshd?.stop();
    });

    it('takes the profile, and refuses one it cannot use with a code and a next step', async () => {
      const services = droplet.services.flatMap(({ name, url }) => ['--service', `${name}=${url}`]);
      const link = ['--ssh', `${sshd.user}@127.0.0.1:${sshd.port}`, '--identity', sshd.key];
      const added = await user.run([
        'profile',
        'add',
        'real',
        '--preset',
        'catalyst',
        ...link,
        '--mcp-url',
        droplet.mcpUrl,
        ...services,
      ]);
      expect(added).toMatchObject({ code: 0 });
      const again = await user.run(['profile', 'add', 'real', '--preset', 'catalyst', ...link]);
      expect(again.code).toBe(1);
      expect(again.stderr).toMatch(/^PROFILE_EXISTS: .+\n {2}.+/);
      expect((await user.run(['connect', 'nobody'])).stderr).toContain('PROFILE_UNKNOWN');
    });

    it('shows the host key at first contact, says no user name before it is trusted, then is live', async () => {
      const first = await user.run(['connect', 'real', '--json']);
      expect(first.code).toBe(1);
      expect(first.json().link).toMatchObject({
        state: 'blocked',
        reason: 'host-key-unknown',
        hostKey: { fingerprint: sshd.fingerprint() },
      });
      expect(sshd.log()).not.toContain(`user ${sshd.user}`);
      const wrong = await user.run(['trust', 'real', 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']);
      expect(wrong.code).toBe(1);
      const trusted = await user.run(['trust', 'real', sshd.fingerprint(), '--json']);
      expect(trusted.json().link).toMatchObject({ state: 'live' });
      expect(trusted.code).toBe(0);
      expect((await user.run(['connect', 'real'])).code).toBe(0);
    });

    it('shows what was probed beside what was reported: services up, the one degraded, positions from REST', async () => {
      await eventually('all services probed', async () =>
        (await profile()).health.services.every((each: any) => each.probedAt !== null),
      );
      const state = await eventually('positions read', async () => {
        const found = await profile();
        return found.trading.positions.state === 'known' && found.health.reported ? found : undefined;
      });
      const verdicts = Object.fromEntries(
        state.health.services.map((each: any) => [each.name, each.verdict]),
      );
      expect(verdicts).toMatchObject({
        orchestration: 'up',
        scanner: 'up',
        workflow: 'up',
        'risk-manager': 'up',
        pattern: 'degraded',
      });
      expect((await service('pattern')).reason).toMatch(/database/);
      expect((await service('scanner')).reported.text).toContain('Event loop is closed');
      expect(state.health.hint).toBeTruthy();
      expect(state.trading.positions.source).toMatchObject({ kind: 'rest' });
      expect(state.trading.positions.value.rows.length).toBeGreaterThan(0);
    });

    it('shows the same on the page', async () => {
      const { page } = await browser.open(url);
      await page.getByRole('button', { name: /real/ }).first().click();
      await page.getByText('Degraded').first().waitFor();
      await page
        .getByText(/database/i)
        .first()
        .waitFor();
    });

    it('gives Claude positions although the server has none, and asks before a start that ends unknown', async () => {
      const config = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
      expect((await user.run(['clients', 'install', 'claude-desktop', 'real', '--yes'])).code).toBe(0);
      claude = await ClaudeDesktop.fromConfig(config, 'real', user.home);
      expect((await claude.initialize()).result).toBeDefined();
      const listed = await claude.request('resources/list');
      expect(listed.result.resources.map((each: { uri: string }) => each.uri)).toContain(
        'catalyst://positions/active',
      );
      expect((await claude.read('catalyst://positions/active')).result.contents[0].text).toContain('AAPL');
      expect((await claude.read('catalyst://system/health')).result.contents[0].text).toContain(
        'Event loop is closed',
      );

      const { page } = await browser.open(
        (await user.run(['status', '--json'])).json() && (await dashboard()),
      );
      const call = claude.call('start_trading_cycle', { mode: 'normal' });
      await page
        .getByRole('alertdialog')
        .or(page.getByRole('dialog'))
        .getByRole('button', { name: /allow once/i })
        .click();
      const { result } = await call;
      expect(result.isError).toBe(true);
      expect(result.content[0].text).toMatch(/unknown/i);
      expect(result.content[0].text).toContain('-32602');
      expect(result.content[0].text).toMatch(/not call|do not repeat|status/i);
      const trail = (await user.run(['audit', 'tail', '--json'])).json();
      expect(trail).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'outcome', tool: 'start_trading_cycle', outcome: 'unknown' }),
        ]),
      );
      const starts = (await droplet.calls()).filter((each) => each.what === 'tools/call start_trading_cycle');
      expect(starts).toHaveLength(1);
    });

    /** A fresh one-time link of the running app, as a second `serve` gives it. */
    async function dashboard(): Promise<string> {
      const second = await user.run(['serve', '--no-open']);
      expect(second.code).toBe(1);
      expect(second.stderr).toContain('APP_ALREADY_RUNNING');
      return /http:\/\/\S+/.exec(second.stderr)?.[0] ?? '';
    }

    it('repairs itself when sshd is killed and comes back, and shows services as unknown meanwhile', async () => {
      await sshd.kill();
      await eventually('not live', async () => (await profile()).link.state !== 'live');
      expect((await service('scanner')).verdict).toBe('unknown');
      const down = await claude.call('get_risk_metrics');
      expect(down.result.isError).toBe(true);
      expect(down.result.content[0].text).toMatch(/down|retrying|away/i);
      await sshd.restart();
      await eventually('live again', async () => (await profile()).link.state === 'live', 60_000);
      await eventually('probed again', async () => (await service('scanner')).verdict === 'up');
    });

    it('stops hard at a changed host key, before anything of ours is sent', async () => {
      await sshd.restart({ newHostKey: true });
      const blocked = await eventually(
        'blocked',
        async () => {
          const { link } = await profile();
          return link.state === 'blocked' ? link : undefined;
        },
        60_000,
      );
      expect(blocked).toMatchObject({ reason: 'host-key-changed', error: { code: 'LINK_HOST_KEY_CHANGED' } });
      expect(blocked.hostKey.known).toHaveLength(1);
      const trust = await user.run(['trust', 'real', sshd.fingerprint()]);
      expect(trust.code).toBe(1);
      expect(trust.stderr).toContain('LINK_HOST_KEY_CHANGED');
      expect((await user.run(['untrust', 'real', blocked.hostKey.known[0]])).code).toBe(0);
      await eventually(
        'unknown now',
        async () =>
          (await profile()).link.reason === 'host-key-unknown' ||
          (await user.run(['connect', 'real', '--json'])).json().link.reason === 'host-key-unknown',
      );
      expect((await user.run(['trust', 'real', sshd.fingerprint()])).code).toBe(0);
    });

    it('keeps to the latency that was asked for over 60 ms of round trip', async () => {
      let slow: FaultyLink | undefined;
      try {
        slow = await startFaultyLink({ port: sshd.port, delayMs: 30 });
        const services = droplet.services.flatMap(({ name, url }) => ['--service', `${name}=${url}`]);
        const link = ['--ssh', `${sshd.user}@127.0.0.1:${slow.port}`, '--identity', sshd.key];
        await user.run([
          'profile',
          'add',
          'far',
          '--preset',
          'catalyst',
          ...link,
          '--mcp-url',
          droplet.mcpUrl,
          ...services,
        ]);
        await user.run(['connect', 'far']);
        expect((await user.run(['trust', 'far', sshd.fingerprint()])).code).toBe(0);
        const config = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
        await user.run(['clients', 'install', 'claude-desktop', 'far', '--yes']);
        const far = await ClaudeDesktop.fromConfig(config, 'far', user.home);
        await far.initialize();
        const count = process.env.COMPANION_SOAK ? 50 : 10;
        const timed = async (run: () => Promise<unknown>) => {
          const times: number[] = [];
          for (let i = 0; i < count; i++) {
            const started = performance.now();
            await run();
            times.push(performance.now() - started);
          }
          return times.toSorted((a, b) => a - b)[Math.ceil(count * 0.95) - 1];
        };
        await far.read('catalyst://trading-cycle/current');
        const reads = await timed(() => far.read('catalyst://trading-cycle/current'));
        const calls = await timed(() => far.call('analyze_symbol', { symbol: 'AAPL' }));
        console.log(
          `60 ms round trip, ${count} each: p95 of resource reads ${reads.toFixed(0)} ms, of tool calls ${calls.toFixed(0)} ms`,
        );
        await far.close();
      } finally {
        await slow?.stop();
      }
    });

    it('kept no secret in clear: neither keys nor tokens in state files, logs or arguments', async () => {
      const key = (await fs.readFile(sshd.key, 'utf8')).split('\n')[4];
      for (const name of await fs.readdir(user.state, { recursive: true })) {
        const file = path.join(user.state, name);
        if (!(await fs.lstat(file)).isFile()) continue;
        expect((await fs.readFile(file)).includes(key), file).toBe(false);
        expect((await fs.stat(file)).mode & 0o077, file).toBe(0);
      }
    });
  },
);
