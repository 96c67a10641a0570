import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chromiumAvailable } from '../helpers/browser.ts';
import { madeUpPages } from '../helpers/made-up-page.ts';

/** Pictures of the page go here where it is set. */
const PICTURES = process.env['COMPANION_PICTURES'];

describe.skipIf(!chromiumAvailable)('changing a profile on the page (Debian package chromium)', () => {
  const open = madeUpPages();

  async function editing(size: { width?: number; height?: number; dark?: boolean } = {}) {
    const { page, complaints, core } = await open('live', size);
    await page.keyboard.press('7');
    await page.getByTestId('edit-profile-open').click();
    const form = page.getByTestId('edit-profile');
    await form.waitFor();
    const sent = () => {
      const call = core.calls.find((one) => one.startsWith('profiles.change'));
      return call === undefined ? undefined : JSON.parse(call.slice('profiles.change '.length));
    };
    return { page, complaints, form, sent };
  }

  it('puts a link first, shows what that does, and sends the whole of it', async () => {
    const { page, complaints, form, sent } = await editing();
    await page.getByText('Nothing is changed yet.').waitFor();
    expect(await form.getByRole('button', { name: /^Save/ }).isDisabled()).toBe(true);
    await page.getByTestId('link-card-1').getByRole('button', { name: 'Move up' }).click();
    expect(await page.getByTestId('change-effect').innerText()).toMatch(
      /https:\/\/trading\.example\/mcp .* → ssh root@droplet\.example/,
    );
    expect(await page.getByTestId('change-effect').innerText()).toContain('Claude is not restarted');
    await form.getByRole('button', { name: 'Save and reconnect' }).click();
    await expect.poll(sent).toBeDefined();
    const { parts, expected, profile } = sent();
    expect(profile).toBe('catalyst');
    expect(parts.links.map((link: any) => link.kind)).toEqual(['https', 'ssh']);
    // nothing else is touched by the way through the form
    expect({ ...parts, links: parts.links.toReversed() }).toEqual(expected);
    await page.getByTestId('chain').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Edit');
    expect(complaints).toEqual([]);
  });

  it('edits, adds and removes links, by keyboard too, and marks what cannot be used', async () => {
    const { page, form, sent } = await editing();
    const target = page.getByLabel('Droplet', { exact: true });
    await target.fill('nonsense');
    await page.getByText('Write it as user@host or user@host:port.').waitFor();
    expect(await form.getByRole('button', { name: /^Save/ }).isDisabled()).toBe(true);
    await target.fill('ops@new.example:2222');
    await page.getByTestId('link-card-1').getByRole('button', { name: 'Remove this link' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add another link as fallback' }).focus();
    await page.keyboard.press('Enter');
    const card = page.getByTestId('link-card-1');
    await card.getByRole('button', { name: 'Direct' }).click();
    await card.getByLabel('Local address').fill('http://127.0.0.1:5000/mcp');
    await page.getByLabel('Planned downtime').fill('mon-fri 22:00-06:00 UTC');
    await page.getByLabel('Planned downtime').press('Enter');
    await expect.poll(sent).toBeDefined();
    expect(sent().parts).toMatchObject({
      links: [
        { kind: 'ssh', host: 'new.example', port: 2222, user: 'ops' },
        { kind: 'direct', url: 'http://127.0.0.1:5000/mcp' },
      ],
      downtime: { zone: 'UTC', windows: [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' }] },
    });
  });

  it('changes the environment only with the name typed, and cancels without a trace', async () => {
    const { page, form, sent } = await editing();
    await form.getByLabel('Environment').selectOption('paper');
    await page.getByText('The environment changes from LIVE to PAPER.').waitFor();
    const save = form.getByRole('button', { name: /^Save/ });
    expect(await save.isDisabled()).toBe(true);
    await form.getByLabel('Type catalyst to confirm').fill('catalyst');
    await form.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('chain').waitFor();
    expect(sent()).toBeUndefined();
    await page.getByTestId('edit-profile-open').click();
    await form.getByLabel('Environment').selectOption('paper');
    await form.getByLabel('Type catalyst to confirm').fill('catalyst');
    await save.click();
    await expect.poll(sent).toMatchObject({ confirm: 'catalyst', parts: { environment: 'paper' } });
  });

  it.each([
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 900, 600],
    ['dark', 900, 600],
  ] as const)('fits its window, %s at %i', async (theme, width, height) => {
    const { page, form, complaints } = await editing({ width, height, dark: theme === 'dark' });
    await page.getByTestId('link-card-1').getByRole('button', { name: 'Move up' }).click();
    await form.getByLabel('Environment').selectOption('paper');
    const overflow = await form.evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(overflow).toBe(0);
    expect(complaints).toEqual([]);
    if (PICTURES === undefined) return;
    const name = path.join(PICTURES, `edit-${theme}-${width}`);
    await page.getByTestId('link-card-0').scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${name}.png` });
    await form.getByRole('button', { name: /^Save/ }).scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${name}-end.png` });
  });
});
