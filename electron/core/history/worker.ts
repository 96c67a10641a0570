/** The thread that holds history.db: a slow disk or a long question never holds up a call of Claude's. */
import type { DatabaseSync } from 'node:sqlite';
import { parentPort } from 'node:worker_threads';
import { HistoryFault, isBroken, openOrReplace, sqliteCode } from './database.ts';
import { readServices } from './read-services.ts';
import { readMoney, readPositions } from './read.ts';
import { forget, keepOnly, retain } from './retain.ts';
import { Statements } from './statements.ts';
import type { JobFailure, Jobs, Request, Response } from './worker-protocol.ts';
import { writeBatch } from './write.ts';

const SQLITE_FULL = 13;

interface Held {
  db: DatabaseSync;
  sql: Statements;
  file: string;
}

function failureOf(error: unknown): JobFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof HistoryFault && error.kind === 'newer') return { message, cause: 'newer' };
  const full = sqliteCode(error) === SQLITE_FULL || (error as NodeJS.ErrnoException).code === 'ENOSPC';
  return { message, cause: full ? 'full' : 'other' };
}

class Keeper {
  #held: Held | undefined;

  #need(): Held {
    if (!this.#held) throw new Error('history.db is not open');
    return this.#held;
  }

  #open(file: string, now: number): string | null {
    const { db, note } = openOrReplace(file, now);
    this.#held = { db, sql: new Statements(db), file };
    return note;
  }

  /** A file that turns out to be damaged while it is used is moved aside like one that was so at the start. */
  #write({ batch, now }: Jobs['write']['in']): { note: string | null } {
    const { db, sql, file } = this.#need();
    try {
      writeBatch(db, sql, batch);
      return { note: null };
    } catch (error) {
      if (!isBroken(error)) throw error;
      this.#close();
      const note = this.#open(file, now);
      const fresh = this.#need();
      writeBatch(fresh.db, fresh.sql, batch);
      return { note };
    }
  }

  #close(): void {
    this.#held?.db.close();
    this.#held = undefined;
  }

  run(request: Request): unknown {
    switch (request.job) {
      case 'open': {
        const { file, now, owners } = request.input;
        const note = this.#open(file, now);
        if (owners !== null) keepOnly(this.#need().sql, owners);
        return { note };
      }
      case 'write':
        return this.#write(request.input);
      case 'money':
        return readMoney(this.#need().sql, request.input.owner, request.input.query, request.input.now);
      case 'positions':
        return readPositions(this.#need().sql, request.input.owner, request.input.query, request.input.now);
      case 'services':
        return readServices(this.#need().sql, request.input.owner, request.input.query, request.input.now);
      case 'retain':
        return retain(this.#need().db, this.#need().sql, request.input.now);
      case 'forget':
        return forget(this.#need().sql, request.input.name);
      case 'close':
        return this.#close();
      default:
        return request satisfies never;
    }
  }
}

const port = parentPort;
if (port) {
  const keeper = new Keeper();
  port.on('message', (request: Request) => {
    let response: Response;
    try {
      response = { id: request.id, value: keeper.run(request) ?? null };
    } catch (error) {
      response = { id: request.id, failure: failureOf(error) };
    }
    port.postMessage(response);
    if (request.job === 'close') port.close();
  });
}
