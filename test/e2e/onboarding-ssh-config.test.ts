import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import type { CatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { catalystDroplet, startCatalystDroplet } from '../helpers/catalyst-droplet.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { sshdAvailable, startSshd } from '../helpers/sshd.ts';

const ready = sshdAvailable && catalystDroplet.available && chromiumAvailable;

describe.skipIf(!ready)(
  'the first droplet as a host of ~/.ssh/config (Debian packages openssh-server, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let sshd: Sshd;
    let droplet: CatalystDroplet;
    let browser: TestBrowser;

    beforeAll(async () => {
      user = await createUser();
      sshd = await startSshd();
      droplet = await startCatalystDroplet();
      browser = await startBrowser();
      await fs.mkdir(path.join(user.home, '.ssh'), { mode: 0o700 });
      const host = [
        'HostName 127.0.0.1',
        `Port ${sshd.port}`,
        `User ${sshd.user}`,
        `IdentityFile ${sshd.key}`,
      ];
      await fs.writeFile(path.join(user.home, '.ssh/config'), `Host trader\n  ${host.join('\n  ')}\n`);
    });
    afterAll(async () => {
      await browser?.close();
      await user?.dispose();
      await droplet?.stop();
      await sshd?.stop();
    });

    it('is picked, shown with what it stands for, and signs in with its own key', async () => {
      const app = await user.serve();
      const { page, complaints } = await browser.open(app.url);
      await page.getByTestId('onboarding-ssh').click();
      await page.getByLabel('Take from ~/.ssh/config').selectOption('trader');
      await page.getByText(`As in ~/.ssh/config: ${sshd.user} at 127.0.0.1, port ${sshd.port}.`).waitFor();
      await page.getByLabel('Name', { exact: true }).fill('mine');
      await page.getByLabel(/MCP address/).fill(droplet.mcpUrl);
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.locator('[data-testid="setup"][data-step="host-key"]').waitFor();
      await page.getByText(sshd.fingerprint()).first().waitFor();
      expect(sshd.log()).not.toContain('publickey');
      await page.getByTestId('trust').click();
      // no key is made and no line has to be copied: that of the file is let in
      await page.locator('[data-testid="check-answer"][data-tone="live"]').waitFor();
      expect(await fs.readdir(path.join(user.state, 'keys'))).not.toContain('mine');
      const { links } = (await user.run(['profile', 'show', 'mine', '--json'])).json();
      expect(links).toMatchObject([{ kind: 'ssh', host: '127.0.0.1', port: sshd.port, user: sshd.user }]);
      expect(complaints).toEqual([]);
    });
  },
);
