/** How well `query` fits `text`, higher is better; null: not at all. Letters in order, best at the starts of words. */
export function fuzzyScore(text: string, query: string): number | null {
  const hay = text.toLowerCase();
  let score = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const one = wordScore(hay, word);
    if (one === null) return null;
    score += one;
  }
  // the shorter of two equal ones is more likely meant
  return score - hay.length / 100;
}

function wordScore(hay: string, word: string): number | null {
  const at = hay.indexOf(word);
  if (at >= 0) return (at === 0 || /[^a-z0-9]/.test(hay[at - 1] ?? '') ? 20 : 10) + word.length;
  let from = 0;
  let score = 0;
  for (const letter of word) {
    const next = hay.indexOf(letter, from);
    if (next < 0) return null;
    const starts = next === 0 || /[^a-z0-9]/.test(hay[next - 1] ?? '');
    score += starts ? 3 : next === from ? 1 : -0.5;
    from = next + 1;
  }
  // letters strewn over a long text fit everything
  return score > 0 ? score : null;
}

/** What fits the query, the best first; all in their order while nothing is typed. `boost` lifts one over its equals. */
export function fuzzy<T>(
  entries: readonly T[],
  query: string,
  textOf: (entry: T) => string,
  boost: (entry: T) => number = () => 0,
): T[] {
  if (query.trim() === '') return [...entries];
  return entries
    .flatMap((entry) => {
      const score = fuzzyScore(textOf(entry), query);
      return score === null ? [] : [{ entry, score: score + boost(entry) }];
    })
    .toSorted((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}
