import type { Node } from 'jsonc-parser';

/** How a document is written, so that what we add looks like its neighbours. */
export interface Style {
  eol: string;
  /** One step of indentation. */
  unit: string;
  /** Whether the document spreads over lines; a minified one stays minified. */
  pretty: boolean;
  /** Whether a colon is followed by a space. */
  spaced: boolean;
}

export function styleOf(text: string, root: Node | undefined): Style {
  const crlf = text.split('\r\n').length - 1;
  const lf = text.split('\n').length - 1 - crlf;
  const cr = text.split('\r').length - 1 - crlf;
  const eol = crlf > lf ? '\r\n' : cr > lf ? '\r' : '\n';
  const inside = root === undefined ? '' : text.slice(root.offset, root.offset + root.length);
  return {
    eol,
    unit: (root && unitOf(text, root)) ?? '  ',
    pretty: /[\r\n]/.test(inside) || !root?.children?.length,
    spaced: !/^"(?:[^"\\]|\\.)*":[^\s]/.test(inside.slice(1).trimStart()),
  };
}

/** A value over several lines, for a place on a line that is indented by `base`. */
export function renderLines(value: unknown, style: Style, base: string): string {
  return JSON.stringify(value, null, style.unit).replaceAll('\n', style.eol + base);
}

/** A value on one line, in the spacing of its document. */
export function renderInline(value: unknown, style: Style): string {
  if (!style.spaced) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => renderInline(item, style)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}: ${renderInline(item, style)}`,
    );
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
  }
  return JSON.stringify(value);
}

/** The whitespace at the start of the line that holds `offset`. */
export function lineIndent(text: string, offset: number): string {
  const start = lineStart(text, offset);
  let end = start;
  while (end < offset && (text[end] === ' ' || text[end] === '\t')) end++;
  return text.slice(start, end);
}

export function lineStart(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !isEol(text[start - 1])) start--;
  return start;
}

/** Whether nothing but whitespace stands before `offset` on its line, and another line before that. */
export function startsLine(text: string, offset: number): boolean {
  const start = lineStart(text, offset);
  return start > 0 && start + lineIndent(text, offset).length === offset;
}

export function isEol(char: string | undefined): boolean {
  return char === '\n' || char === '\r';
}

/** The first indentation step met, outermost first. */
function unitOf(text: string, root: Node): string | undefined {
  const queue: Node[] = [root];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const children = next.children ?? [];
    const [first] = children;
    if (next.type !== 'property' && first !== undefined && startsLine(text, first.offset)) {
      const outer = lineIndent(text, next.offset);
      const inner = lineIndent(text, first.offset);
      if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
    }
    // A large array cannot tell more than its first items do.
    queue.push(...children.slice(0, 20));
    if (queue.length > 2000) return undefined;
  }
  return undefined;
}
