import { describe, expect, it } from 'vitest';
import { chromiumAvailable } from '../helpers/browser.ts';
import { madeUpPages } from '../helpers/made-up-page.ts';

describe.skipIf(!chromiumAvailable)(
  'limits, grants and open outcomes on the page (Debian package chromium)',
  () => {
    const open = madeUpPages();

    async function overview(guard: object, limits?: object) {
      const opened = await open('live', {
        prepare: ({ store }) => {
          const [name = ''] = store.state.order;
          store.set(['profiles', name, 'guard'], { ...store.state.profiles[name]?.guard, ...guard });
          if (limits) store.set(['profiles', name, 'profile', 'limits'], limits);
        },
      });
      const [name = ''] = opened.core.store.state.order;
      return { ...opened, name };
    }

    it('shows what runs without asking and for how long, and ends it with one click', async () => {
      const now = Date.now();
      const grant = {
        id: 'g1',
        tool: 'start_trading_cycle',
        client: 'claude-ai 0.1.0 over stdio',
        since: now,
        expiresAt: now + 15 * 60_000,
        used: 2,
      };
      const { page, complaints, core } = await overview({ grants: [grant] });
      const note = page.getByTestId('grant');
      expect(await note.innerText()).toMatch(/start_trading_cycle runs without asking for 1[45] min more/);
      await note.getByRole('button', { name: 'Revoke' }).click();
      await note.waitFor({ state: 'detached' });
      expect(core.calls.some((call) => call.startsWith('guard.revokeGrant') && call.includes('"g1"'))).toBe(
        true,
      );
      expect(complaints).toEqual([]);
    });

    it('lists calls of which nobody knows what became, in words that hide nothing, until a person has looked', async () => {
      const at = Date.now() - 200_000;
      const call = { id: 'u1', client: 'claude-ai 0.1.0', at, detail: 'Cut\u202e.' };
      const { page } = await overview({
        unresolved: [
          { ...call, tool: 'execute_trade', endedAt: at + 1000 },
          { ...call, id: 'u2', tool: 'scan_market', endedAt: null },
        ],
        mismatch: 'The profile catalyst says LIVE, but its workflow says "paper"',
      });
      expect(await page.getByTestId('mismatch').innerText()).toContain('No start is let through');
      const [unknown, running] = await page.getByTestId('open-outcome').all();
      expect(await unknown?.innerText()).toMatch(/execute_trade may have been carried out[^]*Cut.*202E/i);
      expect(await running?.innerText()).toContain('is still running');
      expect(await running?.getByRole('button').count()).toBe(0);
      await unknown?.getByRole('button', { name: 'I have looked' }).click();
      await page.getByText('execute_trade may have been').waitFor({ state: 'detached' });
    });

    it('takes limits as they are typed, says what is none, and wants the name for looser ones', async () => {
      const { page, complaints, name, core } = await overview({}, { maxSize: '100' });
      await page.keyboard.press('7');
      await page.getByTestId('limits').waitFor();
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      const form = page.getByTestId('limits-form');
      await form.getByLabel('Largest size').fill('1,000');
      await form.getByRole('button', { name: 'Save limits' }).click();
      await form.getByText('Write it such as 100').waitFor();
      await form.getByLabel('Largest size').fill('1000');
      await form.getByLabel('Trading hours').fill('mon-fri 09:30-16:00 America/New_York');
      await form.getByRole('button', { name: 'Save limits' }).click();
      await form.getByText('CONFIRMATION_NEEDED').waitFor();
      const save = form.getByRole('button', { name: 'Save limits' });
      expect(await save.isDisabled()).toBe(true);
      await form.getByLabel(`Type ${name} to make limits looser`).fill(name);
      await save.click();
      await page.getByText('Mon-Fri 09:30-16:00 America/New_York').waitFor();
      expect(core.store.state.profiles[name]?.profile.limits).toEqual({
        maxSize: '1000',
        hours: { zone: 'America/New_York', days: [1, 2, 3, 4, 5], from: '09:30', to: '16:00' },
      });
      expect(complaints).toEqual([]);
    });
  },
);
