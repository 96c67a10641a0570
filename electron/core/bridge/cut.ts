/** Claude refuses longer lines. */
export const CLAUDE_LIMIT = 1_048_576;
const PIECE_BYTES = 900_000;
const SMALL_ITEM = 20_000;

interface Item {
  type?: unknown;
  text?: unknown;
  [key: string]: unknown;
}

/** The end of the piece of `text` from `from` on whose JSON text has at most `maxBytes`; never inside a surrogate pair. */
export function pieceEnd(text: string, from: number, maxBytes = PIECE_BYTES): number {
  let length = Math.min(text.length - from, maxBytes);
  for (;;) {
    const bytes = Buffer.byteLength(JSON.stringify(text.slice(from, from + length)));
    if (bytes <= maxBytes || length <= 1) break;
    length = Math.max(1, Math.floor(length * Math.min(0.98, maxBytes / bytes)));
  }
  const last = text.charCodeAt(from + length - 1);
  if (last >= 0xd800 && last <= 0xdbff && from + length < text.length) length = Math.max(1, length - 1);
  return from + length;
}

function continued(text: string, from: number, end: number, handle: string): string {
  if (end >= text.length) return `[end of the result: characters ${from} to ${end} of ${text.length}]`;
  return `[cut by Catalyst Companion: characters ${from} to ${end} of ${text.length}. For the next part call companion_continue with {"handle":"${handle}.${end}"}]`;
}

/** One part of a kept text as a tools/call result, JSON text. */
export function partOf(text: string, from: number, handle: string): string {
  const end = pieceEnd(text, from);
  const content = [
    { type: 'text', text: text.slice(from, end) },
    { type: 'text', text: continued(text, from, end, handle) },
  ];
  return JSON.stringify({ content });
}

/** All of a tools/call result that is text, with a note where something else was too large to stay. */
function textOf(items: readonly Item[]): { text: string; small: Item[] } {
  const texts: string[] = [];
  const small: Item[] = [];
  for (const item of items) {
    if (item.type === 'text' && typeof item.text === 'string') texts.push(item.text);
    else if (JSON.stringify(item).length <= SMALL_ITEM) small.push(item);
    else {
      const inner = (item['resource'] as { text?: unknown } | undefined)?.text;
      texts.push(
        typeof inner === 'string'
          ? inner
          : `[a part of type ${String(item.type)} was left out: too large for this client]`,
      );
    }
  }
  return { text: texts.join('\n'), small };
}

/** Cuts a tools/call result; `keep` stores the whole text and gives its handle. JSON text. */
export function cutToolResult(result: Record<string, unknown>, keep: (text: string) => string): string {
  const items = Array.isArray(result['content']) ? (result['content'] as Item[]) : [];
  let { text, small } = textOf(items);
  const structured = result['structuredContent'];
  const keepStructured = structured !== undefined && JSON.stringify(structured).length <= SMALL_ITEM;
  if (text === '' && structured !== undefined) text = JSON.stringify(structured);
  if (small.length > 4) small = small.slice(0, 4);
  const handle = keep(text);
  const end = pieceEnd(text, 0);
  const content: object[] = [{ type: 'text', text: text.slice(0, end) }, ...small];
  if (end < text.length) content.push({ type: 'text', text: continued(text, 0, end, handle) });
  return JSON.stringify({
    content,
    ...(keepStructured ? { structuredContent: structured } : {}),
    ...(result['isError'] === true ? { isError: true } : {}),
  });
}

/** Cuts a resources/read result; undefined when it has no text to cut. JSON text. */
export function cutReadResult(
  result: Record<string, unknown>,
  keep: (text: string) => string,
): string | undefined {
  const contents = Array.isArray(result['contents']) ? (result['contents'] as Item[]) : [];
  const large = contents.find((one) => typeof one.text === 'string');
  if (!large) return undefined;
  const text = contents.map((one) => (typeof one.text === 'string' ? one.text : '')).join('\n');
  const end = pieceEnd(text, 0);
  const note = `\n\n${continued(text, 0, end, keep(text))}`;
  return JSON.stringify({ contents: [{ ...large, text: text.slice(0, end) + note }] });
}
