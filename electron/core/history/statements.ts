import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Owner } from './samples.ts';

/** Prepared once per text, and the ids of profiles, series, services and positions looked up once each. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #ids = new Map<string, number>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  of(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const made = this.#db.prepare(sql);
    this.#prepared.set(sql, made);
    return made;
  }

  /** The id of a row by its unique columns, made where there is none. */
  #idOf(table: string, columns: readonly string[], values: readonly (string | number)[]): number {
    const key = [table, ...values].join('\u0000');
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const where = columns.map((column) => `${column} = ?`).join(' AND ');
    const find = this.of(`SELECT id FROM ${table} WHERE ${where}`);
    let row = find.get(...values) as { id: number } | undefined;
    if (!row) {
      const marks = columns.map(() => '?').join(', ');
      this.of(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`).run(...values);
      row = find.get(...values) as { id: number };
    }
    this.#ids.set(key, row.id);
    return row.id;
  }

  profile({ name, environment }: Owner): number {
    return this.#idOf('profile', ['name', 'environment'], [name, environment]);
  }

  /** Reading makes nothing: 0 where nothing was ever written of this profile. */
  known({ name, environment }: Owner): number {
    const row = this.of('SELECT id FROM profile WHERE name = ? AND environment = ?').get(name, environment);
    return (row as { id: number } | undefined)?.id ?? 0;
  }

  series(owner: Owner, metric: string, currency: string): number {
    return this.#idOf('series', ['profile', 'metric', 'currency'], [this.profile(owner), metric, currency]);
  }

  service(owner: Owner, name: string): number {
    return this.#idOf('service', ['profile', 'name'], [this.profile(owner), name]);
  }

  /** After a rollback or a deletion what was looked up may be gone. */
  forgetIds(): void {
    this.#ids.clear();
  }
}
