import { isDeepStrictEqual } from 'node:util';
import type { PatchOp } from '../contract/state.ts';

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rows name themselves by `key`: one row is one change, however much of it changed. */
function keyOf(value: unknown): unknown {
  return isTree(value) ? value['key'] : undefined;
}

function ofList(path: readonly string[], before: readonly unknown[], after: readonly unknown[]): PatchOp[] {
  if (after.length > before.length && before.every((value, index) => value === after[index])) {
    return [{ op: 'append', path, values: after.slice(before.length), keep: after.length }];
  }
  const rows =
    after.length === before.length &&
    after.every((row, index) => keyOf(row) !== undefined && keyOf(row) === keyOf(before[index]));
  if (!rows) return isDeepStrictEqual(before, after) ? [] : [{ op: 'set', path, value: after }];
  return after.flatMap((row, index): PatchOp[] =>
    isDeepStrictEqual(row, before[index]) ? [] : [{ op: 'set', path: [...path, String(index)], value: row }],
  );
}

/**
 * The fewest changes that turn `before` into `after` at a path of the state: one per field, per row of a list whose
 * rows carry a `key`, or an append where a list only grew. Nothing for what is equal.
 */
export function patchOps(path: readonly string[], before: unknown, after: unknown): PatchOp[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) return ofList(path, before, after);
  // another variant of a union is another thing: `last` of an unknown must not stay beside a known value
  if (!isTree(before) || !isTree(after) || before['state'] !== after['state']) {
    return isDeepStrictEqual(before, after) ? [] : [{ op: 'set', path, value: after }];
  }
  const gone = Object.keys(before).filter((key) => !(key in after));
  return [
    ...gone.map((key): PatchOp => ({ op: 'remove', path: [...path, key] })),
    ...Object.keys(after).flatMap((key) => patchOps([...path, key], before[key], after[key])),
  ];
}
