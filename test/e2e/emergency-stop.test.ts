/* oxlint-disable no-control-regex -- control characters are what must not be on the screen */
import http from 'node:http';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawUpstream } from '../fixtures/mcp/raw-upstream.ts';
import { StubClient } from '../fixtures/mcp/stub-client.ts';
import type { TestUser } from '../helpers/app.ts';
import { eventually } from '../helpers/app.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import type { ServedPage } from '../helpers/served-page.ts';
import { openServedPage } from '../helpers/served-page.ts';

const STUB = [process.execPath, path.join(import.meta.dirname, '../../dist/stub.js')];
const TOOL = 'start_trading_cycle';
const EVIL = 'x\u202Egnp\u2066\u200B\u001B[31m\u{E0041}y';
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\u{E0000}-\u{E007F}]/u;

describe.skipIf(!chromiumAvailable)('the two ways to stop, on the page (Debian package chromium)', () => {
  let user: TestUser;
  let served: ServedPage;
  let page: Page;

  beforeAll(async () => {
    served = await openServedPage();
    ({ user, page } = served);
  });

  afterAll(() => served?.close());

  const startTrading = async () => {
    const call = user.run(['call', 'demo', TOOL, '{"mode":"normal"}']);
    await page.getByTestId('consent-allow').click();
    expect((await call).code).toBe(0);
  };
  const openClosing = async () => {
    await page.getByTestId('stop-menu').click();
    await page.getByTestId('close-all-open').click();
    await page.getByTestId('hold-to-confirm').waitFor();
  };

  it('stops new trades by one click, confirmed by status with its time; more clicks do no harm', async () => {
    await startTrading();
    await page.getByTestId('stop-trading').click();
    await page
      .getByTestId('stop-result')
      .filter({ hasText: /confirmed at \d\d:\d\d:\d\d by status/ })
      .waitFor();
    await page.keyboard.press('Escape');
    for (let n = 0; n < 3; n += 1) {
      await page.getByTestId('stop-trading').click();
      await page.keyboard.press('Escape');
    }
    await eventually('the last press is confirmed', async () => {
      const { code } = await user.run(['stop', 'demo']);
      return code === 0;
    });
    await page.reload();
    await page.getByTestId('stop-strip').getByRole('button', { name: 'Show' }).click();
    await page.getByTestId('stop-result').filter({ hasText: 'confirmed' }).waitFor();
    await page.getByTestId('stop-panel').getByRole('button', { name: 'Close' }).click();
    await page.getByTestId('stop-strip').waitFor({ state: 'detached' });
  });

  it('closes everything only when it was held for two seconds; a click, a key and a short hold do nothing', async () => {
    await openClosing();
    const hold = page.getByTestId('hold-to-confirm');
    await hold.click();
    await hold.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await hold.hover();
    await page.mouse.down();
    // well short of two seconds also where the machine is busy
    await page.waitForTimeout(300);
    await page.mouse.up();
    await page.waitForTimeout(1_500);
    expect(await hold.isVisible()).toBe(true);
    expect(await page.getByTestId('close-all-result').count()).toBe(0);
    await page.getByTestId('close-all-cancel').click();
    const { stdout } = await user.run(['audit', 'tail', '--json']);
    expect(stdout).not.toContain('"decision": "confirmed"');
  });

  it('closes everything by a held key, recorded before it is sent, and believes the positions alone', async () => {
    await startTrading();
    await openClosing();
    await page.getByTestId('hold-to-confirm').focus();
    await page.keyboard.down('Space');
    await page.getByTestId('close-all-result').or(page.getByText('Sent; waiting')).first().waitFor();
    await page.keyboard.up('Space');
    await page
      .getByTestId('close-all-result')
      .filter({ hasText: /No open positions, read at \d\d:/ })
      .waitFor();
    await page.getByTestId('close-all').getByRole('button', { name: 'Close', exact: true }).click();
    const trail = (await user.run(['audit', 'tail', '--json'])).json() as {
      kind: string;
      decision?: string;
      args?: string;
    }[];
    const intent = trail.findLast((entry) => entry.decision === 'confirmed');
    expect(intent).toMatchObject({
      kind: 'intent',
      args: expect.stringContaining('"close_positions":true') as string,
    });
    expect((await user.run(['audit', 'verify'])).code).toBe(0);
  });

  it('closes everything from the command line for a demo with --yes alone', async () => {
    expect(await user.run(['close-all', 'demo'])).toMatchObject({ code: 2 });
    const closed = await user.run(['close-all', 'demo', '--yes']);
    expect(closed.stdout).toMatch(/^(CLOSED|SENT)/);
    const live = [
      'profile',
      'add',
      'real',
      '--preset',
      'catalyst',
      '--direct',
      'http://127.0.0.1:9/mcp',
      '--env',
      'live',
    ];
    expect((await user.run(live)).code).toBe(0);
    const refused = await user.run(['close-all', 'real', '--yes']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--yes does not answer this');
    expect((await user.run(['profile', 'remove', 'real', '--yes'])).code).toBe(0);
  });

  it('stops from the command line while the page hangs', async () => {
    const hung = page.evaluate(() => {
      const end = Date.now() + 8_000;
      while (Date.now() < end);
    });
    const begun = Date.now();
    const stopped = await user.run(['stop', 'demo', '--json']);
    console.log(`stop from the command line with a hung page: ${Date.now() - begun} ms in all`);
    expect(stopped.code).toBe(0);
    expect(stopped.json()).toMatchObject({ result: 'confirmed' });
    await hung;
  });

  it('shows hidden characters of tools, answers and activity by their codes, on every page', async () => {
    const up = new RawUpstream();
    up.tools = [
      { name: TOOL, description: EVIL, inputSchema: { type: 'object' } },
      { name: `tool${EVIL}`, description: EVIL, inputSchema: { type: 'object' } },
    ];
    const answer = up.answer.bind(up);
    up.answer = (message) =>
      message.method === 'tools/call'
        ? { result: { content: [{ type: 'text', text: EVIL }], isError: true } }
        : answer(message);
    const url = await up.listen();
    const workflow = http.createServer((_request, response) => response.end(EVIL));
    await new Promise<void>((resolve) => workflow.listen(0, '127.0.0.1', resolve));
    const { port } = workflow.address() as { port: number };
    try {
      const add = ['profile', 'add', 'odd', '--preset', 'catalyst', '--env', 'paper', '--direct', url];
      expect((await user.run([...add, '--service', `workflow=http://127.0.0.1:${port}`])).code).toBe(0);
      await user.run(['connect', 'odd']);
      const client = new StubClient(user.state, 'odd', {}, STUB);
      await client.initialize(`claude${EVIL}`);
      await page.reload();
      await page.getByText('odd', { exact: true }).first().click();
      client.raw(
        `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${TOOL}","arguments":{"a":1}}}\n`,
      );
      await page.getByTestId('consent-dialog').waitFor();
      expect(await page.getByTestId('consent-dialog').innerText()).not.toMatch(HIDDEN);
      for (const box of await page.getByTestId('consent-warning').getByRole('checkbox').all())
        await box.check();
      await page.getByTestId('consent-allow').click();
      await client.message(({ id }) => id === 7);
      await page.getByTestId('stop-trading').click();
      await page.getByTestId('stop-result').waitFor();
      expect(await page.getByTestId('stop-panel').innerText()).toContain('\\u202e');
      const text = async () => await page.locator('body').innerText();
      expect(await text()).not.toMatch(HIDDEN);
      await page.getByTestId('stop-panel').getByRole('button', { name: 'Close' }).click();
      for (const name of ['activity', 'connections', 'logs', 'overview']) {
        await page.getByTestId(`nav-${name}`).click();
        await page.getByTestId(`page-${name}`).waitFor();
        await page.waitForTimeout(300);
        expect(await text(), name).not.toMatch(HIDDEN);
      }
      await client.end();
    } finally {
      workflow.closeAllConnections();
      workflow.close();
      await up.close();
    }
  });

  it('prints the command to run by hand within 3 s where the app does not answer, exit 1', async () => {
    const add = [
      'profile',
      'add',
      'real',
      '--preset',
      'catalyst',
      '--ssh',
      'root@droplet.example',
      '--env',
      'live',
    ];
    expect((await user.run(add)).code).toBe(0);
    process.kill(served.app.pid, 'SIGSTOP');
    try {
      const begun = Date.now();
      const stopped = await user.run(['stop', 'real']);
      console.log(`the command by hand after ${Date.now() - begun} ms`);
      expect(stopped.code).toBe(1);
      expect(stopped.stderr).toContain('NOT DELIVERED');
      expect(stopped.stderr).toContain(
        'ssh root@droplet.example "curl -sS -X POST http://127.0.0.1:5006/api/v1/workflow/stop"',
      );
      expect(Date.now() - begun).toBeLessThan(30_000);
    } finally {
      process.kill(served.app.pid, 'SIGCONT');
    }
  });
});
