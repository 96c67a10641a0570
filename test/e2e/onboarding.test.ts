import fs from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import type { CatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { catalystDroplet, startCatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { tabTo } from '../helpers/keyboard.ts';
import type { Nginx } from '../helpers/nginx.ts';
import { nginxAvailable, startNginx } from '../helpers/nginx.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { freePort, sshdAvailable, startSshd } from '../helpers/sshd.ts';
import type { TestCa } from '../helpers/tls.ts';
import { makeCa, opensslAvailable } from '../helpers/tls.ts';

const ready = sshdAvailable && catalystDroplet.available && chromiumAvailable;
const CLAUDE = '.config/Claude/claude_desktop_config.json';
const BEFORE = '{\n  "globalShortcut": "Alt+C",\n  "mcpServers": {}\n}\n';

async function withClaude(user: TestUser): Promise<void> {
  await fs.mkdir(path.join(user.home, path.dirname(CLAUDE)), { recursive: true });
  await fs.writeFile(path.join(user.home, CLAUDE), BEFORE);
}

const step = (page: Page, name: string) => page.locator(`[data-testid="setup"][data-step="${name}"]`);
const check = (page: Page, name: string, tone: string) =>
  page.locator(`[data-testid="check-${name}"][data-tone="${tone}"]`);
const where = (page: Page) => page.getByLabel('Where is your droplet?');

/** Another page and back, then a reload: the step must be where it was. */
async function leaveAndComeBack(page: Page, seen: () => Promise<void>): Promise<void> {
  await page.getByTestId('nav-logs').click();
  await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
  await page.getByTestId('nav-overview').click();
  await seen();
  await page.reload();
  await seen();
}

describe.skipIf(!ready)(
  'the first droplet over SSH, by keyboard (Debian packages openssh-server, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let sshd: Sshd;
    let droplet: CatalystDroplet;
    let browser: TestBrowser;
    let app: RunningApp;
    let page: Page;
    let complaints: string[];

    beforeAll(async () => {
      user = await createUser();
      await withClaude(user);
      sshd = await startSshd();
      droplet = await startCatalystDroplet();
      browser = await startBrowser();
      app = await user.serve();
      ({ page, complaints } = await browser.open(app.url));
    });

    afterAll(async () => {
      await browser?.close();
      await user?.dispose();
      await droplet?.stop();
      await sshd?.stop();
    });

    const press = async (...args: Parameters<Page['getByRole']>) => {
      await tabTo(page, page.getByRole(...args).first());
      await page.keyboard.press('Enter');
    };
    const type = async (label: string | RegExp, text: string) => {
      await tabTo(page, page.getByLabel(label));
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    };

    it('understands the pasted command, and keeps what was typed', async () => {
      await press('button', { name: /Connect over SSH/ });
      await press('button', { name: 'Connect', exact: true });
      await page.getByText('Say where it is').waitFor();
      await type('Where is your droplet?', 'http://203.0.113.10:5000/mcp');
      await page.getByText('shows positions and orders to everybody').waitFor();
      await type('Where is your droplet?', `ssh -p ${sshd.port} ${sshd.user}@127.0.0.1`);
      await page.getByText(`Over SSH to 127.0.0.1, port ${sshd.port}, signing in as ${sshd.user}.`).waitFor();
      await type('Name', 'mine');
      await type(/MCP address/, droplet.mcpUrl);
      const kept = async () => {
        await where(page).waitFor();
        expect(await where(page).inputValue()).toBe(`ssh -p ${sshd.port} ${sshd.user}@127.0.0.1`);
        expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('mine');
      };
      await leaveAndComeBack(page, kept);
    });

    it('makes the key, and shows the fingerprint before anything is said about the user', async () => {
      await press('button', { name: 'Connect', exact: true });
      await step(page, 'host-key').waitFor();
      await page.getByText(sshd.fingerprint()).first().waitFor();
      expect((await fs.stat(path.join(user.state, 'keys/mine'))).mode & 0o777).toBe(0o600);
      expect(sshd.log()).not.toContain('publickey');
      await leaveAndComeBack(page, () => step(page, 'host-key').waitFor());
    });

    it('goes on there after the app was stopped and started', async () => {
      await app.stop();
      app = await user.serve();
      await page.close();
      ({ page, complaints } = await browser.open(app.url));
      await step(page, 'host-key').waitFor();
    });

    it('signs in once the one line is on the droplet', async () => {
      await tabTo(page, page.getByTestId('trust'));
      await page.keyboard.press('Enter');
      await check(page, 'auth', 'attention').waitFor();
      await leaveAndComeBack(page, () => check(page, 'auth', 'attention').waitFor());
      const line = await page
        .getByTestId('key-line')
        .locator('code', { hasText: 'ssh-ed25519' })
        .first()
        .innerText();
      expect(line).toMatch(
        /^restrict,port-forwarding,permitopen="127\.0\.0\.1:\d+",.* ssh-ed25519 \S+ companion-mine@/,
      );
      await press('button', { name: 'I added it: sign in' });
      await page.getByText('It still refuses the key.').waitFor();
      await fs.appendFile(path.join(sshd.dir, 'authorized_keys'), `${line}\n`);
      await press('button', { name: 'I added it: sign in' });
      await check(page, 'answer', 'live').waitFor();
    });

    it('finds the services that answer, names those that do not, and goes on', async () => {
      // of the ports of a Catalyst this machine has the orchestration's alone
      await check(page, 'services', 'attention').waitFor();
      const found = page.getByTestId('check-services');
      await found.getByText('1 of 9 healthy').waitFor();
      for (const name of ['orchestration', 'trading', 'workflow'])
        await found.getByText(name, { exact: true }).waitFor();
      await leaveAndComeBack(page, () => page.getByTestId('setup-claude').waitFor());
    });

    it('sets up Claude after showing the change, and is done', async () => {
      await tabTo(page, page.getByTestId('setup-claude'));
      await page.keyboard.press('Enter');
      const apply = page.getByTestId('plan-apply');
      await page.locator('[data-testid="plan-apply"]:enabled').waitFor();
      expect(await fs.readFile(path.join(user.home, CLAUDE), 'utf8')).toBe(BEFORE);
      await tabTo(page, apply);
      await page.keyboard.press('Enter');
      await page.getByTestId('plan-done').waitFor();
      await press('button', { name: 'Close', exact: true });
      await check(page, 'claude', 'live').waitFor();
      const config = JSON.parse(await fs.readFile(path.join(user.home, CLAUDE), 'utf8'));
      expect(config).toMatchObject({
        globalShortcut: 'Alt+C',
        mcpServers: { mine: { args: expect.anything() } },
      });
      await leaveAndComeBack(page, () => check(page, 'claude', 'live').waitFor());
      await tabTo(page, page.getByTestId('setup-finish'));
      await page.keyboard.press('Enter');
      await page.getByTestId('setup').waitFor({ state: 'detached' });
      await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
      await page.getByTestId('environment').filter({ hasText: 'LIVE' }).first().waitFor();
      await page.reload();
      await page.getByTestId('link-state').first().waitFor();
      expect(await page.getByTestId('setup').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('kept the profile: its services follow the MCP address, and it is wanted at the next start', async () => {
      const stored = (await user.run(['profile', 'show', 'mine', '--json'])).json();
      expect(stored).toMatchObject({ wanted: true, environment: 'live' });
      expect(stored.services.find((each: { name: string }) => each.name === 'orchestration').url).toBe(
        new URL(droplet.mcpUrl).origin,
      );
      const shown = await user.run(['key', 'show', 'mine']);
      expect(shown.stdout).toMatch(/^restrict,.* companion-mine@\S+\n$/);
      expect((await user.run(['key', 'make', 'mine'])).stderr).toContain('KEY_EXISTS');
    });
  },
);

describe.skipIf(!ready || !nginxAvailable || !opensslAvailable)(
  'the first droplet over HTTPS (Debian packages nginx, openssl, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let ca: TestCa;
    let nginx: Nginx | undefined;
    let droplet: CatalystDroplet;
    let browser: TestBrowser;
    let page: Page;
    let complaints: string[];
    let port: number;
    const key = 'a-key-of-the-web-server-1234';

    const serve = async () => {
      const { cert, key: certKey } = ca.issue('server');
      const proxy = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;';
      const origin = new URL(droplet.mcpUrl).origin;
      const services = droplet.services.map(
        ({ name, url }) => `location /svc/${name}/ { ${proxy} proxy_pass ${url}/; }`,
      );
      const text = `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${certKey};
        if ($http_x_api_key != "${key}") { return 401; }
        location /mcp { ${proxy} proxy_pass ${origin}; } location = /health { proxy_pass ${origin}/health; }
        ${services.join('\n')} }`;
      nginx = await startNginx(text, port);
    };

    beforeAll(async () => {
      user = await createUser();
      await withClaude(user);
      ca = makeCa();
      user.env.NODE_EXTRA_CA_CERTS = ca.caFile;
      droplet = await startCatalystDroplet({ databaseDown: ['pattern'] });
      browser = await startBrowser();
      port = await freePort();
      ({ page, complaints } = await browser.open((await user.serve()).url));
    });

    afterAll(async () => {
      await browser?.close();
      await user?.dispose();
      await nginx?.stop();
      await droplet?.stop();
      ca?.remove();
    });

    it('says that nothing answers there, and how a web server is put there', async () => {
      await page.getByTestId('onboarding-https').click();
      await where(page).fill(`https://localhost:${port}/mcp`);
      await page.getByText('Over HTTPS to localhost.').waitFor();
      await page.getByLabel('API key', { exact: true }).fill('a-wrong-key');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await check(page, 'reach', 'attention').waitFor();
      await page.getByText('Write one', { exact: false }).click();
      await page.getByLabel('Domain of the droplet').fill('trading.example.com');
      await page.getByRole('button', { name: 'Write the nginx file' }).click();
      await page
        .getByTestId('nginx-kit')
        .getByText('sudo nginx -t && sudo systemctl reload nginx', { exact: true })
        .waitFor();
      await page.getByLabel('Domain of the droplet').fill('a b; }');
      await page.getByRole('button', { name: 'Write the nginx file' }).click();
      await page.getByText('no domain that a certificate is made for').waitFor();
    });

    it('asks for the right key in place, and goes on by itself', async () => {
      await serve();
      const refused = check(page, 'auth', 'danger').waitFor();
      // it tries again by itself too, and then there is nothing to click any more
      const again = page.getByRole('button', { name: 'Try again now' }).click();
      await Promise.race([again, refused]).catch(() => undefined);
      again.catch(() => undefined);
      await refused;
      await page.getByText('LINK_API_KEY_REFUSED').waitFor();
      await page.reload();
      await check(page, 'auth', 'danger').waitFor();
      await page.getByLabel('API key', { exact: true }).fill(key);
      await page.getByRole('button', { name: 'Use it' }).click();
      await check(page, 'answer', 'live').waitFor();
    });

    it('tells how many services are healthy, and goes on all the same', async () => {
      await check(page, 'services', 'attention').waitFor();
      const total = droplet.services.length;
      await page.getByText(`${total - 1} of ${total} healthy`).waitFor();
      await page.getByTestId('setup-claude').waitFor();
    });

    it('can be put away and taken up again, and ended before Claude is set up', async () => {
      await page.getByRole('button', { name: 'Hide for now' }).click();
      await page.getByTestId('setup').waitFor({ state: 'detached' });
      await page.getByTestId('setup-reminder').getByRole('button', { name: 'Go on' }).click();
      await page.getByTestId('setup').waitFor();
      await page.getByTestId('setup-finish').click();
      await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
      await page.reload();
      await page.getByTestId('link-state').first().waitFor();
      expect(await page.getByTestId('setup').count()).toBe(0);
      expect(complaints).toEqual([]);
    });
  },
);

describe.skipIf(!chromiumAvailable)('a setup that cannot succeed (Debian package chromium)', () => {
  let user: TestUser;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    user = await createUser();
    browser = await startBrowser();
    ({ page } = await browser.open((await user.serve()).url));
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('names what is wrong where it is, and can be begun again with the same key', async () => {
    const port = await freePort();
    await page.getByTestId('onboarding-ssh').click();
    await where(page).fill(`root@127.0.0.1:${port}`);
    await page.getByLabel('Name', { exact: true }).fill('Not A Name');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Use 1 to 16 of a-z, 0-9 and -.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('again');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await check(page, 'reach', 'attention').waitFor();
    await page.getByText('LINK_PORT_CLOSED').waitFor();
    const key = await fs.readFile(path.join(user.state, 'keys/again'), 'utf8');
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByTestId('onboarding').waitFor();
    await page.getByTestId('onboarding-ssh').click();
    await where(page).fill(`root@127.0.0.1:${port}`);
    await page.getByLabel('Name', { exact: true }).fill('again');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await check(page, 'reach', 'attention').waitFor();
    expect(await fs.readFile(path.join(user.state, 'keys/again'), 'utf8')).toBe(key);
    // a profile that is removed elsewhere ends its setup
    await user.run(['profile', 'remove', 'again']);
    await page.getByTestId('onboarding').waitFor();
    expect(await page.getByTestId('setup').count()).toBe(0);
  });
});
