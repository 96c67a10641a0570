import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StubClient } from '../fixtures/mcp/stub-client.ts';
import { eventually } from '../helpers/app.ts';
import type { At, StandinApp, StandinSetting } from '../standin/start.ts';
import { createStandin, STANDIN_DIST, standinMissing } from '../standin/start.ts';

const STUB = [process.execPath, path.join(STANDIN_DIST, 'stub.js')];
const CLI = path.join(STANDIN_DIST, 'cli.js');
const TOOL = 'start_trading_cycle';
const missing = standinMissing();

/** Clicks an entry of the tray's menu by its path; runs in the app. */
const click = ({ double }: At, labels: string[]): void => {
  let items: any[] = (double.tray as any).menu.items;
  for (const label of labels.slice(0, -1))
    items = items.find((item) => item.label?.startsWith(label)).submenu;
  const last = items.find((item) => item.label?.startsWith(labels.at(-1)));
  if (!last || last.enabled === false) throw new Error(`no entry ${labels.join(' > ')}`);
  last.click();
};

/** Every label of the tray's menu, those inside others with their path. */
const labels = ({ double }: At): string[] => {
  const walk = (items: any[], at: string): string[] =>
    items.flatMap((item) =>
      item.submenu
        ? [at + item.label, ...walk(item.submenu, `${at}${item.label} > `)]
        : [at + (item.label ?? '--')],
    );
  return walk((double.tray as any).menu.items, '');
};

/**
 * The built main.js with everything of ours in it, run by Node with a double of Electron (test/standin): its start,
 * its wires over real message ports to the real page in Chromium, the tray, consent and its end. That Electron does
 * what the double does is shown by desktop.test.ts alone, where there is a runtime.
 */
