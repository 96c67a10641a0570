import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../fixtures/page/scenarios.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import { madeUpPages } from '../helpers/made-up-page.ts';

/** The built page over made-up state. */
describe.skipIf(!chromiumAvailable)('overview and services (Debian package chromium)', () => {
  const openPage = madeUpPages();
  async function open(
    scenario: Scenario,
    options: { key?: string; beatMs?: number; width?: number; height?: number } = {},
  ) {
    const opened = await openPage(scenario, options);
    if (options.key) await opened.page.keyboard.press(options.key);
    return opened;
  }

  const service = (page: Page, name: string) => page.getByTestId(`service-${name}`);

  it('draws the past from history, asked for once, and goes on with what the stream brings', async () => {
    const { page, complaints, core } = await open('live', { beatMs: 100 });
    const chart = page.getByTestId('money-chart');
    await chart.waitFor();
    const before = Number(await chart.getAttribute('data-points'));
    expect(before).toBeGreaterThan(300);
    expect(await page.getByTestId('equity').innerText()).toBe('$104,230.18');
    const asked = () => core.asked.filter((name) => name === 'history.money').length;
    expect(asked()).toBe(1);
    const daily = await page.getByTestId('pnl-daily').innerText();
    await expect.poll(() => page.getByTestId('pnl-daily').innerText()).not.toBe(daily);
    expect(asked()).toBe(1);
    for (const span of ['1W', '1M', '1D']) {
      await page.getByRole('radio', { name: span }).click();
      await chart.waitFor();
      expect(await page.getByRole('radio', { name: span }).getAttribute('aria-checked')).toBe('true');
    }
    await page.getByRole('radio', { name: 'Day P&L' }).click();
    await page.getByRole('img', { name: /^P&L of the day in USD/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.each([
    [900, 600],
    [1280, 800],
    [2560, 1440],
  ])(
    'moves nothing at %s×%s while numbers change, and cuts nothing off at the side',
    async (width, height) => {
      const { page } = await open('live', { beatMs: 60, width, height });
      await page.getByTestId('money-chart').waitFor();
      await service(page, 'news').getByRole('img').waitFor();
      const boxes = () =>
        page.evaluate(() =>
          [...document.querySelectorAll('main section, main h2, main li')].map((element) => {
            const { x, y, width: w, height: h } = element.getBoundingClientRect();
            const name = element.getAttribute('aria-label') ?? element.textContent.slice(0, 12);
            return `${element.tagName} ${name} ${[x, y, w, h].map(Math.round).join(' ')}`;
          }),
        );
      const daily = await page.getByTestId('pnl-daily').innerText();
      const before = await boxes();
      await expect.poll(() => page.getByTestId('pnl-daily').innerText()).not.toBe(daily);
      expect(await boxes()).toEqual(before);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    },
  );

  it('says why nothing is remembered, and draws what this run received', async () => {
    const { page, core } = await open('live', { beatMs: 100 });
    core.store.set(['history'], { state: 'off', note: 'The disk is full, so history is not being written.' });
    await page.getByTestId('history-note').waitFor();
    core.failHistory(true);
    await page.reload();
    await page.getByTestId('money-chart').waitFor();
    await page.keyboard.press('2');
    await page.getByText('History could not be read: the disk is gone.').waitFor();
  });

  it('shows link, orchestrator and services as one tree, with uptime, latency and what was reported', async () => {
    const { page, complaints } = await open('live', { key: '2' });
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(10);
    const names = await rows.locator('th').allInnerTexts();
    expect(names[0]).toMatch(/^Link\s+ssh root@droplet/);
    expect(names[1]).toMatch(/^orchestration/);
    const news = service(page, 'news');
    expect(await news.getAttribute('data-verdict')).toBe('down');
    expect(await news.getByRole('img').getAttribute('aria-label')).toMatch(/^24 h: up \d\d\.\d\d %, .* down/);
    expect(await page.getByTestId('uptime-news').innerText()).toMatch(
      /^\d\d\.\d\d %( of .+)?\s+7 d \d\d\.\d\d %( of .+)?$/,
    );
    expect(await news.innerText()).toContain('container restarting');
    await page.getByTestId('open-news').focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByTestId('service-drawer');
    const text = await drawer.innerText();
    for (const part of [
      'HTTP 500',
      'p95',
      'in planned downtime',
      'not observed',
      'nothing listens on its port',
    ])
      expect(text, part).toContain(part);
    await drawer.getByRole('radio', { name: '7 d' }).click();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    // the cursor is where it was
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('open-news');
    expect(complaints).toEqual([]);
  });

  it('lists on a second monitor what was not up, newest first, without what was planned', async () => {
    const { page, complaints } = await open('live', { key: '2' });
    await page.setViewportSize({ width: 2560, height: 1440 });
    const rows = page.getByTestId('troubles').locator('tbody tr');
    await rows.first().waitFor();
    const texts = await rows.allInnerTexts();
    expect(texts).toHaveLength(2);
    expect(texts[0]).toMatch(/news\s+Down\s+for 2 h.*\s+HTTP 500/);
    expect(texts[1]).toMatch(/news\s+was down\s+6 min\s+nothing listens/);
    await rows.first().getByRole('button', { name: 'news' }).click();
    await page.getByTestId('service-drawer').getByText('In Docker').waitFor();
    expect(complaints).toEqual([]);
  });

  it('calls nothing down while the link is lost: one cause, and services that are unknown', async () => {
    const { page } = await open('stale', { key: '2' });
    await page.getByTestId('link-cause').waitFor();
    expect(await page.getByTestId('link-cause').count()).toBe(1);
    const verdicts = await page
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-verdict')));
    expect(verdicts.slice(1)).toEqual(Array(9).fill('unknown'));
    expect(await page.locator('main').innerText()).not.toMatch(/\bDown\b/);
    await page.keyboard.press('1');
    await page.getByTestId('broken-hop').waitFor();
    expect(await page.getByTestId('broken-hop').count()).toBe(1);
    expect(await page.getByTestId('broken-hop').innerText()).toMatch(/SSH connection was cut/);
  });

  it('draws the path through to the broken hop and dashed from there on', async () => {
    const { page } = await open('stale');
    await page.getByTestId('broken-hop').waitFor();
    const ways = () =>
      page
        .getByRole('list', { name: 'Path from Claude to the services' })
        .locator('li > span')
        .evaluateAll((all) => all.map((way) => (way.hasAttribute('data-carries') ? 'through' : 'dashed')));
    expect(await ways()).toEqual(['through', 'through', 'dashed', 'dashed']);
    const good = await open('good');
    await good.page.getByTestId('hop-services').waitFor();
    expect(await good.page.locator('ol li > span[data-carries]').count()).toBe(4);
  });

  it('waits for the link without calling anything unknown, then says the age of what it shows', async () => {
    const { page } = await open('loading');
    await page.getByRole('status', { name: 'Waiting for the link…' }).first().waitFor();
    for (const panel of ['P&L today', 'Open risk', 'Trading'])
      expect(await page.getByRole('region', { name: panel }).innerText(), panel).not.toMatch(
        /unknown|not known|never received/i,
      );
    const services = page.getByRole('region', { name: 'Services' });
    expect((await services.innerText()).match(/link is connecting/g)).toHaveLength(1);
    const live = await open('live');
    await live.page.getByText(/^8 of 9 up · \d+ s ago/).waitFor();
  });

  it('shows the past of what is not known now without colour', async () => {
    const faded = (page: Page) =>
      page.getByTestId('service-trading').locator('span:has(> svg[role=img])').last();
    const { page } = await open('stale');
    await expect.poll(() => faded(page).evaluate((box) => getComputedStyle(box).filter)).toBe('grayscale(1)');
    await page.keyboard.press('2');
    await page.getByTestId('link-cause').waitFor();
    await expect.poll(() => faded(page).evaluate((box) => getComputedStyle(box).filter)).toBe('grayscale(1)');
    const live = await open('live');
    await expect.poll(() => faded(live.page).evaluate((box) => getComputedStyle(box).filter)).toBe('none');
  });

  it('asks for a restart once, and shows how it went', async () => {
    const { page, core } = await open('live', { key: '2' });
    await page.getByTestId('open-news').click();
    const button = page.getByTestId('restart');
    await button.click();
    await page.locator('[data-testid=last-restart][data-state=done]').waitFor();
    expect(core.calls.filter((call) => call.startsWith('containers.restart'))).toEqual([
      'containers.restart {"profile":"catalyst","service":"news"}',
    ]);
  });

  it('offers no restart where containers are not known', async () => {
    const { page, core } = await open('live', { key: '2' });
    const { list } = core.store.state.profiles['catalyst'].containers;
    if (list.state !== 'known') throw new Error('the fixture knows its containers');
    const { value, source, receivedAt } = list;
    core.store.set(['profiles', 'catalyst', 'containers', 'list'], {
      state: 'unknown',
      reason: 'Containers can be seen over SSH only.',
      since: Date.now(),
      last: { value, source, receivedAt },
    });
    await page.getByTestId('open-news').click();
    await page.getByTestId('container').waitFor();
    expect(await page.getByTestId('restart').isDisabled()).toBe(true);
  });
});
