/** What a reader cannot see or what moves text about: controls, format, tags, bidi, odd blanks, lone surrogates. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

const escaped = (char: string): string =>
  Array.from(
    { length: char.length },
    (_, unit) => `\\u${char.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');

/**
 * Text with hidden characters as \\uXXXX escapes; line breaks and tabs stay. Applied to JSON text it keeps the
 * meaning: outside strings JSON has no other blanks, inside them the escape is the same character.
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => (/[\n\r\t]/.test(char) ? char : escaped(char)));
}

/** A string in quotes with every hidden character as an escape, line breaks too; still the same JSON string. */
export function quoted(value: string): string {
  return JSON.stringify(value).replace(HIDDEN, escaped);
}
