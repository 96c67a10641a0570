import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StubClient } from '../fixtures/mcp/stub-client.ts';
import { eventually } from '../helpers/app.ts';
import type { At, StandinApp, StandinSetting } from '../standin/start.ts';
import { createStandin, STANDIN_DIST, standinMissing } from '../standin/start.ts';

const STUB = [process.execPath, path.join(STANDIN_DIST, 'stub.js')];
const missing = standinMissing();

/** What goes wrong at the worst moment, on the stand-in for Electron; see standin.test.ts for what that shows. */
describe.skipIf(missing !== undefined)(
  `the built desktop app when things go wrong${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let setting: StandinSetting;
    const clients: StubClient[] = [];

    beforeEach(async () => {
      setting = await createStandin();
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) await client.end();
      await setting.dispose();
    });

    const tooltipOf = (app: StandinApp) => () => app.run(({ double }) => double.tray?.tooltip ?? '');
    const isLive = (app: StandinApp) =>
      eventually('the tray is live', async () => (await tooltipOf(app)()).includes('[DEMO]: Live'));
    /** The places of the windows that are there. */
    const windows = (app: StandinApp) =>
      app.run(({ double }) =>
        double.windows.flatMap((one, at) =>
          one.destroyed ? [] : [{ at, consent: one.options.alwaysOnTop === true, seen: one.isVisible() }],
        ),
      );
    async function askToStart(): Promise<[Promise<string>]> {
      const client = new StubClient(setting.home, 'demo', {}, STUB);
      clients.push(client);
      await client.initialize();
      // as clients do; it also waits for the first look at the tools
      await client.request('tools/list');
      const params = { name: 'start_trading_cycle', arguments: { mode: 'conservative' } };
      client.raw(`${JSON.stringify({ jsonrpc: '2.0', id: 77, method: 'tools/call', params })}\n`);
      const answer = client
        .message((message) => message.id === 77, 60_000)
        .then(({ result, error }) => (error?.message ?? result.content[0].text) as string);
      answer.catch(() => undefined);
      return [answer];
    }
    /** Fails with the answer, should there be one already. */
    const isAsked = (app: StandinApp, answer: Promise<string>) =>
      Promise.race([
        eventually('the window that asks', async () => (await windows(app)).some(({ consent }) => consent)),
        answer.then((text) => Promise.reject(new Error(`Nobody was asked: ${text}`))),
      ]);
    const crash = (app: StandinApp, at: number) =>
      app.run(async ({ double, host }: At, index: number) => {
        const window = double.windows[index];
        const page = await host.page(window);
        await page.getByText('conservative').first().waitFor();
        await host.crash(window);
      }, at);

    it('asks though it has no window yet, and again in the dashboard when page after page dies', async () => {
      const app = await setting.start(['--demo', '--hidden']);
      await isLive(app);
      expect(await windows(app)).toEqual([]);
      const [answer] = await askToStart();
      const asking = await eventually('the window that asks', async () =>
        (await windows(app)).find(({ consent }) => consent),
      );
      await crash(app, asking.at);
      const dashboard = await eventually('the dashboard', async () =>
        (await windows(app)).find(({ consent, seen }) => !consent && seen),
      );
      // the window that failed is not made anew for this request
      expect((await windows(app)).filter(({ consent }) => consent)).toEqual([]);
      await crash(app, dashboard.at);
      // core waits for nobody's page: it denies by itself at the latest, and answers here before
      await eventually(
        'the question is back',
        () =>
          app.run(async ({ double, host }, at) => {
            const page = await host.page(double.windows[at]);
            // the page that died took its own state with it
            const here = page.getByRole('button', { name: 'Answer here' });
            if (await here.isVisible().catch(() => false)) await here.click();
            const deny = page.getByTestId('consent-deny');
            if (!(await deny.isVisible().catch(() => false))) return false;
            await deny.click();
            return true;
          }, dashboard.at),
        30_000,
      );
      expect(await answer).toMatch(/denied/i);
    });

    it('says which file is broken, ends, and leaves the file alone', async () => {
      await mkdir(setting.home, { mode: 0o700 });
      const file = path.join(setting.home, 'settings.json');
      await writeFile(file, '{ "theme": "dark", ');
      const app = await setting.start(['--demo']);
      expect(await app.ended).toBe(1);
      expect(app.output()).toContain('STATE_FILE_BROKEN');
      expect(app.output()).not.toContain('is in the tray');
      expect(await readFile(file, 'utf8')).toBe('{ "theme": "dark", ');
    });

    it('starts again after it was killed, over the socket and the lock that it left', async () => {
      const killed = await setting.start(['--demo', '--hidden']);
      await isLive(killed);
      killed.kill('SIGKILL');
      await killed.ended;
      const again = await setting.start(['--demo', '--hidden']);
      await isLive(again);
      await isAsked(again, (await askToStart())[0]);
    });

    it('quits while a link hangs in its making, and while somebody is asked', async () => {
      const silent = net.createServer(() => undefined).listen(0, '127.0.0.1');
      try {
        await new Promise((resolve) => silent.once('listening', resolve));
        const { port } = silent.address() as AddressInfo;
        const cli = (...args: string[]) =>
          spawnSync(process.execPath, [path.join(STANDIN_DIST, 'cli.js'), ...args], {
            env: { ...process.env, CATALYST_COMPANION_HOME: setting.home },
            encoding: 'utf8',
          });
        const url = `http://127.0.0.1:${port}/mcp`;
        const added = cli('profile', 'add', 'slow', '--preset', 'generic', '--direct', url, '--env', 'paper');
        expect([added.status, added.stderr]).toEqual([0, expect.any(String)]);
        const app = await setting.start(['--demo', '--hidden']);
        await isLive(app);
        const slow = async () => /slow \[PAPER\]: (\w+)/.exec(await tooltipOf(app)())?.[1];
        await app.run(({ double }) => {
          const menu: any[] = (double.tray as any).menu.items;
          menu
            .find((item) => item.label?.startsWith('slow'))
            .submenu.find((item: any) => item.label === 'Connect')
            .click();
        });
        await eventually('the slow link is being made', async () => (await slow()) === 'Connecting');
        const [answer] = await askToStart();
        await isAsked(app, answer);
        await app.run(({ double }) => double.app.quit());
        expect(await app.ended).toBe(0);
        // it was not sent: whoever asked learns that nobody allowed it
        expect(await answer).toMatch(/not|denied|refused/i);
      } finally {
        silent.close();
      }
    });
  },
);
