import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

const BEFORE = {
  globalShortcut: 'Ctrl+Space',
  mcpServers: {
    fs: { command: 'npx', args: ['-y', 'server-fs', '--token', 'sk-0123'], env: { GITHUB_TOKEN: 'hush' } },
  },
};

describe.skipIf(!chromiumAvailable)('the Clients page, live (Debian package chromium)', () => {
  let user: TestUser;
  let browser: TestBrowser;
  let page: Page;
  let complaints: string[];
  let config: string;
  let claude: ChildProcess | undefined;
  const read = () => JSON.parse(fs.readFileSync(config, 'utf8')) as { mcpServers?: Record<string, unknown> };
  const put = (value: unknown) => fs.writeFileSync(config, JSON.stringify(value, null, 2));
  const card = () => page.getByTestId('target-claude-desktop');
  const state = (text: string) =>
    card().getByTestId('target-state').getByText(text, { exact: true }).waitFor();

  /** Claude Desktop as far as a process list and Chromium's lock file tell. */
  function startClaude(): void {
    const program = path.join(user.home, 'claude-desktop');
    if (!fs.existsSync(program)) fs.symlinkSync('/bin/sleep', program);
    claude = spawn(program, ['600'], { stdio: 'ignore' });
    fs.symlinkSync(`host-${claude.pid}`, path.join(path.dirname(config), 'SingletonLock'));
  }
  async function quitClaude(): Promise<void> {
    const gone = new Promise((resolve) => claude?.once('exit', resolve));
    claude?.kill();
    await gone;
    fs.rmSync(path.join(path.dirname(config), 'SingletonLock'));
  }

  beforeAll(async () => {
    user = await createUser();
    config = path.join(user.home, '.config/Claude/claude_desktop_config.json');
    fs.mkdirSync(path.dirname(config), { recursive: true });
    put(BEFORE);
    const app = await user.serve(['--demo']);
    browser = await startBrowser();
    ({ page, complaints } = await browser.open(app.url));
    await page.getByTestId('nav-clients').click();
    await card().waitFor();
  });
  afterAll(async () => {
    claude?.kill();
    await browser?.close();
    await user?.dispose();
  });

  it("shows where, and everybody else's entries without their secrets", async () => {
    await state('Not set up');
    const text = await card().innerText();
    expect(text).toContain(config);
    expect(text).toContain('npx -y server-fs --token •••');
    expect(text).toContain('sets GITHUB_TOKEN');
    expect(text).not.toMatch(/hush|sk-0123/);
  });

  it('warns while Claude runs, shows the whole change and command, and waits for Claude to quit', async () => {
    startClaude();
    await card().getByRole('button', { name: 'Set up…' }).click();
    const plan = page.getByTestId('client-plan');
    await plan.getByTestId('plan-apply').waitFor();
    const text = await plan.innerText();
    expect(text).toContain('Claude Desktop is running: quit it from the tray first');
    expect(text).toContain(path.join(user.state, 'bin', 'catalyst-bridge.mjs'));
    expect(text).not.toContain('hush');
    await plan.getByTestId('plan-apply').click();
    await plan.getByTestId('plan-done').waitFor();
    await plan.getByRole('button', { name: 'Close' }).click();
    await state('Waiting for it to quit');
    expect(Object.keys(read().mcpServers ?? {})).toEqual(['fs', 'demo']);
  });

  it('sees the entry lost, and writes it back once Claude has quit', async () => {
    put(BEFORE);
    await state('Written back when it quits');
    expect(await card().innerText()).toContain('Claude wrote its own memory of the file over it');
    expect(Object.keys(read().mcpServers ?? {})).toEqual(['fs']);
    await quitClaude();
    await state('Waiting for its next start');
    expect(Object.keys(read().mcpServers ?? {})).toEqual(['fs', 'demo']);
  });

  it('does not fight when it is lost again, and repairs when a person says so', async () => {
    put({ globalShortcut: 'x' });
    await state('Gone again');
    await page.keyboard.press('n');
    await page.getByTestId('standing').filter({ hasText: 'Entry gone: demo in Claude Desktop' }).waitFor();
    await page.keyboard.press('Escape');
    await card().getByTestId('check-repair').click();
    await state('Waiting for its next start');
    expect(Object.keys(read().mcpServers ?? {})).toEqual(['demo']);
  });

  it('an entry that somebody changed is looked at before it is repaired', async () => {
    const now = read();
    now.mcpServers = { demo: { command: '/tmp/evil' } };
    put(now);
    await state('Changed by somebody');
    await page.getByRole('button', { name: 'Notices: 1, 1 of security' }).click();
    await page.getByTestId('standing').getByRole('button', { name: 'Repair' }).click();
    await page.getByTestId('notices').waitFor({ state: 'detached' });
    await card().getByRole('button', { name: 'Look and repair…' }).click();
    const plan = page.getByTestId('client-plan');
    await plan.getByText('Somebody put another entry in the place of ours').waitFor();
    await plan.getByTestId('plan-apply').click();
    await plan.getByTestId('plan-done').waitFor();
    await plan.getByRole('button', { name: 'Close' }).click();
    await state('Waiting for its next start');
    await page.getByRole('button', { name: 'Notices: none' }).click();
    await page.getByText('Nothing waits for you.').waitFor();
    await page.keyboard.press('Escape');
  });

  it('an undo over the changes of others is shown and needs its own yes', async () => {
    put({ ...read(), theirs: true });
    await card().getByRole('button', { name: 'Undo…' }).click();
    const plan = page.getByTestId('client-plan');
    await plan.getByRole('button', { name: 'Show what would go…' }).click();
    await plan.getByTestId('plan-agree').waitFor();
    expect(await plan.getByTestId('plan-apply').isDisabled()).toBe(true);
    await plan.getByTestId('plan-agree').check();
    await plan.getByTestId('plan-apply').click();
    await plan.getByTestId('plan-done').waitFor();
    await plan.getByRole('button', { name: 'Close' }).click();
    expect(read()).not.toHaveProperty('theirs');
  });

  it('what was shown is not written over a change in between; a fresh look is one click', async () => {
    await card().getByRole('button', { name: 'Set up…' }).click();
    const plan = page.getByTestId('client-plan');
    await plan.getByTestId('plan-apply').waitFor();
    put({ meanwhile: 1, mcpServers: {} });
    await plan.getByTestId('plan-apply').click();
    await plan.getByText('has changed since the preview').waitFor();
    expect(read()).toEqual({ meanwhile: 1, mcpServers: {} });
    await plan.getByTestId('plan-again').click();
    await plan.getByTestId('plan-apply').click();
    await plan.getByTestId('plan-done').waitFor();
    await plan.getByRole('button', { name: 'Close' }).click();
    expect(read()).toMatchObject({ meanwhile: 1, mcpServers: { demo: {} } });
    await card().getByRole('button', { name: 'Undo…' }).click();
    await plan.getByTestId('plan-apply').click();
    await plan.getByTestId('plan-done').waitFor();
    await plan.getByRole('button', { name: 'Close' }).click();
  });

  it('hands out the extension', async () => {
    const waiting = page.waitForEvent('download');
    await page.getByTestId('bundle-save').click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe('catalyst-demo.mcpb');
    const bytes = fs.readFileSync(await download.path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(complaints).toEqual([]);
  });

  it('everything is on record, what the command line did meanwhile too', async () => {
    expect((await user.run(['clients', 'remove', 'claude-desktop', 'demo', '--yes'])).code).toBe(1);
    put(BEFORE);
    expect((await user.run(['clients', 'install', 'claude-desktop', 'demo', '--yes'])).code).toBe(0);
    const { stdout } = await user.run(['audit', 'tail', '50']);
    expect(stdout.match(/client-install/g)?.length).toBeGreaterThanOrEqual(5);
    expect(stdout).toContain('client-undo');
    await state('Waiting for its next start');
  });
});
