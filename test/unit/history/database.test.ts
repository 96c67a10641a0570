import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, openOrReplace } from '../../../electron/core/history/database.ts';
import { forgetInFile } from '../../../electron/core/history/forget-file.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../electron/core/history/schema.ts';
import { Statements } from '../../../electron/core/history/statements.ts';
import { readMoney } from '../../../electron/core/history/read.ts';
import { emptyBatch } from '../../../electron/core/history/samples.ts';
import { writeBatch } from '../../../electron/core/history/write.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const owner = { name: 'catalyst', environment: 'live' as const };

describe('the history file', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-history-'));
    file = path.join(dir, 'history.db');
  });
  afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

  const asides = () => fs.readdirSync(dir).filter((name) => /^history\.db\.broken-\d{8}-\d{6}$/.test(name));

  it.skipIf(process.platform === 'win32')('is only its user’s, with its journals', () => {
    const db = openDatabase(file);
    db.exec('CREATE TABLE something (x)');
    for (const name of fs.readdirSync(dir))
      expect(fs.statSync(path.join(dir, name)).mode & 0o777, name).toBe(0o600);
    expect(fs.readdirSync(dir)).toContain('history.db-wal');
    db.close();
    fs.chmodSync(file, 0o644);
    openDatabase(file).close();
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it('of the first version is brought up to date, and what was in it is kept', () => {
    const old = new DatabaseSync(file);
    old.exec(MIGRATIONS[0]);
    old.exec(`PRAGMA user_version = 1; PRAGMA application_id = ${APPLICATION_ID};
      INSERT INTO profile VALUES (1, 'catalyst', 'live');
      INSERT INTO series VALUES (1, 1, 'daily', 'USD');
      INSERT INTO money_minute VALUES (1, ${NOW / 60_000 - 300}, ${NOW - 18_000_000}, '12.50', '1', '13');`);
    old.close();
    const { db, note } = openOrReplace(file, NOW);
    expect(note).toBeNull();
    const sql = new Statements(db);
    writeBatch(db, sql, {
      ...emptyBatch(),
      probes: [
        { owner, service: 'news', at: NOW, verdict: 'down', planned: false, latency: null, reason: 'gone' },
      ],
    });
    const query = { profile: 'catalyst', metrics: ['daily' as const], span: '1d' as const, points: 100 };
    expect(readMoney(sql, owner, query, NOW).series).toEqual([
      { metric: 'daily', currency: 'USD', points: [[NOW - 18_000_000, '12.50', '1', '13']] },
    ]);
    db.close();
  });

  it.each([
    ['text', () => 'this is no database at all, but it is long enough to look like one'.repeat(40)],
    ['a database of somebody else', undefined],
  ])('that holds %s is moved aside, said, and a new one begun', (_what, text) => {
    if (text) fs.writeFileSync(file, text());
    else {
      const other = new DatabaseSync(file);
      other.exec('CREATE TABLE moz_places (id INTEGER, url TEXT)');
      other.close();
    }
    const before = fs.readFileSync(file);
    const { db, note } = openOrReplace(file, NOW);
    expect(note).toContain('and a new one begun');
    const [aside] = asides();
    expect(fs.readFileSync(path.join(dir, aside))).toEqual(before);
    expect(note).toContain(aside);
    expect(db.prepare('SELECT count(*) AS n FROM profile').get()).toEqual({ n: 0 });
    db.close();
  });

  it('with a damaged page is moved aside', () => {
    const db = openDatabase(file);
    const sql = new Statements(db);
    const money = Array.from({ length: 4000 }, (_, i) => ({
      owner,
      metric: 'daily' as const,
      currency: 'USD',
      at: NOW - i * 5000,
      value: String(i),
    }));
    writeBatch(db, sql, { ...emptyBatch(), money });
    db.close();
    const bytes = fs.readFileSync(file);
    bytes.fill(0xa5, 4096 * 6, 4096 * 20);
    fs.writeFileSync(file, bytes);
    const opened = openOrReplace(file, NOW);
    expect(opened.note).toContain('damaged');
    expect(asides()).toHaveLength(1);
    opened.db.close();
  });

  it('loses a profile that is removed while no app runs, and nothing else', () => {
    forgetInFile(file, 'catalyst');
    expect(fs.existsSync(file)).toBe(false);
    const db = openDatabase(file);
    const row = { metric: 'daily' as const, currency: 'USD', at: NOW, value: '1' };
    const paper = { name: 'paper', environment: 'paper' as const };
    const money = [owner, paper].map((one) => ({ ...row, owner: one }));
    writeBatch(db, new Statements(db), { ...emptyBatch(), money });
    db.close();
    forgetInFile(file, 'catalyst');
    const after = openDatabase(file);
    expect(after.prepare('SELECT name FROM profile').all()).toEqual([{ name: 'paper' }]);
    expect(after.prepare('SELECT count(*) AS n FROM money').get()).toEqual({ n: 1 });
    after.close();
    fs.writeFileSync(file, 'broken '.repeat(900));
    expect(() => forgetInFile(file, 'paper')).not.toThrow();
    expect(fs.readFileSync(file, 'utf8')).toBe('broken '.repeat(900));
  });

  it('of a newer version is left as it is', () => {
    openDatabase(file).close();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = fs.readFileSync(file);
    expect(() => openOrReplace(file, NOW)).toThrow(/newer version/);
    expect(fs.readFileSync(file)).toEqual(before);
    expect(asides()).toEqual([]);
  });
});
