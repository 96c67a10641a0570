/** Text in runs: what a reader sees as it is, and characters that would not be seen or would reorder the rest. */
export type Run = { text: string } | { hidden: string };

// The same as core's guard makes visible: controls but tab and newline, format, bidi, tags, fillers, odd blanks.
const HIDDEN = /(?![\t\n])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  // Tag characters mirror ASCII: what they spell is what a model would read.
  return code >= 0xe0020 && code <= 0xe007e ? `${hex} “${String.fromCodePoint(code - 0xe0000)}”` : hex;
}

/** Splits text so that hidden characters can be drawn as their code points. */
export function runsOf(text: string): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) runs.push({ text: text.slice(from, match.index) });
    runs.push({ hidden: nameOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) runs.push({ text: text.slice(from) });
  return runs;
}

/** How many hidden characters a text has. */
export function hiddenCount(text: string): number {
  return runsOf(text).filter((run) => 'hidden' in run).length;
}

/** As one text, for where nothing else can stand: hidden characters become their code points in brackets. */
export function visible(text: string): string {
  return runsOf(text)
    .map((run) => ('text' in run ? run.text : `[${run.hidden}]`))
    .join('');
}
