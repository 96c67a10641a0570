import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MoneyMetric } from '../../../electron/contract/history.ts';
import type { Verdict } from '../../../electron/contract/models.ts';
import { readServices } from '../../../electron/core/history/read-services.ts';
import { readMoney, readPositions } from '../../../electron/core/history/read.ts';
import { forget, keepOnly, retain } from '../../../electron/core/history/retain.ts';
import type { Batch, Owner } from '../../../electron/core/history/samples.ts';
import { emptyBatch } from '../../../electron/core/history/samples.ts';
import { MIGRATIONS } from '../../../electron/core/history/schema.ts';
import { Statements } from '../../../electron/core/history/statements.ts';
import { percentile } from '../../../electron/core/history/windows.ts';
import { writeBatch } from '../../../electron/core/history/write.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 12, 30);
const live: Owner = { name: 'catalyst', environment: 'live' };

/** One sample of an open position. */
const position = (key: string, at: number, price: string | null, unrealized: string | null) => ({
  owner: live,
  key,
  symbol: key.toUpperCase(),
  side: 'long' as const,
  currency: 'USD',
  at,
  quantity: '10',
  entry: '5.00',
  price,
  unrealized,
  realized: null,
});

describe('roll-ups', () => {
  let db: DatabaseSync;
  let sql: Statements;
  beforeEach(() => {
    db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
    for (const step of MIGRATIONS) db.exec(step);
    sql = new Statements(db);
  });
  afterEach(() => db.close());

  const write = (batch: Partial<Batch>) => writeBatch(db, sql, { ...emptyBatch(), ...batch });
  const money = (
    at: number,
    value: string,
    currency = 'USD',
    metric: MoneyMetric = 'equity',
    owner = live,
  ) => ({
    owner,
    metric,
    currency,
    at,
    value,
  });
  const probe = (
    at: number,
    verdict: Verdict,
    latency: number | null = 10,
    planned = false,
    reason = 'why',
  ) => ({
    owner: live,
    service: 'news',
    at,
    verdict,
    planned,
    latency,
    reason: verdict === 'up' ? null : reason,
  });
  const count = (table: string) =>
    (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  const ask = (span: '1h' | '1d' | '1w' | '1m', points = 600, metrics: MoneyMetric[] = ['equity']) =>
    readMoney(sql, live, { profile: 'catalyst', metrics, span, points }, NOW);

  it('keep the last, lowest and highest of a minute exactly, whatever the order and size', () => {
    const at = NOW - 10 * MINUTE;
    write({
      money: [money(NOW - 5 * HOUR, '7'), money(at + 5000, '99999999999999999.10'), money(at, '0.1')],
    });
    write({ money: [money(at + 20_000, '-3.50'), money(at + 10_000, '99999999999999999.11')] });
    expect(ask('1d').series[0]?.points.at(-1)).toEqual([
      at + 20_000,
      '-3.50',
      '-3.50',
      '99999999999999999.11',
    ]);
  });

  it('draw a young history as fine as it was received', () => {
    write({ money: Array.from({ length: 60 }, (_, i) => money(NOW - i * 5000, String(i))) });
    const { series, from, stepMs } = ask('1m');
    expect(series[0]?.points).toHaveLength(60);
    expect(NOW - from).toBeLessThanOrEqual(6 * MINUTE);
    expect(stepMs).toBe(1000);
  });

  it('are the same when a sample comes twice', () => {
    write({ money: [money(NOW - MINUTE, '5')], probes: [probe(NOW - MINUTE, 'up')] });
    write({ money: [money(NOW - MINUTE, '5')], probes: [probe(NOW - MINUTE, 'up')] });
    expect(count('money')).toBe(1);
    expect(db.prepare('SELECT up FROM probe_minute').get()).toEqual({ up: 1 });
  });

  it('never mix currencies, environments or profiles', () => {
    const paper: Owner = { name: 'catalyst', environment: 'paper' };
    const demo: Owner = { name: 'demo', environment: 'demo' };
    write({
      money: [
        money(NOW - 2 * MINUTE, '100'),
        money(NOW - 2 * MINUTE, '700', 'HKD'),
        money(NOW - MINUTE, '1', 'USD', 'equity', paper),
        money(NOW - MINUTE, '2', 'USD', 'equity', demo),
      ],
    });
    expect(ask('1d').series.map(({ currency, points }) => [currency, points[0]?.[1]])).toEqual([
      ['HKD', '700'],
      ['USD', '100'],
    ]);
  });

  it('answer with a bounded number of points, the first and last extremes among them', () => {
    const days = Array.from({ length: 30 * 24 * 20 }, (_, i) =>
      money(NOW - i * 3 * MINUTE - 1000, String(i % 977)),
    );
    write({ money: days });
    for (const span of ['1d', '1w', '1m'] as const) {
      const { series, stepMs, from, gapMs } = ask(span, 300);
      const points = series[0]?.points ?? [];
      expect(points.length, span).toBeLessThanOrEqual(300);
      expect(points.length, span).toBeGreaterThan(200);
      expect(stepMs % MINUTE).toBe(0);
      expect(points.every(([at], i) => at > from && (i === 0 || at - points[i - 1][0] <= gapMs))).toBe(true);
      expect(points.at(-1)?.slice(0, 2)).toEqual([NOW - 1000, '0']);
    }
    expect(Math.max(...(ask('1m', 300).series[0]?.points ?? []).map(([, , , high]) => Number(high)))).toBe(
      976,
    );
  });

  it('draw the last hour from samples as received', () => {
    write({ money: Array.from({ length: 600 }, (_, i) => money(NOW - i * 5000, String(i))) });
    expect(ask('1h', 1500).series[0]?.points).toHaveLength(600);
    expect(ask('1h', 60).series[0]?.points.length).toBeLessThanOrEqual(60);
  });

  it('leave a hole where nothing was observed', () => {
    write({
      money: [0, 1, 2, 200, 201].map((minutes) => money(NOW - minutes * MINUTE - 500, String(minutes))),
    });
    const { series, gapMs } = ask('1d', 1500);
    const gaps = (series[0]?.points ?? []).map(([at], i, all) => at - (all[i - 1]?.[0] ?? at) > gapMs);
    expect(gaps).toEqual([false, false, true, false, false]);
  });

  const services = (span: '1d' | '1w', bars: number) =>
    readServices(sql, live, { profile: 'catalyst', span, bars }, NOW);

  it('count time without observation as neither up nor down, and planned downtime apart', () => {
    const minutes = (from: number, n: number, verdict: Verdict, planned = false) =>
      Array.from({ length: n * 6 }, (_, i) =>
        probe(from + i * 10_000, verdict, verdict === 'up' ? 12 : null, planned),
      );
    write({
      probes: [
        ...minutes(NOW - 10 * HOUR, 60, 'up'),
        ...minutes(NOW - 8 * HOUR, 30, 'down'),
        ...minutes(NOW - 6 * HOUR, 120, 'down', true),
        ...minutes(NOW - 4 * HOUR, 10, 'unknown', true),
        ...minutes(NOW - 2 * HOUR, 20, 'degraded', true),
      ],
    });
    const { services: all, from, stepMs } = services('1d', 48);
    expect(from + 48 * stepMs).toBeGreaterThan(NOW);
    expect(from + 47 * stepMs).toBeLessThanOrEqual(NOW);
    const sum = [0, 1, 2, 3, 4].map((i) => all[0].bars.reduce((total, bar) => total + bar[i], 0));
    expect(sum).toEqual([3600, 1200, 1800, 7200, 600]);
    expect(all[0].bars.every((bar) => bar.reduce((a, b) => a + b, 0) <= stepMs / 1000)).toBe(true);
  });

  it('share a minute between its probes', () => {
    const at = Math.floor((NOW - HOUR) / MINUTE) * MINUTE;
    write({
      probes: [
        probe(at, 'up'),
        probe(at + 15_000, 'up'),
        probe(at + 30_000, 'up'),
        probe(at + 45_000, 'down'),
      ],
    });
    expect(services('1d', 48).services[0].bars.find((bar) => bar[0] > 0)).toEqual([45, 0, 15, 0, 0]);
  });

  it('give percentiles over every probe and not over averages', () => {
    const probes = Array.from({ length: 1000 }, (_, i) => probe(NOW - 20 * HOUR + i * 10_000, 'up', i + 1));
    write({ probes });
    expect(services('1d', 48).services[0].latency).toEqual({
      count: 1000,
      p50: 500,
      p95: 950,
      p99: 990,
      max: 1000,
    });
    expect(percentile([7], 0.99)).toBe(7);
    expect(percentile([1, 2], 0.5)).toBe(1);
    write({ probes: [{ ...probe(NOW - HOUR, 'down', null), service: 'silent' }] });
    expect(services('1d', 48).services.find(({ name }) => name === 'silent')?.latency).toBeNull();
  });

  it('merge what is not up into incidents; what cannot be told neither begins nor ends one', () => {
    const at = (n: number) => NOW - HOUR + n * 10_000;
    write({
      probes: [
        probe(at(0), 'up'),
        probe(at(1), 'down', null, false, 'nothing listens'),
        probe(at(2), 'unknown'),
        probe(at(3), 'down', null, false, 'no answer within 5 s'),
        probe(at(4), 'up'),
        probe(at(5), 'degraded', 20, false, 'database disconnected'),
      ],
    });
    expect(services('1d', 48).services[0].incidents).toEqual([
      {
        since: at(5),
        until: null,
        lastSeen: at(5),
        verdict: 'degraded',
        planned: false,
        reason: 'database disconnected',
      },
      {
        since: at(1),
        until: at(4),
        lastSeen: at(3),
        verdict: 'down',
        planned: false,
        reason: 'no answer within 5 s',
      },
    ]);
  });

  it('keep positions that are gone, with what was last known', () => {
    write({
      positions: [position('a', NOW - 5 * HOUR, '5.10', '1.00'), position('b', NOW - 4 * HOUR, null, null)],
    });
    write({
      positions: [position('a', NOW - 3 * HOUR, '5.30', '3.00'), position('b', NOW - 1000, '9', '40')],
    });
    const query = { profile: 'catalyst', span: '1d' as const, points: 60 };
    const { positions, more } = readPositions(sql, live, query, NOW);
    expect(more).toBe(false);
    expect(
      positions.map(({ key, firstSeen, lastSeen, last }) => [key, firstSeen, lastSeen, last.price]),
    ).toEqual([
      ['b', NOW - 4 * HOUR, NOW - 1000, '9'],
      ['a', NOW - 5 * HOUR, NOW - 3 * HOUR, '5.30'],
    ]);
    expect(positions[1].points).toEqual([
      [NOW - 5 * HOUR, '5.10', '1.00'],
      [NOW - 3 * HOUR, '5.30', '3.00'],
    ]);
    expect(positions[0].points).toHaveLength(1);
    expect(readPositions(sql, live, { ...query, keys: ['a', 'z'] }, NOW).positions).toHaveLength(1);
  });

  it('draw a position of the last minutes as fine as it was received, beside one of the whole day', () => {
    const sample = (key: string, at: number) => position(key, at, '5.10', '1.00');
    const old = Array.from({ length: 23 * 60 }, (_, i) => sample('old', NOW - i * MINUTE));
    const young = Array.from({ length: 12 }, (_, i) => sample('young', NOW - i * 5000));
    // opened again after a month: what was forgotten since does not make its steps wide
    const again = [NOW - 26 * HOUR, NOW - 10_000, NOW - 5000].map((at) => sample('again', at));
    write({ positions: [...old, ...young, ...again] });
    const query = { profile: 'catalyst', span: '1d' as const, points: 120 };
    const { positions, stepMs } = readPositions(sql, live, query, NOW);
    const count = (key: string) => positions.find((one) => one.key === key)?.points.length ?? 0;
    expect(count('young')).toBe(12);
    expect(count('again')).toBe(2);
    expect(count('old')).toBeGreaterThan(60);
    expect(count('old')).toBeLessThanOrEqual(120);
    expect(stepMs).toBe(12 * MINUTE);
    expect(readPositions(sql, live, { ...query, keys: ['young'] }, NOW).stepMs).toBe(1000);
  });

  it('bound the points of many positions together', () => {
    const positions = Array.from({ length: 600 }, (_, i) =>
      position(`k${i}`, NOW - DAY + 10 * MINUTE + i, '1', '0'),
    );
    write({ positions });
    const answer = readPositions(sql, live, { profile: 'catalyst', span: '1d', points: 1500 }, NOW);
    expect([answer.positions.length, answer.more]).toEqual([500, true]);
    expect(DAY / answer.stepMs).toBeLessThanOrEqual(60);
  });

  it('are taken out when they are old, raw samples long before', () => {
    const ages = [HOUR, 25 * HOUR, 29 * DAY, 31 * DAY, -2 * DAY];
    write({
      money: ages.map((age) => money(NOW - age, '1')),
      probes: ages.map((age) => probe(NOW - age, 'up')),
    });
    retain(db, sql, NOW);
    expect([count('money'), count('probe')]).toEqual([1, 1]);
    expect([count('money_minute'), count('probe_minute')]).toEqual([3, 3]);
    write({ money: [money(NOW, '2')] });
    expect(count('money')).toBe(2);
  });

  it('go with their profile', () => {
    const other: Owner = { name: 'other', environment: 'live' };
    write({
      money: [money(NOW, '1'), money(NOW, '2', 'USD', 'equity', other)],
      probes: [probe(NOW, 'down', null)],
    });
    forget(sql, 'catalyst');
    expect([
      count('money'),
      count('money_minute'),
      count('probe'),
      count('incident'),
      count('profile'),
    ]).toEqual([1, 1, 0, 0, 1]);
    keepOnly(sql, [{ name: 'other', environment: 'paper' }]);
    expect(count('money')).toBe(0);
  });

  it('are written whole or not at all', () => {
    const broken = { ...money(NOW, '2'), value: null as never };
    expect(() => write({ money: [money(NOW - 1000, '1'), broken] })).toThrow();
    expect([count('money'), count('profile')]).toEqual([0, 0]);
    write({ money: [money(NOW - 1000, '1')] });
    expect(count('money')).toBe(1);
  });
});
