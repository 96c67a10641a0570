import fs from 'node:fs';
import path from 'node:path';
import { parseJson } from '../../../electron/core/backends/json-text.ts';

/** One case of a golden table; `body` keeps the spelling of its numbers. */
export interface Case {
  name: string;
  status?: unknown;
  text?: string;
  body?: unknown;
  currency?: string;
  answer?: unknown;
  value?: unknown;
  reason?: string;
  expect?: unknown;
  totals?: unknown;
}

/** The cases of a table in test/fixtures/catalyst/golden. */
export function goldenCases(table: string): Case[] {
  const file = path.join(import.meta.dirname, '../../fixtures/catalyst/golden', `${table}.json`);
  const parsed = parseJson(fs.readFileSync(file, 'utf8'));
  if (!parsed) throw new Error(`${file} is not JSON`);
  return parsed.value as Case[];
}

/** Expectations as plain numbers. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
