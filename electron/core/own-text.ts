/**
 * The first `max` characters as a text of their own. What `slice()` gives keeps the whole text in memory: a sentence of
 * 300 characters out of an answer of megabytes would hold all of it for as long as the sentence is shown.
 */
export function ownText(text: string, max: number): string {
  return Buffer.from(text.slice(0, max)).toString('utf8');
}
