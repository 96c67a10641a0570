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

/** The way of a new user who edits no file and types no command. */
describe.skipIf(!ready)(
  'onboarding on the page (Debian packages openssh-server, chromium; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let sshd: Sshd;
    let droplet: CatalystDroplet;
    let browser: TestBrowser;
    let url: string;

    beforeAll(async () => {
      user = await createUser();
      sshd = await startSshd();
      droplet = await startCatalystDroplet();
      browser = await startBrowser();
      url = (await user.serve()).url;
    });

    afterAll(async () => {
      await browser?.close();
      await user?.dispose();
      await droplet?.stop();
      await sshd?.stop();
    });

    it('adds a droplet over SSH, shows its fingerprint, trusts it, and is live', async () => {
      const { page, complaints } = await browser.open(url);
      await page.getByTestId('onboarding-ssh').click();
      await page.getByLabel('Name', { exact: true }).fill('mine');
      await page.getByLabel('Droplet', { exact: true }).fill(`${sshd.user}@127.0.0.1:${sshd.port}`);
      await page.getByLabel('Private key').fill(sshd.key);
      await page.getByLabel(/MCP address/).fill(droplet.mcpUrl);
      await page.getByRole('button', { name: 'Add and connect' }).click();
      await page.getByText(sshd.fingerprint()).first().waitFor();
      await page.getByTestId('trust').click();
      await page.getByRole('button', { name: /Connected: open the overview/ }).click();
      await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
      await page.getByTestId('environment').filter({ hasText: 'LIVE' }).first().waitFor();
      expect(complaints).toEqual([]);
    });

    it('keeps the profile: its services follow the MCP address, and it is wanted at the next start', async () => {
      const stored = (await user.run(['profile', 'show', 'mine', '--json'])).json();
      expect(stored).toMatchObject({ wanted: true, environment: 'live' });
      expect(stored.services.find((each: { name: string }) => each.name === 'orchestration').url).toBe(
        new URL(droplet.mcpUrl).origin,
      );
    });
  },
);
