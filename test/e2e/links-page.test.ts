import { describe, expect, it } from 'vitest';
import type { Scenario } from '../fixtures/page/scenarios.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import { madeUpPages } from '../helpers/made-up-page.ts';

const OLD = 'SHA256:p2QAMXNIC1TJYWeIOttrVc98rPfNi4VbHj5bWwZ0fA0';
const NEW = 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGrX8kVzJ9tmjL5a1Zw';

/** The page over made-up states of core, which a real droplet takes minutes to reach. */
describe.skipIf(!chromiumAvailable)('links on the page (Debian package chromium)', () => {
  const open = madeUpPages();

  async function connections(scenario: Scenario) {
    const opened = await open(scenario);
    await opened.page.keyboard.press('7');
    await opened.page.getByTestId('chain').waitFor();
    return opened;
  }

  it('shows which link is in use and why, and how far the better one is', async () => {
    const { page, complaints } = await connections('fallback');
    await page.getByText(/Using HTTPS trading\.example \(2nd choice\)/).waitFor();
    const used = page.locator('[data-testid^="chain-"][aria-current="true"]');
    expect(await used.count()).toBe(1);
    expect(await used.getAttribute('data-testid')).toBe('chain-1');
    expect(await page.getByTestId('proof').innerText()).toMatch(
      /^Healthy for \d+ s; it is used again after 60 s/,
    );
    expect(complaints).toEqual([]);
  });

  it('keeps a refused link with its remedy in sight while another is in use, and retries it', async () => {
    const { page, core } = await connections('refused');
    const row = page.getByTestId('chain-0');
    expect(await row.innerText()).toContain('Sign-in refused');
    expect(await row.innerText()).toContain('authorized_keys');
    await page.getByRole('button', { name: 'Retry now' }).click();
    await expect.poll(() => core.calls).toContain('links.retry {"profile":"catalyst"}');
  });

  it('counts down to the next try', async () => {
    const { page } = await connections('failed');
    await page.getByText('Neither of the 2 links works now.').waitFor();
    await page.getByText(/^in \d+ s$/).waitFor();
    await page.getByRole('button', { name: 'Retry now' }).waitFor();
  });

  it('trusts an unknown key by its fingerprint, with the jump host named', async () => {
    const { page, core } = await connections('jump');
    const note = page.getByTestId('host-key-unknown');
    expect(await note.innerText()).toContain('jump host bastion.example');
    expect(await page.getByTestId('chain-0').locator('[data-broken]').innerText()).toContain('bastion');
    await page.getByTestId('trust').click();
    await expect
      .poll(() => core.calls)
      .toContain(`links.trust {"profile":"catalyst","fingerprint":"${NEW}"}`);
  });

  it('shows a changed key beside the old one, without any button that accepts it', async () => {
    const { page, core } = await connections('changed');
    const note = page.getByTestId('host-key-changed');
    const text = await note.innerText();
    expect(text).toContain(OLD);
    expect(text).toContain(NEW);
    const buttons = await note.getByRole('button').allInnerTexts();
    // copying is all that can be done to it; icons have no text
    expect(buttons.filter((words) => words !== '')).toEqual([]);
    expect(await page.getByTestId('trust').count()).toBe(0);
    expect(core.calls).toEqual([]);
  });

  it('forgets the old key only behind a disclosure and the typed name', async () => {
    const { page, core } = await connections('changed');
    await page.getByText(/I know why it changed/).click();
    const forget = page.getByRole('button', { name: 'Forget the old key' });
    expect(await forget.isDisabled()).toBe(true);
    await page.getByLabel(/Type catalyst/).fill('catalyst');
    await forget.click();
    await expect
      .poll(() => core.calls)
      .toEqual([`links.untrust {"profile":"catalyst","fingerprint":"${OLD}"}`]);
  });

  it('adds a profile with two links in the order they were put into', async () => {
    const { page, core } = await connections('single');
    await page.getByTestId('section-add').click();
    await page.getByLabel('Name', { exact: true }).fill('mine');
    await page.getByLabel('Droplet', { exact: true }).fill('root@203.0.113.10');
    await page.getByLabel('Jump hosts').fill('ops@bastion.example');
    await page.getByRole('button', { name: 'Add another link as fallback' }).click();
    const card = page.getByTestId('link-card-1');
    await card.getByLabel('Address').fill('https://trading.example/mcp');
    await card.getByRole('button', { name: 'Move up' }).click();
    await page.getByRole('button', { name: 'Add and connect' }).click();
    await expect.poll(() => core.calls.find((call) => call.startsWith('profiles.add'))).toBeDefined();
    const added = core.calls.find((call) => call.startsWith('profiles.add')) ?? '';
    const { links } = JSON.parse(added.slice('profiles.add '.length));
    expect(links).toMatchObject([
      { kind: 'https', url: 'https://trading.example/mcp' },
      { kind: 'ssh', host: '203.0.113.10', jump: [{ user: 'ops', host: 'bastion.example' }] },
    ]);
    await expect.poll(() => core.calls.at(-1)).toContain('links.connect');
  });

  it('takes a host of ~/.ssh/config over, saying what it left out', async () => {
    const { page, core } = await connections('single');
    await page.getByTestId('section-add').click();
    await page.getByLabel('Take from ~/.ssh/config').selectOption('droplet');
    const taken = page.getByTestId('imported-host');
    await taken.waitFor();
    expect(await taken.innerText()).toContain('ops@bastion.example');
    expect(await taken.innerText()).toContain('Not taken over: LocalCommand');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('droplet');
    await page.getByRole('button', { name: 'Add and connect' }).click();
    await expect.poll(() => core.calls.find((call) => call.startsWith('profiles.add'))).toBeDefined();
    const added = core.calls.find((call) => call.startsWith('profiles.add')) ?? '';
    expect(JSON.parse(added.slice('profiles.add '.length)).links[0]).toMatchObject({
      host: '203.0.113.10',
      hostKeyAlias: 'droplet',
      jump: [{ host: 'bastion.example' }],
    });
  });
});
