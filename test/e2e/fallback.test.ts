import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import type { CatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { catalystDroplet, startCatalystDroplet } from '../helpers/catalyst-droplet.ts';
import type { Nginx } from '../helpers/nginx.ts';
import { nginxAvailable, startNginx } from '../helpers/nginx.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { freePort, sshdAvailable, startSshd } from '../helpers/sshd.ts';
import type { TestCa } from '../helpers/tls.ts';
import { makeCa, opensslAvailable } from '../helpers/tls.ts';

const ready =
  sshdAvailable && nginxAvailable && opensslAvailable && chromiumAvailable && catalystDroplet.available;
const apiKey = randomBytes(24).toString('base64url');
const SOAK = process.env['COMPANION_SOAK'] === '1';
/** Pictures of the page go here where it is set. */
const PICTURES = process.env['COMPANION_PICTURES'];

describe.skipIf(!ready)(
  'a chain of SSH and HTTPS to a real Catalyst (Debian packages openssh-server, nginx, openssl, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let sshd: Sshd;
    let nginx: Nginx;
    let droplet: CatalystDroplet;
    let ca: TestCa;
    let browser: TestBrowser;
    let page: Awaited<ReturnType<TestBrowser['open']>>['page'];

    const state = async () => (await user.run(['status', 'real', '--json'])).json();
    const picture = async (name: string) => {
      if (PICTURES !== undefined) await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
    };

    beforeAll(async () => {
      user = await createUser();
      sshd = await startSshd();
      droplet = await startCatalystDroplet({});
      ca = makeCa();
      const { cert, key } = ca.issue('server', { days: 12 });
      const port = await freePort();
      const origin = new URL(droplet.mcpUrl).origin;
      const pass = `proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_buffering off; proxy_pass`;
      nginx = await startNginx(
        `server {
          listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
          if ($http_x_api_key != "${apiKey}") { return 401; }
          location /mcp { ${pass} ${origin}; }
          location = /health { ${pass} ${origin}/health; }
        }`,
        port,
      );
      browser = await startBrowser();
      const { url } = await user.serve();
      const services = droplet.services.flatMap((each) => ['--service', `${each.name}=${each.url}`]);
      const ssh = ['--ssh', `${sshd.user}@127.0.0.1:${sshd.port}`, '--identity', sshd.key];
      const web = [
        '--https',
        `https://127.0.0.1:${port}/mcp`,
        '--api-key-header',
        'X-API-Key',
        '--ca',
        ca.caFile,
      ];
      const profile = ['profile', 'add', 'real', '--preset', 'catalyst', '--mcp-url', droplet.mcpUrl];
      const added = await user.run([...profile, ...ssh, ...web, ...services]);
      expect(added).toMatchObject({ code: 0 });
      await user.run(['secret', 'set', 'real', 'api-key'], { input: apiKey });
      ({ page } = await browser.open(url));
    });

    afterAll(async () => {
      await browser?.close();
      await user?.dispose();
      await nginx?.stop();
      await droplet?.stop();
      await sshd?.stop();
      ca?.remove();
    });

    it('goes on over HTTPS at first contact, with the host key shown beside it', async () => {
      const connected = await user.run(['connect', 'real', '--json']);
      expect(connected.json().link).toMatchObject({ state: 'live', via: { index: 1 } });
      const { chain } = await state();
      expect(chain[0]).toMatchObject({ state: 'refused', reason: 'host-key-unknown' });
      expect(chain[0].hostKey.fingerprint).toBe(sshd.fingerprint());
      await page.getByRole('button', { name: /real/ }).first().click();
      await page
        .getByRole('button', { name: /Connections/ })
        .first()
        .click();
      await page.getByText(sshd.fingerprint()).first().waitFor();
      await picture('first-contact');
    });

    it('proves SSH beside it once its key is trusted, and warns of the certificate', async () => {
      expect((await user.run(['trust', 'real', sshd.fingerprint()])).code).toBe(0);
      const found = await eventually('SSH being proven', async () => {
        const now = await state();
        return now.chain[0].state === 'proving' ? now : undefined;
      });
      expect(found.link).toMatchObject({ state: 'live', via: { index: 1 } });
      await page.getByText(/The certificate ends in 1[12] days/).waitFor();
      await page.getByText('Proving').first().waitFor();
      await picture('proving');
      const text = (await user.run(['status', 'real'])).stdout;
      expect(text).toContain('2nd choice');
    });

    it(
      'returns to SSH after a minute, and goes over to HTTPS when it loses it',
      { timeout: 400_000 },
      async () => {
        await eventually(
          'SSH in use',
          async () => (await state()).chain[0].state === 'in-use' || undefined,
          150_000,
        );
        await picture('returned');
        await sshd.kill();
        const lost = await eventually('HTTPS in use', async () => {
          const now = await state();
          return now.link.state === 'live' && now.link.via.index === 1 ? now : undefined;
        });
        expect(lost.chain[0].error.code).toMatch(/^LINK_/);
        await page.getByText('2nd choice').first().waitFor();
        await picture('lost');
        if (!SOAK) return;
        await sshd.restart();
        await eventually(
          'SSH in use again',
          async () => (await state()).chain[0].state === 'in-use' || undefined,
          150_000,
        );
      },
    );

    it('stops the whole chain when the host key has changed', async () => {
      await sshd.restart({ newHostKey: true });
      const blocked = await eventually(
        'the block',
        async () => {
          const now = await state();
          return now.link.state === 'blocked' ? now : undefined;
        },
        90_000,
      );
      expect(blocked.link).toMatchObject({ reason: 'host-key-changed' });
      expect(blocked.chain[1].state).toBe('idle');
      await page.getByText('shows a different key than before').first().waitFor();
      expect(await page.getByRole('button', { name: 'It is the same: trust' }).count()).toBe(0);
      await picture('changed');
      const log = await fs.readFile(path.join(user.state, 'logs', 'app.log'), 'utf8');
      expect(log).not.toContain(apiKey);
    });
  },
);
