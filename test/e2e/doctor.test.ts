import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorCheck, DoctorRun } from '../../electron/contract/doctor.ts';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

describe('the doctor, from the command line', () => {
  let user: TestUser;
  let app: RunningApp;

  beforeAll(async () => {
    user = await createUser();
    await user.run(['profile', 'add', 'away', '--preset', 'generic', '--direct', 'http://127.0.0.1:1/mcp']);
  });
  afterAll(async () => {
    await user.dispose();
  });

  it('looks by itself where no app runs, says so, and ends with 1 for what is broken', async () => {
    const run = await user.run(['doctor', 'away']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('No app answers');
    expect(run.stdout).toContain('FAILED   Port: Nothing listens on 127.0.0.1:1.');
    expect(run.stdout).toContain('$ nc -vz 127.0.0.1 1');
    expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/^TCP connection: /);
    const nobody = await user.run(['doctor', 'nobody']);
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain('PROFILE_UNKNOWN');
  });

  it('looks through the app, ends with 0 where all is well, and starts what Claude would start', async () => {
    const claude = path.join(user.home, '.config', 'Claude');
    await fs.mkdir(claude, { recursive: true });
    app = await user.serve(['--demo']);
    const installed = await user.run(['clients', 'install', 'claude-desktop', 'demo', '--yes']);
    expect(installed.code).toBe(0);
    const document = await user.run(['doctor', 'demo', '--json']);
    expect(document.code).toBe(0);
    const { checks, verdict, report } = document.json() as DoctorRun;
    expect(verdict.result).not.toBe('broken');
    const state = (id: string) => checks.find((check: DoctorCheck) => check.id === id)?.state;
    expect([state('ssh.sign-in'), state('tools.list'), state('stub.start'), state('stub.probe')]).toEqual([
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
    expect(checks.filter((check: DoctorCheck) => check.id === 'services.health').length).toBeGreaterThan(5);
    expect(report.plain).not.toContain(user.home);
    const text = await user.run(['doctor', 'demo', '--report']);
    expect(text.stdout).toContain('ok      stub.start');
    expect(text.stdout).not.toContain(user.home);
    await app.stop();
  });
});

describe.skipIf(!chromiumAvailable)('the doctor, on the page (Debian package chromium)', () => {
  let user: TestUser;
  let browser: TestBrowser;

  beforeAll(async () => {
    [user, browser] = await Promise.all([createUser(), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('ticks layer by layer, keeps the run over other pages and a reload, and shows the report before it is copied', async () => {
    const app = await user.serve(['--demo']);
    const { page, complaints } = await browser.open(app.url);
    await page.getByTestId('link-state').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('9');
    await page.getByTestId('doctor-run').click();
    const verdict = page.getByTestId('doctor-verdict');
    await expect.poll(() => verdict.getAttribute('data-result')).toBe('healthy');
    expect(await page.locator('[data-check="services.health"]').count()).toBeGreaterThan(5);
    expect(await page.locator('[data-testid="doctor-check"][data-state="failed"]').count()).toBe(0);
    const before = await page.getByTestId('doctor-check').count();
    await page.keyboard.press('1');
    await page.keyboard.press('9');
    expect(await page.getByTestId('doctor-check').count()).toBe(before);
    await page.reload();
    await expect.poll(() => verdict.getAttribute('data-result')).toBe('healthy');

    await page.getByTestId('doctor-show-report').click();
    const text = page.getByTestId('doctor-report-text');
    expect(await text.innerText()).toContain('ok      ssh.sign-in');
    expect(await text.innerText()).not.toContain(user.home);
    await page.getByLabel('Mask hosts, addresses and fingerprints too').check();
    expect(await text.innerText()).toContain('ok      ssh.sign-in');
    await page.getByRole('button', { name: 'Close' }).click();
    expect(complaints).toEqual([]);
    await app.stop();
  });

  it('names what is broken with the command to copy, is asked from the palette, and says when the app has gone', async () => {
    await user.run(['profile', 'add', 'away', '--preset', 'generic', '--direct', 'http://127.0.0.1:1/mcp']);
    const app = await user.serve();
    const { page } = await browser.open(app.url);
    await page.getByTestId('link-state').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('doctor on away');
    await page.keyboard.press('Enter');
    const verdict = page.getByTestId('doctor-verdict');
    await expect.poll(() => verdict.getAttribute('data-result')).toBe('broken');
    expect(await verdict.innerText()).toContain('TCP connection: Nothing listens on 127.0.0.1:1.');
    expect(await page.getByTestId('doctor-help').innerText()).toContain('nc -vz 127.0.0.1 1');
    await app.kill('SIGKILL');
    await page.getByTestId('lost-banner').waitFor();
    expect(await page.getByTestId('doctor-run').isDisabled()).toBe(true);
  });
});
