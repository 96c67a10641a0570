/** How much room a column takes, in pixels, and how soon it gives way: 0 never does. */
interface Column {
  id: string;
  width: number;
  rank: number;
}

/** The columns that fit, in their own order: those of the lowest rank first. */
export function fitting<C extends Column>(columns: readonly C[], room: number): readonly C[] {
  let left = room;
  const shown = new Set<string>();
  for (const column of columns.toSorted((a, b) => a.rank - b.rank)) {
    left -= column.width;
    if (column.rank > 0 && left < 0) break;
    shown.add(column.id);
  }
  return columns.filter((column) => shown.has(column.id));
}
