/** Rows whose words contain every word of the text. */
export function filtered<T>(rows: readonly T[], text: string, wordsOf: (row: T) => string): readonly T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const hay = wordsOf(row).toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}
