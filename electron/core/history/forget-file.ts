import fs from 'node:fs';
import { openDatabase } from './database.ts';
import { forget } from './retain.ts';
import { Statements } from './statements.ts';

/**
 * Takes the history of a profile out of a file that no app has open, so that another profile of its name does not begin
 * with it. A file that is not there, or cannot be used, is left alone: the app says so at its next start.
 */
export function forgetInFile(file: string, profile: string): void {
  if (!fs.existsSync(file)) return;
  try {
    const db = openDatabase(file);
    try {
      forget(new Statements(db), profile);
    } finally {
      db.close();
    }
  } catch {
    // nothing of it is shown meanwhile
  }
}
