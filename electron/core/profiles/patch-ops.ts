import { isDeepStrictEqual } from 'node:util';
import type { HealthModel } from '../../contract/models.ts';
import type { PatchOp } from '../../contract/state.ts';

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
  // a window that moved on: the newest of a list that is kept to a length
  const gone = after.length === before.length ? before.indexOf(after[0]) : -1;
  if (gone > 0 && before.slice(gone).every((value, index) => value === after[index])) {
    return [{ op: 'append', path, values: after.slice(before.length - gone), keep: after.length }];
  }
  const rows =
    after.length === before.length &&
    after.every((row, index) => keyOf(row) !== undefined && keyOf(row) === keyOf(before[index]));
  if (!rows) return isDeepStrictEqual(before, after) ? [] : [{ op: 'set', path, value: after }];
  return after.flatMap((row, index): PatchOp[] =>
    isDeepStrictEqual(row, before[index]) ? [] : [{ op: 'set', path: [...path, String(index)], value: row }],
  );
}

/** The same for health, where a service is sent by its parts: its probes alone are sixty. */
export function healthOps(path: readonly string[], before: HealthModel, after: HealthModel): PatchOp[] {
  const same =
    before.services.length === after.services.length &&
    after.services.every(({ name }, index) => name === before.services[index]?.name);
  if (!same) return patchOps(path, before, after);
  return [
    ...after.services.flatMap((service, index) =>
      patchOps([...path, 'services', String(index)], before.services[index], service),
    ),
    ...patchOps(path, { ...before, services: after.services }, after),
  ];
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
