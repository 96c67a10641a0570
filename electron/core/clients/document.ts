import { parse, parseTree, type Node, type ParseError } from 'jsonc-parser';
import { AppError } from '../../contract/errors.ts';
import type { Location } from './location.ts';

/** How a client reads its file, and the file's name for messages. */
export type Rules = Pick<Location, 'path' | 'rootKey' | 'dialect'>;

export interface Document {
  /**
   * Undefined for a file without content. Made when it is first asked for, since a tree of megabytes takes its time;
   * throws as parseConfig does.
   */
  readonly root: Node | undefined;
  /** What the client sees; `{}` for a file without content. */
  value: Record<string, unknown>;
  /** The entries under `mcpServers` or `servers`; empty where that is missing. */
  servers: Record<string, unknown>;
}

const BOM = '\uFEFF';

/**
 * Bytes of a configuration file as text, without a byte order mark: Claude falls back to defaults and drops all
 * servers when it meets one (facts: tradingview-mcp#406). Throws CLIENT_CONFIG_BROKEN for what is not UTF-8.
 */
export function decodeConfig(bytes: Uint8Array, file: string): { text: string; bom: boolean } {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark, UTF-16 shows as a zero byte beside the first brace.
  if (utf16 || (first === 0) !== (second === 0)) {
    throw broken(file, 'is saved as UTF-16, which the client cannot read either');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw broken(file, 'is not valid UTF-8 text', error);
  }
  return text.startsWith(BOM) ? { text: text.slice(1), bom: true } : { text, bom: false };
}

/**
 * Parses as strictly as the client does. Throws CLIENT_CONFIG_BROKEN with line and column, or CLIENT_CONFIG_SHAPE
 * where the file holds something else than an object with an object of servers.
 */
export function parseConfig(text: string, rules: Rules): Document {
  if (/^[ \t\r\n]*$/.test(text)) return { root: undefined, value: {}, servers: {} };
  const value = valueOf(text, rules);
  if (!isObject(value)) throw shape(rules.path, 'does not hold a JSON object');
  const servers = Object.hasOwn(value, rules.rootKey) ? value[rules.rootKey] : {};
  if (!isObject(servers)) throw shape(rules.path, `has a "${rules.rootKey}" that is not an object`);
  let root: Node | undefined;
  return {
    value,
    servers,
    get root() {
      return (root ??= treeOf(text, rules));
    },
  };
}

const optionsOf = ({ dialect }: Rules) => ({
  disallowComments: dialect === 'json',
  allowTrailingComma: dialect === 'jsonc',
});

/** What the client sees. Only the tree says where a mistake is, so that it is made for one. */
function valueOf(text: string, rules: Rules): unknown {
  try {
    if (rules.dialect === 'json') return JSON.parse(text);
  } catch (error) {
    treeOf(text, rules);
    throw broken(rules.path, `is not valid JSON (${(error as Error).message})`, error);
  }
  treeOf(text, rules);
  return parse(text, [], optionsOf(rules));
}

function treeOf(text: string, rules: Rules): Node | undefined {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, optionsOf(rules));
  } catch (error) {
    throw shape(rules.path, 'is nested too deeply', error);
  }
  const [mistake] = errors;
  if (mistake !== undefined) throw broken(rules.path, describe(text, mistake));
  return root;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const COMMENT = 10;

function describe(text: string, mistake: ParseError): string {
  const before = text.slice(0, mistake.offset).split(/\r\n|\n|\r/);
  const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
  if ((mistake.error as number) === COMMENT) return `has a comment at ${place}, which the client refuses`;
  return `is not valid JSON at ${place}`;
}

function broken(file: string, what: string, cause?: unknown): AppError {
  return new AppError(
    'CLIENT_CONFIG_BROKEN',
    `${file} ${what}; it was left as it is.`,
    'Open the file in a text editor, correct that place, save it as UTF-8, then try again.',
    { cause },
  );
}

function shape(file: string, what: string, cause?: unknown): AppError {
  return new AppError(
    'CLIENT_CONFIG_SHAPE',
    `${file} ${what}; it was left as it is.`,
    'Correct the file by hand, or move it away so that a fresh one can be made, then try again.',
    { cause },
  );
}
