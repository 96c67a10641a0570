import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from '../../../electron/contract/api.ts';
import type { App } from '../../../electron/core/app-interface.ts';
import { createApp } from '../../../electron/core/app.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import type { Sealer } from '../../../electron/core/ports.ts';
import { homeAt } from '../../../electron/core/files.ts';
import { openDatabase } from '../../../electron/core/history/database.ts';
import type { Owner } from '../../../electron/core/history/samples.ts';
import { Statements } from '../../../electron/core/history/statements.ts';
import { writeBatch } from '../../../electron/core/history/write.ts';
import { eventually } from '../../helpers/app.ts';

const MINUTE = 60_000;
const sealer: Sealer = {
  protection: 'file',
  note: '',
  seal: (plain) => Promise.resolve(plain.toString('base64')),
  open: (sealed) => Promise.resolve(Buffer.from(sealed, 'base64')),
};

interface Running {
  app: App;
  rpc: ContractRouterClient<Contract>;
}

describe('history in the running app', () => {
  let dir: string;
  const running: App[] = [];
  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-history-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.stop()));
    fs.rmSync(dir, { recursive: true, force: true });
  });

  async function start(demo: boolean): Promise<Running> {
    const app = await createApp({
      shell: 'serve',
      version: '1',
      home: homeAt(dir),
      clock: systemClock,
      sealer,
      stub: { file: '/nowhere/stub.js', node: process.execPath, defaultHome: false },
      demo,
      dashboardUrl: () => null,
      proxyFor: () => Promise.resolve(undefined),
      showWindow: () => undefined,
    });
    running.push(app);
    await app.start();
    return { app, rpc: createRouterClient(app.router, { context: {} }) as ContractRouterClient<Contract> };
  }

  const file = () => path.join(dir, 'history.db');
  const real = { preset: 'catalyst', environment: 'live', mcpUrl: 'http://127.0.0.1:1/mcp', wanted: false };
  const profiles = (...names: string[]) =>
    fs.writeFileSync(
      path.join(dir, 'profiles.json'),
      JSON.stringify({
        version: 1,
        profiles: names.map((name) => ({
          ...real,
          name,
          links: [{ kind: 'direct', url: 'http://127.0.0.1:1/mcp' }],
        })),
      }),
    );
  const daily = { profile: 'demo', metrics: ['daily' as const], span: '1h' as const };

  it('is there again after a restart: the chart, the services and the positions', async () => {
    const first = await start(true);
    const before = await eventually('figures, probes and positions', async () => {
      const [money, services, positions] = await Promise.all([
        first.rpc.history.money(daily),
        first.rpc.history.services({ profile: 'demo', span: '1d' }),
        first.rpc.history.positions({ profile: 'demo', span: '1d' }),
      ]);
      const all = money.series.length > 0 && services.services.length > 5 && positions.positions.length > 0;
      return all && { money, services, positions };
    });
    const live = first.app.state().profiles['demo']?.history.money ?? [];
    expect(live.length).toBeGreaterThan(0);
    const point = before.money.series[0]?.points[0];
    await first.app.stop();

    const second = await start(true);
    const after = await second.rpc.history.money(daily);
    expect(after.series[0]?.points[0]).toEqual(point);
    expect(second.app.state().profiles['demo']?.history.money.length ?? 0).toBeLessThan(3);
    const services = await second.rpc.history.services({ profile: 'demo', span: '1d' });
    const names = services.services.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([':link', 'orchestration', 'trading']));
    const positions = await second.rpc.history.positions({ profile: 'demo', span: '1d' });
    expect(positions.positions.map(({ key }) => key)).toEqual(
      expect.arrayContaining(before.positions.positions.map(({ key }) => key)),
    );
    if (process.platform !== 'win32') expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('answers a month of 9 services and 5 figures with a bounded number of rows', async () => {
    fs.mkdirSync(dir, { recursive: true });
    profiles('real');
    const owner: Owner = { name: 'real', environment: 'live' };
    const now = Date.now();
    const db = openDatabase(file());
    const sql = new Statements(db);
    const metrics = ['equity', 'daily', 'unrealized', 'realized', 'exposure'] as const;
    const minutes = Array.from({ length: 30 * 288 }, (_, i) => now - (i + 1) * 5 * MINUTE);
    writeBatch(db, sql, {
      money: minutes.flatMap((at) =>
        metrics.map((metric) => ({ owner, metric, currency: 'USD', at, value: String(at % 9973) })),
      ),
      positions: [],
      probes: minutes.flatMap((at) =>
        Array.from({ length: 9 }, (_, i) => ({
          owner,
          service: `service-${i}`,
          at,
          verdict: 'up' as const,
          planned: false,
          latency: at % 97,
          reason: null,
        })),
      ),
    });
    db.close();
    const { rpc } = await start(false);
    const month = await rpc.history.money({
      profile: 'real',
      metrics: [...metrics],
      span: '1m',
      points: 600,
    });
    expect(month.series).toHaveLength(5);
    for (const { points } of month.series) {
      expect(points.length).toBeGreaterThan(400);
      expect(points.length).toBeLessThanOrEqual(600);
    }
    const week = await rpc.history.services({ profile: 'real', span: '1w', bars: 84 });
    expect(week.services).toHaveLength(9);
    expect(
      week.services.every(({ bars, latency }) => bars.length === 84 && (latency?.count ?? 0) > 1900),
    ).toBe(true);
    await expect(
      rpc.history.money({ profile: 'real', metrics: ['daily'], span: '1m', points: 100_000 }),
    ).rejects.toThrow();
  });

  it('goes with a profile that is removed, also where it was removed without the app', async () => {
    profiles('real', 'other');
    const seed = (name: string) => {
      const db = openDatabase(file());
      const rows = {
        owner: { name, environment: 'live' as const },
        metric: 'daily' as const,
        currency: 'USD',
      };
      const sql = new Statements(db);
      writeBatch(db, sql, {
        money: [{ ...rows, at: Date.now() - 1000, value: '1' }],
        positions: [],
        probes: [],
      });
      db.close();
    };
    for (const name of ['real', 'other', 'gone']) seed(name);
    const { app, rpc } = await start(false);
    const ask = (profile: string) => rpc.history.money({ ...daily, profile });
    expect((await ask('other')).series).toHaveLength(1);
    await rpc.profiles.remove({ profile: 'other' });
    await app.stop();
    const db = openDatabase(file());
    expect(db.prepare('SELECT name FROM profile').all()).toEqual([{ name: 'real' }]);
    expect(db.prepare('SELECT count(*) AS n FROM money_minute').get()).toEqual({ n: 1 });
    db.close();
  });

  it('says that a broken file was moved aside, and everything else works', async () => {
    fs.writeFileSync(file(), 'nothing that SQLite would know '.repeat(300));
    const { app, rpc } = await start(true);
    const { note } = await eventually('the status', () => {
      const { history } = app.state();
      return history.state === 'on' && history;
    });
    expect(note).toContain('moved to');
    expect(fs.readdirSync(dir).some((name) => name.startsWith('history.db.broken-'))).toBe(true);
    await eventually('new history', async () => (await rpc.history.money(daily)).series.length > 0);
  });

  it('is off where its file cannot be made, with the reason; the rest of the app is not touched', async () => {
    fs.mkdirSync(file());
    profiles('real');
    const { app, rpc } = await start(false);
    await eventually('the status', () => app.state().history.state === 'off');
    expect(app.state().history.note).toMatch(/^History is not being written: /);
    await expect(rpc.history.money({ ...daily, profile: 'real' })).rejects.toMatchObject({
      data: { code: 'HISTORY_UNAVAILABLE' },
    });
    expect(app.state().order).toEqual(['real']);
    await app.stop();
  });
});
