/* oxlint-disable no-control-regex -- control characters are what must not be on the screen */
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from '../../electron/contract/api.ts';
import type { AppState } from '../../electron/contract/state.ts';
import { dialLocal } from '../../electron/core/bridge/dial-local.ts';
import { rpcPortOf } from '../../electron/core/rpc-port.ts';
import { StubClient } from '../fixtures/mcp/stub-client.ts';
import type { TestUser } from '../helpers/app.ts';
import { eventually } from '../helpers/app.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import type { ServedPage } from '../helpers/served-page.ts';
import { openServedPage, waitForLive } from '../helpers/served-page.ts';

const START = 'start_trading_cycle';
const STUB = [process.execPath, path.join(import.meta.dirname, '../../dist/stub.js')];

/** One call of a client that is under way. */
interface Asked {
  id: number;
  answer: Promise<string>;
}

/** The real app behind `serve`, its page in Chromium, and the real stub as the client that asks. */
describe.skipIf(!chromiumAvailable)('consent on the page (Debian package chromium)', () => {
  let user: TestUser;
  let served: ServedPage;
  let page: Page;
  let client: StubClient;
  let next = 1000;
  const others: Page[] = [];

  beforeAll(async () => {
    served = await openServedPage();
    ({ user, page } = served);
  });

  afterAll(() => served?.close());

  beforeEach(async () => {
    client = new StubClient(user.state, 'demo', {}, STUB);
    await client.initialize();
  });

  afterEach(async () => {
    await client.end();
    for (const other of others.splice(0)) await other.context().close();
    // what a test leaves on screen is withdrawn with its client and put away
    await eventually('no request waits', async () => (await consents()).length === 0);
    await page.reload();
    await waitForLive(page);
  });

  /** Asks to start; `answer` is the text of the result. */
  const ask = (args: object, more: object = {}, from = client): Asked => {
    const id = (next += 1);
    const params = { name: START, arguments: args, ...more };
    from.raw(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
    const answer = from
      .message((message) => message.id === id, 60_000)
      .then(({ result, error }) => (error?.message ?? result.content[0].text) as string);
    answer.catch(() => undefined);
    return { id, answer };
  };

  const withCore = async <T>(work: (core: ContractRouterClient<Contract>) => Promise<T>): Promise<T> => {
    const socket = await dialLocal(user.state, { kind: 'control', profile: '' });
    try {
      return await work(createORPCClient(new RPCLink({ port: rpcPortOf(socket) })));
    } finally {
      socket.destroy();
    }
  };
  const consents = (): Promise<AppState['consents']> =>
    withCore(async (core) => {
      for await (const event of await core.state.follow())
        if (event.type === 'snapshot') return event.state.consents;
      throw new Error('no snapshot');
    });
  const waiting = async () => (await consents()).map(({ argumentsText }) => argumentsText);

  const dialog = (on = page) => on.getByTestId('consent-dialog');
  const allow = (on = page) => on.getByTestId('consent-allow');
  const deny = (on = page) => on.getByTestId('consent-deny');
  const armed = async (on = page) => {
    await eventually('the dialog is armed', async () => await allow(on).isEnabled());
  };
  /** The dialog that shows these arguments. */
  const shows = async (text: string, on = page) => await dialog(on).getByText(text).first().waitFor();

  it('is an alert dialog with a name, a timer and the focus on Deny; it says who, where, what and what else was sent', async () => {
    const asked = ask(
      { mode: 'conservative', max_positions: 3 },
      { _meta: { progressToken: 'p-77' }, task: { ttl: 9 } },
    );
    await shows('conservative');
    const popup = page.getByRole('alertdialog', { name: /claude-ai asks to START TRADING on demo/ });
    await popup.waitFor();
    await eventually('the focus is on Deny', () =>
      deny().evaluate((button) => button === document.activeElement),
    );
    const text = await dialog().innerText();
    for (const part of [
      'DEMO',
      'simulated data',
      'claude-ai 0.1.0 over stdio',
      START,
      'max_positions',
      '_meta, task',
    ])
      expect(text).toContain(part);
    await page.getByTestId('consent-others').locator('summary').click();
    expect(await page.getByTestId('consent-others').innerText()).toContain('"progressToken": "p-77"');
    const timer = page.getByRole('timer');
    const first = Number(await timer.innerText());
    await eventually('the countdown moves', async () => Number(await timer.innerText()) < first);
    await deny().click();
    expect(await asked.answer).toContain('denied');
    await dialog().waitFor({ state: 'detached' });
  });

  it('gives a double click on Allow to one request alone', async () => {
    const [one, two] = [ask({ mode: 'normal' }), ask({ mode: 'aggressive' })];
    await shows('normal');
    await armed();
    await allow().dblclick();
    expect(await one.answer).not.toContain('denied');
    await shows('aggressive');
    expect(await waiting()).toEqual(['{"mode":"aggressive"}']);
    await deny().click();
    expect(await two.answer).toContain('denied');
  });

  it('says of the same call behind it that it was allowed just now', async () => {
    // how often a client may ask is limited, and the other tests share one
    const own = new StubClient(user.state, 'demo', {}, STUB);
    await own.initialize('repeater');
    const again = () => ask({ mode: 'normal', max_positions: 2 }, {}, own);
    const [one, two] = [again(), again()];
    await shows('normal');
    await eventually('both wait', async () => (await waiting()).length === 2);
    await armed();
    await allow().click();
    expect(await one.answer).not.toContain('denied');
    await shows('Repeated call');
    await shows('Allowing it again may do it twice');
    await deny().click();
    expect(await two.answer).toContain('denied');
    await own.end();
  });

  it('gives a double click on Deny to one request alone', async () => {
    const [one, two] = [ask({ mode: 'normal' }), ask({ mode: 'aggressive' })];
    await shows('normal');
    await eventually('Deny can be pressed', async () => await deny().isEnabled());
    await deny().dblclick();
    expect(await one.answer).toContain('denied');
    await shows('aggressive');
    expect(await waiting()).toEqual(['{"mode":"aggressive"}']);
    await deny().click();
    expect(await two.answer).toContain('denied');
  });

  it.each(['Enter', 'Space'])('takes nothing of a held %s; a fresh one presses Deny', async (key) => {
    await page.keyboard.down(key);
    const asked = ask({ mode: 'normal' });
    await shows('normal');
    await armed();
    // Playwright sends a second down of a key as a repeat, as a held key does
    for (let n = 0; n < 10; n += 1) await page.keyboard.down(key);
    await page.keyboard.up(key);
    expect(await waiting()).toHaveLength(1);
    expect(await dialog().isVisible()).toBe(true);
    await page.keyboard.press(key);
    expect(await asked.answer).toContain('denied');
  });

  it('does not give the click for the first request to one that arrived meanwhile with other arguments', async () => {
    const one = ask({ mode: 'normal' });
    await shows('normal');
    await armed();
    const box = await allow().boundingBox();
    const two = ask({ mode: 'aggressive', max_positions: 9 });
    await page.getByTestId('consent-queue').waitFor();
    const [x, y] = [(box?.x ?? 0) + 10, (box?.y ?? 0) + 10];
    for (let n = 0; n < 3; n += 1) await page.mouse.click(x, y);
    expect(await one.answer).not.toContain('denied');
    await shows('aggressive');
    expect(await waiting()).toEqual(['{"mode":"aggressive","max_positions":9}']);
    await deny().click();
    expect(await two.answer).toContain('denied');
  });

  it('takes no answer with the nonce of another request, and none twice', async () => {
    const [one, two] = [ask({ mode: 'normal' }), ask({ mode: 'aggressive' })];
    await shows('normal');
    const [first, second] = await eventually('both wait', async () => {
      const list = await consents();
      return list.length === 2 && list;
    });
    await armed();
    await withCore(async (core) => {
      const crossed = { id: second.id, nonce: first.nonce, decision: 'allow' as const };
      await expect(core.consent.answer(crossed)).rejects.toThrow('does not belong');
      await core.consent.answer({ id: first.id, nonce: first.nonce, decision: 'deny' });
      const again = { id: first.id, nonce: first.nonce, decision: 'allow' as const };
      await expect(core.consent.answer(again)).rejects.toThrow('already answered');
    });
    expect(await one.answer).toContain('denied');
    expect(await waiting()).toEqual(['{"mode":"aggressive"}']);
    await page.keyboard.press('Escape');
    await shows('aggressive');
    await deny().click();
    expect(await two.answer).toContain('denied');
  });

  it('is there again after a reload in the middle, with the time that is left, and not armed at once', async () => {
    const asked = ask({ mode: 'normal' });
    await shows('normal');
    await armed();
    const [{ expiresAt }] = await consents();
    await page.reload();
    await shows('normal');
    expect(await allow().isDisabled()).toBe(true);
    await armed();
    expect((await consents())[0].expiresAt).toBe(expiresAt);
    await allow().click();
    expect(await asked.answer).not.toContain('denied');
  });

  it('is closed on the other page when it was answered on one, and the other says so', async () => {
    const fresh = await withCore((core) => core.app.dashboardUrl());
    const { page: second } = await served.browser.open(fresh.url ?? '');
    others.push(second);
    await second.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
    const asked = ask({ mode: 'normal' });
    await Promise.all([shows('normal'), shows('normal', second)]);
    await armed(second);
    await allow(second).click();
    expect(await asked.answer).not.toContain('denied');
    await page.getByTestId('consent-ended').getByText('Allowed on another screen').waitFor();
    expect(await dialog().count()).toBe(0);
    expect(await second.getByTestId('consent-ended').count()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByTestId('consent-ended').waitFor({ state: 'detached' });
  });

  it('takes nothing of a click that was meant for what was there when it came up', async () => {
    await page.evaluate(() => {
      const seen = new MutationObserver(() => {
        if (document.querySelector('[data-testid="consent-dialog"]') === null) return;
        seen.disconnect();
        for (const name of ['consent-allow', 'consent-deny', 'consent-deny-stop'])
          document.querySelector<HTMLElement>(`[data-testid="${name}"]`)?.click();
        document.body.dataset.clicked = 'yes';
      });
      seen.observe(document.body, { childList: true, subtree: true });
    });
    const asked = ask({ mode: 'normal' });
    await shows('normal');
    expect(await page.evaluate(() => document.body.dataset.clicked)).toBe('yes');
    await armed();
    expect(await waiting()).toHaveLength(1);
    expect(await page.getByTestId('stop-panel').count()).toBe(0);
    await deny().click();
    expect(await asked.answer).toContain('denied');
  });

  it('is denied by Escape', async () => {
    const asked = ask({ mode: 'normal' });
    await shows('normal');
    await armed();
    await page.keyboard.press('Escape');
    expect(await asked.answer).toContain('denied');
    await dialog().waitFor({ state: 'detached' });
  });

  it('says that the client withdrew it, cancelled or gone, and closes by itself', async () => {
    const asked = ask({ mode: 'normal' });
    await shows('normal');
    client.notify('notifications/cancelled', { requestId: asked.id });
    await page.getByTestId('consent-ended').getByText('Withdrawn by the client').waitFor();
    await page.getByTestId('consent-ended').waitFor({ state: 'detached' });
    const leaving = new StubClient(user.state, 'demo', {}, STUB);
    await leaving.initialize();
    ask({ mode: 'aggressive' }, {}, leaving);
    await shows('aggressive');
    await leaving.end();
    await page.getByTestId('consent-ended').getByText('Withdrawn by the client').waitFor();
  });

  it('is denied by an emergency stop, wherever that was pressed', async () => {
    const asked = ask({ mode: 'normal' });
    await shows('normal');
    await user.run(['stop', 'demo']);
    expect(await asked.answer).toContain('denied');
    await page.getByTestId('consent-ended').getByText('Denied by the emergency stop').waitFor();
    await page.keyboard.press('Escape');
    await page
      .getByTestId('stop-strip')
      .getByText(/confirmed at \d\d:\d\d:\d\d by status/)
      .waitFor();
    await page.reload();
    await page.getByTestId('stop-strip').getByRole('button', { name: 'Mark as read' }).click();
    await page.getByTestId('stop-strip').waitFor({ state: 'detached' });
    await page.reload();
    await waitForLive(page);
    expect(await page.getByTestId('stop-strip').count()).toBe(0);
  });

  it('fills a page of its own, as in the desktop app’s window, and says there when nothing waits', async () => {
    const own = await page.context().newPage();
    await own.setViewportSize({ width: 600, height: 680 });
    await own.goto(`${served.app.origin}/#consent`);
    await own.getByText('Nothing waits for your answer.').waitFor();
    const asked = ask({ mode: 'normal' });
    await shows('normal', own);
    const [box] = [await own.getByTestId('consent-dialog').boundingBox()];
    expect([box?.width, box?.height]).toEqual([600, 680]);
    await own.getByTestId('consent-deny').and(own.locator(':focus')).waitFor();
    await armed(own);
    await own.keyboard.press('Escape');
    expect(await asked.answer).toContain('denied');
    await own.getByText('Nothing waits for your answer.').waitFor();
    await own.close();
  });

  it('shows what hides or turns text around, and obeys none of it', async () => {
    const evil = 'AAPL\u202Egnp\u202C\u200B\u001B[2J\u{E0049}\u00AD';
    const asked = ask({ symbol: evil, ['mo\u2066de']: 'x' }, { _meta: { note: evil } });
    await dialog().waitFor();
    await dialog().getByText('As received').click();
    await page.getByTestId('consent-others').locator('summary').click();
    const text = await dialog().innerText();
    expect(text).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u00ad\u200b-\u200f\u202a-\u202e\u2066-\u2069\u{E0000}-\u{E007F}]/u,
    );
    for (const code of ['\\u202e', '\\u200b', '\\u001b', '\\u2066', '\\u00ad'])
      expect(text.toLowerCase()).toContain(code);
    await deny().click();
    expect(await asked.answer).toContain('denied');
  });
});
