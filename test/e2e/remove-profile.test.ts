import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

const BEFORE = `${JSON.stringify({ mcpServers: { fs: { command: 'npx' } } }, null, 2)}\n`;
const addTo = (user: TestUser, name: string) =>
  user.run(['profile', 'add', name, '--preset', 'catalyst', '--direct', 'http://127.0.0.1:9']);

function claudeConfig(user: TestUser): string {
  const file = path.join(user.home, '.config/Claude/claude_desktop_config.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, BEFORE);
  return file;
}

describe('a removed profile that clients still start', () => {
  let user: TestUser;
  beforeAll(async () => {
    user = await createUser();
  });
  afterAll(() => user.dispose());

  it('is named with the command that takes its entry out, which works without the profile', async () => {
    const config = claudeConfig(user);
    await addTo(user, 'box');
    await user.run(['clients', 'install', 'claude-desktop', 'box', '--yes']);
    expect(fs.readFileSync(config, 'utf8')).toContain('"box"');

    const removed = await user.run(['profile', 'remove', 'box']);
    expect(removed.code).toBe(0);
    const command = 'catalyst-companion clients remove claude-desktop box';
    expect(removed.stdout).toContain(config);
    expect(removed.stdout).toContain(command);
    const done = await user.run([...command.split(' ').slice(1), '--yes']);
    expect(done.code).toBe(0);
    expect(fs.readFileSync(config, 'utf8')).toBe(BEFORE);

    await addTo(user, 'box');
    const bare = await user.run(['profile', 'remove', 'box', '--json']);
    expect(JSON.parse(bare.stdout)).toMatchObject({ removed: 'box', entries: [] });
  });
});

describe.skipIf(!chromiumAvailable)('removing a profile on the page (Debian package chromium)', () => {
  let user: TestUser;
  let browser: TestBrowser;
  let page: Page;
  let complaints: string[];
  let config: string;
  const clientsOf = () =>
    Object.keys((JSON.parse(fs.readFileSync(config, 'utf8')) as { mcpServers: object }).mcpServers);

  beforeAll(async () => {
    user = await createUser();
    config = claudeConfig(user);
    for (const name of ['box', 'other']) {
      await addTo(user, name);
      await user.run(['clients', 'install', 'claude-desktop', name, '--yes']);
    }
    const app = await user.serve([]);
    browser = await startBrowser();
    ({ page, complaints } = await browser.open(app.url));
    await page.getByTestId('nav-connections').click();
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('tells before and after which clients still start it', async () => {
    await page.getByRole('button', { name: 'Remove this profile…' }).click();
    await page.getByTestId('left-entries').getByText('Claude Desktop', { exact: true }).waitFor();
    await page.getByLabel('Type box to remove it').fill('box');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page
      .getByText(/Removed box\. Its entry still stands in Claude Desktop: .+ claude-desktop box/)
      .waitFor();
    expect(clientsOf()).toEqual(['fs', 'box', 'other']);
  });

  it('takes the entry of a profile that is gone out on the Clients page', async () => {
    await page.getByTestId('nav-clients').click();
    const row = page.getByTestId('entry-ours').filter({ hasText: 'no such profile' });
    await row.getByRole('button', { name: 'Remove…' }).click();
    await page.getByTestId('plan-apply').click();
    await page.getByTestId('plan-done').waitFor();
    expect(clientsOf()).toEqual(['fs', 'other']);
    await page.getByRole('button', { name: 'Close', exact: true }).last().click();
    await row.waitFor({ state: 'detached' });
  });

  it('takes the entry out before the profile goes, where that is asked for', async () => {
    await page.getByTestId('nav-connections').click();
    await page.getByRole('button', { name: 'Remove this profile…' }).click();
    await page.getByTestId('left-entries').getByRole('button', { name: 'Remove entry…' }).click();
    await page.getByTestId('plan-apply').click();
    await page.getByTestId('plan-done').waitFor();
    expect(clientsOf()).toEqual(['fs']);
    await page.getByTestId('left-entries').waitFor({ state: 'detached' });
  });

  it('has the demo back at once, with the welcome, when the last profile goes', async () => {
    await page.getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByLabel('Type other to remove it').fill('other');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Removed other.').waitFor();
    await page.getByTestId('nav-overview').click();
    await page.getByTestId('onboarding-demo').waitFor();
    await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
    expect(complaints).toEqual([]);
  });
});
