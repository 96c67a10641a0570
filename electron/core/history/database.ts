import fs from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/** Why the history cannot be used, as one sentence; `newer` files are left as they are, the rest is moved aside. */
export class HistoryFault extends Error {
  override readonly name = 'HistoryFault';
  readonly kind: 'newer' | 'unusable';

  constructor(kind: 'newer' | 'unusable', message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** SQLite's own number of an error, or 0. */
export function sqliteCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : 0;
}

const CORRUPT = 11;
const NOT_A_DATABASE = 26;
export const isBroken = (error: unknown): boolean =>
  error instanceof HistoryFault
    ? error.kind === 'unusable'
    : [CORRUPT, NOT_A_DATABASE].includes(sqliteCode(error));

function number(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

function checkOurs(db: DatabaseSync): 'empty' | 'ours' {
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number };
  if (tables.n > 0 && number(db, 'application_id') !== APPLICATION_ID)
    throw new HistoryFault('unusable', 'history.db is a database of something else.');
  const version = number(db, 'user_version');
  if (version > MIGRATIONS.length)
    throw new HistoryFault(
      'newer',
      'history.db was written by a newer version of this app; it was left as it is and nothing is added.',
    );
  const [first] = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  if (first?.quick_check !== 'ok') throw new HistoryFault('unusable', 'history.db is damaged.');
  return tables.n > 0 ? 'ours' : 'empty';
}

function migrate(db: DatabaseSync): void {
  for (let version = number(db, 'user_version'); version < MIGRATIONS.length; version += 1) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(MIGRATIONS[version] ?? '');
      db.exec(`PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT`);
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Made with 0600 before SQLite sees it: its journal files take their mode from it. */
function makePrivate(file: string): void {
  fs.closeSync(fs.openSync(file, 'a', 0o600));
  if (process.platform !== 'win32') fs.chmodSync(file, 0o600);
}

/** Opens or makes the database. Throws HistoryFault, or what SQLite and the disk say. */
export function openDatabase(file: string): DatabaseSync {
  makePrivate(file);
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 2000 });
  try {
    // a file with tables would be written to by this, and it may be somebody else's
    if (checkOurs(db) === 'empty') db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 8388608');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Puts a file that cannot be used aside, with its journals, and gives the name it has now. */
function moveAside(file: string, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const aside = `${file}.broken-${stamp}`;
  for (const end of ['', '-wal', '-shm'])
    if (fs.existsSync(file + end)) fs.renameSync(file + end, aside + end);
  return aside;
}

export interface Opened {
  db: DatabaseSync;
  /** What a person should know, as one sentence; null when all is well. */
  note: string | null;
}

/** Opens the database; what is broken or somebody else's is moved aside, never written over, and a new one begun. */
export function openOrReplace(file: string, now: number): Opened {
  try {
    return { db: openDatabase(file), note: null };
  } catch (error) {
    if (!isBroken(error)) throw error;
    const why = error instanceof HistoryFault ? error.message : 'history.db is damaged.';
    const aside = moveAside(file, now);
    return { db: openDatabase(file), note: `${why} It was moved to ${aside} and a new one begun.` };
  }
}
