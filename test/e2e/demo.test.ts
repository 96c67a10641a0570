import fs from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import { ClaudeDesktop } from '../helpers/claude.ts';

const SERVICES = [
  'scanner',
  'pattern',
  'technical',
  'risk-manager',
  'trading',
  'workflow',
  'news',
  'reporting',
];

/** The way of a new user: serve with no profile, look at the page, set up Claude, let it read and ask to trade. */
describe.skipIf(!chromiumAvailable)('the demo, end to end in Chromium (Debian package chromium)', () => {
  let user: TestUser;
  let app: RunningApp;
  let browser: TestBrowser;
  let page: Page;
  let complaints: string[];
  let claude: ClaudeDesktop;
  let config: string;

  beforeAll(async () => {
    user = await createUser();
    config = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
    app = await user.serve();
    browser = await startBrowser();
    ({ page, complaints } = await browser.open(app.url));
  });

  afterAll(async () => {
    await claude?.close();
    await browser?.close();
    await user?.dispose();
  });

  it('shows the demo live, marked DEMO, with the onboarding on top', async () => {
    await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
    expect(await page.getByText('DEMO', { exact: true }).first().isVisible()).toBe(true);
    await page.getByTestId('onboarding').waitFor();
    expect(page.url()).not.toContain('token');
  });

  it('survives a reload, while the one-time link cannot be used again', async () => {
    await page.reload();
    await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
    const other = await browser.open(app.url);
    await other.page
      .getByText(/used|too old/i)
      .first()
      .waitFor();
    await other.page.context().close();
  });

  it('lists the orchestrator and eight services with their latency', async () => {
    await page.getByTestId('nav-services').click();
    for (const name of ['orchestration', ...SERVICES]) {
      const row = page.getByTestId(`service-${name}`);
      await row.waitFor();
      await row
        .getByText(/\d+ ms|< 1 ms/)
        .first()
        .waitFor();
    }
  });

  it('shows positions whose P&L moves', async () => {
    await page.getByTestId('nav-positions').click();
    const rows = page.getByTestId('position-row');
    await rows.nth(2).waitFor();
    const before = await rows.allInnerTexts();
    await eventually('a changed position', async () => (await rows.allInnerTexts()).join() !== before.join());
  });

  it('shows log lines as they arrive', async () => {
    await page.getByTestId('nav-logs').click();
    const lines = page.getByTestId('log-line');
    await lines.first().waitFor();
    const last = await lines.last().innerText();
    await eventually('a new log line', async () => (await lines.last().innerText()) !== last);
  });

  it('writes the entry for Claude Desktop and keeps what stood in the file', async () => {
    await fs.mkdir(path.dirname(config), { recursive: true });
    const before =
      '{\n  "globalShortcut": "Ctrl+Space",\n  "mcpServers": { "other": { "command": "/bin/true" } }\n}\n';
    await fs.writeFile(config, before);
    const installed = await user.run(['clients', 'install', 'claude-desktop', 'demo', '--yes']);
    expect(installed.stderr).toMatch(/catalyst-bridge(\.mjs|\.exe)? demo/);
    expect(installed.code).toBe(0);
    const written = JSON.parse(await fs.readFile(config, 'utf8'));
    expect(Object.keys(written.mcpServers)).toEqual(['other', 'demo']);
    expect(written.globalShortcut).toBe('Ctrl+Space');
    expect(path.isAbsolute(written.mcpServers.demo.command)).toBe(true);
  });

  it('lets Claude read health and positions through the written entry', async () => {
    claude = await ClaudeDesktop.fromConfig(config, 'demo', user.home);
    const hello = await claude.initialize();
    expect(hello.result.capabilities.tools).toBeDefined();
    const tools = await claude.request('tools/list');
    expect(tools.result.tools.map((tool: { name: string }) => tool.name)).toEqual(
      expect.arrayContaining([
        'start_trading_cycle',
        'stop_trading',
        'companion_status',
        'companion_positions',
      ]),
    );
    const resources = await claude.request('resources/list');
    expect(resources.result.resources.map((each: { uri: string }) => each.uri)).toEqual(
      expect.arrayContaining(['catalyst://system/health', 'catalyst://positions/active']),
    );
    const health = await claude.read('catalyst://system/health');
    expect(health.result.contents[0].text).toContain('scanner');
    const positions = await claude.read('catalyst://positions/active');
    expect(JSON.parse(positions.result.contents[0].text).positions.length).toBeGreaterThanOrEqual(3);
    expect(claude.junk).toEqual([]);
  });

  it('asks on the page before trading starts; Deny refuses, Allow lets it through, both are on record', async () => {
    const denied = claude.call('start_trading_cycle', { mode: 'conservative', max_positions: 3 });
    const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'));
    await dialog.getByText('start_trading_cycle').first().waitFor();
    expect(await dialog.innerText()).toContain('conservative');
    await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
    expect((await denied).result).toMatchObject({ isError: true });

    const allowed = claude.call('start_trading_cycle', { mode: 'normal' });
    // the first dialog may still be closing
    await dialog.getByText('normal').first().waitFor();
    await dialog.getByRole('button', { name: /allow once/i }).click();
    const answer = await allowed;
    expect(answer.result.isError ?? false).toBe(false);
    expect(answer.result.content[0].text).toContain('cycle_id');

    const trail = (await user.run(['audit', 'tail', '--json'])).json();
    const kinds = trail
      .filter((entry: { tool?: string }) => entry.tool === 'start_trading_cycle')
      .map((entry: { kind: string }) => entry.kind);
    expect(kinds).toEqual(expect.arrayContaining(['intent', 'outcome']));
    expect((await user.run(['audit', 'verify', '--json'])).json().ok).toBe(true);
  });

  it('shows what Claude did in Activity', async () => {
    await page.getByTestId('nav-activity').click();
    await page
      .getByTestId('activity-row')
      .filter({ hasText: /claude-ai/ })
      .first()
      .waitFor();
  });

  it('stops trading from the page and says what was read afterwards', async () => {
    await page
      .getByRole('button', { name: /stop trading/i })
      .first()
      .click();
    await page
      .getByText(/confirmed/i)
      .first()
      .waitFor();
  });

  it('keeps Claude’s server alive while the app restarts, and goes on with it', async () => {
    expect(await app.stop()).toBe(0);
    const away = await claude.call('get_risk_metrics');
    expect(away.result).toMatchObject({ isError: true });
    app = await user.serve();
    const back = await eventually('the stub attached again', async () => {
      const reply = await claude.call('get_risk_metrics');
      return reply.result?.isError ? undefined : reply;
    });
    expect(back.result.content[0].text).toContain('metrics');
    expect(await claude.close()).toBe(0);
  });

  it('undoes the change byte for byte', async () => {
    const undone = await user.run(['clients', 'undo', 'claude-desktop', '--yes']);
    expect(undone.code).toBe(0);
    expect(await fs.readFile(config, 'utf8')).toBe(
      '{\n  "globalShortcut": "Ctrl+Space",\n  "mcpServers": { "other": { "command": "/bin/true" } }\n}\n',
    );
  });

  it('made the browser complain about nothing', () => {
    expect(complaints.filter((text) => !/401|WebSocket|ERR_CONNECTION/.test(text))).toEqual([]);
  });
});
