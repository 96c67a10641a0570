import { AppError } from '../../contract/errors.ts';

/** Where something stands: file and line, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A remark for the user on one line of a configuration. */
export interface SshNote extends Place {
  readonly text: string;
}

/** One directive as written. */
export interface Directive extends Place {
  /** In lower case: OpenSSH's keywords have no case. */
  readonly keyword: string;
  /** As the file spells it, for messages. */
  readonly spelled: string;
  readonly args: readonly string[];
  /** All behind the keyword, unsplit: ProxyJump and ProxyCommand read it so. */
  readonly rest: string;
}

/** SSH_CONFIG_INVALID for one line. */
export function invalidLine(place: Place, problem: string, cause?: unknown): AppError {
  return new AppError(
    'SSH_CONFIG_INVALID',
    `${place.file}, line ${place.line}: ${problem}.`,
    'Correct that line and try again; ssh itself refuses it too.',
    { cause },
  );
}

/** Whether the backslash at `at` escapes what follows it: a quote, a backslash, or outside of quotes a space. */
function escapes(text: string, at: number, quote: string): boolean {
  const next = text[at + 1];
  return next === "'" || next === '"' || next === '\\' || (quote === '' && next === ' ');
}

/** One argument from `start` on, and where it ended; undefined where a quote is left open. */
function argument(text: string, start: number): { value: string; end: number } | undefined {
  let value = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\' && escapes(text, at, quote)) value += text.charAt(++at);
    else if (quote === '' && (char === ' ' || char === '\t')) break;
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (quote !== '' && char === quote) quote = '';
    else value += char;
  }
  return quote === '' ? { value, end: at } : undefined;
}

/**
 * The arguments of a line as OpenSSH's `argv_split` takes them: both kinds of quotes, a few escapes, and a comment at
 * the end. Undefined where a quote is left open.
 */
export function splitArguments(text: string): string[] | undefined {
  const args: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === ' ' || char === '\t') continue;
    if (char === '#') break;
    const found = argument(text, at);
    if (!found) return undefined;
    args.push(found.value);
    at = found.end;
  }
  return args;
}

/** The directives of a file's text. Throws SSH_CONFIG_INVALID for a keyword alone and for an open quote, as ssh does. */
export function directives(file: string, text: string): Directive[] {
  const found: Directive[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const place = { file, line: index + 1 };
    const line = raw.replace(/[ \t\r\f]+$/, '').replace(/^[ \t\r]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const [, spelled = '', rest = ''] = /^([^\s="]+)(?:[ \t]*=[ \t]*|[ \t]+|(?="))(.*)$/.exec(line) ?? [];
    if (rest === '') throw invalidLine(place, `nothing stands after "${line.slice(0, 40)}"`);
    const args = splitArguments(rest);
    if (!args) throw invalidLine(place, 'a quote is not closed');
    found.push({ ...place, keyword: spelled.toLowerCase(), spelled, args, rest });
  }
  return found;
}