describe.skipIf(missing !== undefined)(
  `the built desktop app on a stand-in for Electron${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let setting: StandinSetting;
    let app: StandinApp;
    const clients: StubClient[] = [];

    beforeAll(async () => {
      setting = await createStandin();
      app = await setting.start(['--demo']);
    });
    afterAll(async () => {
      for (const client of clients) await client.end();
      await setting?.dispose();
    });

    const onPage = <A>(what: (page: Awaited<ReturnType<At['host']['page']>>, arg: A) => unknown, arg?: A) =>
      app.run(
        async ({ double, host }, { code, given }: { code: string; given: A | undefined }) => {
          const page = await host.page(double.windows[0]);
          // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- the function above, as text
          return await (new Function(`return (${code})`)() as typeof what)(page, given as A);
        },
        { code: String(what), given: arg },
      ) as Promise<any>;
    const tooltip = () => app.run(({ double }) => double.tray?.tooltip ?? '');
    /** Clicks an entry once the menu shows it: the tray follows within a moment. */
    const choose = (...path: string[]) =>
      eventually(
        `the entry ${path.join(' > ')}`,
        async () => {
          await app.run(click, path);
          return true;
        },
        5_000,
      );
    const icon = () => app.run(({ double }) => double.tray?.icon.split('/').at(-1));
    const done = () => app.run(({ double }) => [...double.calls]);
    const live = () => eventually('the tray is live', async () => (await tooltip()).includes('[DEMO]: Live'));
    /** The window that asks: the newest one that is still there, but the dashboard. */
    const consentWindow = () =>
      app.run(({ double }) => double.windows.findIndex((one, i) => i > 0 && !one.destroyed));
    async function askToStart(): Promise<{ answer: Promise<string> }> {
      const client = new StubClient(app.home, 'demo', {}, STUB);
      clients.push(client);
      await client.initialize();
      const params = { name: TOOL, arguments: { mode: 'conservative' } };
      client.raw(`${JSON.stringify({ jsonrpc: '2.0', id: 77, method: 'tools/call', params })}\n`);
      const answer = client
        .message((message) => message.id === 77, 60_000)
        .then(({ result, error }) => (error?.message ?? result.content[0].text) as string);
      answer.catch(() => undefined);
      return { answer };
    }

    it('guards before it is ready, then comes up in the tray with its window', async () => {
      const calls = await done();
      expect(calls.slice(0, 5)).toEqual(['setPath userData', 'enableSandbox', 'schemes', 'lock', 'ready']);
      expect(calls[5]).toMatch(/^tray /);
      expect(calls.filter((call) => call === 'window')).toHaveLength(1);
      expect(app.output()).toContain('Catalyst Companion is in the tray.');
    });

    it('shows the demo live, on the page and in the tray, and follows both', async () => {
      await onPage((page) => page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor());
      await live();
      expect(await icon()).toMatch(/^(?:live|attention)-dark\.png$/);
      expect(await tooltip()).toMatch(/^Catalyst Companion\ndemo \[DEMO\]: Live, answered \d+ s ago/);
      const menu = await app.run(labels);
      expect(menu).toContain('Emergency stop > Stop new trades on demo [DEMO]');
      expect(menu).toContain('Quit (trading on the droplet keeps running)');
    });

    it('disconnects and connects again by the menu of the tray', async () => {
      await choose('demo [DEMO]', 'Disconnect');
      await eventually('the tray is off', async () => (await icon()) === 'off-dark.png');
      await onPage((page) => page.getByTestId('link-state').filter({ hasText: 'Off' }).first().waitFor());
      await choose('demo [DEMO]', 'Connect');
      await live();
    });

    it('keeps its page shut in: no network, no window, no other page, nothing of Node', async () => {
      const inside = await onPage(async (page) => {
        const said = await page.evaluate(async () => {
          const violations: string[] = [];
          const limit = performance.now() + 5_000;
          document.addEventListener('securitypolicyviolation', (event) =>
            violations.push(event.effectiveDirective),
          );
          const fetched = await fetch('https://example.invalid/').then(
            () => 'fetched',
            () => 'blocked',
          );
          const evaluated = await new Promise((resolve) => {
            (globalThis as any).evaluated = () => resolve('ran');
            try {
              // text as code, from the page itself: what the debugger evaluates is not bound by the policy
              // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- what must not run
              setTimeout('evaluated()' as never, 0);
            } catch {
              resolve('blocked');
            }
            setTimeout(() => resolve('blocked'), 50);
          });
          const script = document.createElement('script');
          let inline = 'blocked';
          try {
            script.text = 'document.title = "owned"';
            document.head.append(script);
            if (document.title === 'owned') inline = 'ran';
          } catch {
            // trusted types refuse the text already
          }
          window.open('https://example.invalid/');
          // told to the document in a task of its own
          while (!violations.includes('connect-src') && performance.now() < limit)
            await new Promise((resolve) => setTimeout(resolve, 20));
          const node = [typeof (globalThis as any).require, typeof (globalThis as any).process];
          return { fetched, evaluated, inline, node, connect: violations.includes('connect-src') };
        });
        await page.evaluate(() => void (location.href = 'https://example.invalid/'));
        return { ...said, url: page.url() };
      });
      expect(inside).toMatchObject({
        fetched: 'blocked',
        evaluated: 'blocked',
        inline: 'blocked',
        node: ['undefined', 'undefined'],
        connect: true,
      });
      expect(inside.url).toMatch(/^file:\/\/\/companion\//);
      expect((await done()).filter((call) => call.startsWith('open https'))).toEqual([]);
    });

    it('opens on the page that the tray asks for', async () => {
      await choose('Settings');
      await onPage((page) => page.waitForFunction(() => document.title.includes('Settings')));
      expect(await onPage((page) => page.url())).toBe('file:///companion/');
    });

    it('goes to the tray when its window is closed, says so once, and a second start brings it back', async () => {
      const visible = () => app.run(({ double }) => double.windows[0]?.isVisible());
      for (const _ of [1, 2]) {
        await app.run(({ double }) => double.windows[0]?.close());
        expect(await visible()).toBe(false);
        const second = await setting.start(['--show']);
        expect(await second.ended).toBe(0);
        expect(second.output()).toContain('running already');
        await eventually('the window is back', visible);
      }
      const told = await app.run(({ double }) => double.notifications.map(({ options }) => options.title));
      expect(told.filter((title) => title === 'Catalyst Companion keeps running')).toHaveLength(1);
    });

    it('asks for consent in a window of its own, takes the answer there, and puts it away', async () => {
      const { answer } = await askToStart();
      const at = await eventually('the window that asks', async () => {
        const found = await consentWindow();
        return found > 0 && found;
      });
      expect(await app.run(({ double }, index) => double.windows[index].options.alwaysOnTop, at)).toBe(true);
      await eventually('the tray has its dot', async () => (await icon())?.includes('-consent'));
      expect(await tooltip()).toContain('1 waiting for your answer');
      const shown = await app.run(async ({ double, host }, index) => {
        const page = await host.page(double.windows[index]);
        await page.getByText('conservative').first().waitFor();
        const allow = page.getByTestId('consent-allow');
        await page.waitForFunction(() => document.querySelector('[data-testid="consent-allow"]:enabled'));
        await allow.click();
        return page.url();
      }, at);
      expect(shown).toContain('#consent');
      await answer;
      await eventually('the window is gone', async () => (await consentWindow()) === -1);
      await eventually('the dot is gone', async () => !(await icon())?.includes('-consent'));
    });

    it('takes closing that window for a Deny', async () => {
      const { answer } = await askToStart();
      const at = await eventually('the window that asks', async () => {
        const found = await consentWindow();
        return found > 0 && found;
      });
      await choose('Answer: ');
      expect(await app.run(({ double }, index) => double.windows[index].focused, at)).toBe(true);
      await app.run(({ double }, index) => double.windows[index].close(), at);
      expect(await answer).toMatch(/denied/i);
    });

    it('stops new trades by two moves in the tray and shows what was read', async () => {
      await choose('Emergency stop', 'Stop new trades on demo');
      const box = await eventually('the report of the stop', () =>
        app.run(({ double }) => double.boxes.find(({ title }) => title === 'Emergency stop')),
      );
      expect(box.message).toContain('New trades are stopped');
      expect(box.detail).toContain('By hand: ');
    });

    it('survives the crash of its page: the stop works meanwhile, and the page comes back', async () => {
      await app.run(async ({ double, host }) => {
        double.boxes.length = 0;
        await host.crash(double.windows[0]);
      });
      await choose('Emergency stop', 'Stop new trades on demo');
      await eventually('the report of the stop', () => app.run(({ double }) => double.boxes.length > 0));
      await eventually(
        'the page is back and live',
        () =>
          onPage((page) => page.getByTestId('link-state').filter({ hasText: 'Live' }).first().isVisible()),
        30_000,
      );
    });

    it('refuses starts while the screen is locked', async () => {
      await app.run(({ double }) => double.powerMonitor.emit('lock-screen'));
      const { answer } = await askToStart();
      expect(await answer).toMatch(/screen|window|nobody|page/i);
      expect(await consentWindow()).toBe(-1);
      await app.run(({ double }) => double.powerMonitor.emit('unlock-screen'));
    });

    it('opens its log folder, tells about itself, and pauses notifications', async () => {
      await choose('Help', 'Open the log folder');
      await app.run(({ double }) => (double.button = 1));
      await choose('Help', 'About');
      await eventually('both are open', async () => {
        const calls = await done();
        return calls.includes('open logs') && calls.includes('open licences.txt');
      });
      await app.run(({ double }) => (double.button = 0));
      await choose('Pause notifications');
      await eventually('the menu says so', async () =>
        (await app.run(labels)).some((label) =>
          /^Show notifications again \(paused until \d\d:\d\d\)$/.test(label),
        ),
      );
      expect(await app.run(labels)).not.toContain('Start at login');
    });

    it('had no error on any of its pages', async () => {
      expect(await app.run(({ host }) => host.complaints)).toEqual([]);
    });

    it('answers the command line, which finds it by its socket', async () => {
      const child = spawn(process.execPath, [CLI, 'status', '--json'], {
        env: { ...process.env, CATALYST_COMPANION_HOME: app.home },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.on('data', (part: Buffer) => (text += part.toString()));
      expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
      expect(text).toContain('"demo"');
    });

    it('quits from the tray within its budget, its socket, tray and windows gone and its place written down', async () => {
      await app.run(({ double }) => double.windows[0]?.maximize());
      await choose('Quit').catch(() => undefined);
      expect(await app.ended).toBe(0);
      expect(JSON.parse(await readFile(path.join(app.home, 'window.json'), 'utf8'))).toMatchObject({
        width: 1180,
        explained: true,
      });
      const again = await setting.start(['--hidden']);
      expect(await again.run(({ double }) => double.windows.length)).toBe(0);
      again.kill('SIGTERM');
      expect(await again.ended).toBe(0);
    });
  },
);
