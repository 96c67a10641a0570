import { createHash } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';
import { parseJsonText } from '../../contract/json-text.ts';
import type { JsonNode } from '../../contract/json-text.ts';
import { quoted } from './visible.ts';

/** Sign, digits without outer zeros, and the power of ten of the last digit: equal triples are equal numbers. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - kept.length);
  return `${sign}${kept}e${power}`;
}

/** RFC 8785 spelling where the double is exactly the number that was written; else the spelling as sent. */
function canonicalNumber(text: string): string {
  if (text.length > 400) return text;
  const double = Number(text);
  if (!Number.isFinite(double)) return text;
  const spelled = JSON.stringify(double);
  return decimalOf(spelled) === decimalOf(text) ? spelled : text;
}

/** Keys in order of their UTF-16 units, as RFC 8785 asks. */
const byUnit = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : Number(a[0] > b[0]);

function write(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${[...node.members]
        .sort(byUnit)
        .map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`)
        .join(',')}}`;
    case 'array':
      return `[${node.items.map(write).join(',')}]`;
    case 'string':
      return JSON.stringify(node.value);
    case 'number':
      return canonicalNumber(node.text);
    case 'literal':
      return node.text;
    default:
      return node satisfies never;
  }
}

/**
 * Canonical JSON of a JSON text, as RFC 8785 defines it, except that a number which a double cannot hold keeps
 * its spelling instead of being rounded. Throws INPUT_INVALID for text that parseJsonText refuses.
 */
export function canonicalJson(text: string): string {
  return write(parseJsonText(text));
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Identity of a call for consent, audit and repeats: SHA-256, hex, over profile, tool and canonical arguments. */
export function callHash(profile: string, tool: string, argumentsText: string): string {
  return sha256(`${JSON.stringify([profile, tool])}\n${canonicalJson(argumentsText)}`);
}

/** The call's hash and its exact text together: what a consent is bound to. */
export function bindingOf(profile: string, tool: string, argumentsText: string): string {
  return sha256(`${callHash(profile, tool, argumentsText)}\n${argumentsText}`);
}

function show(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{ ${[...node.members].map(([key, value]) => `${quoted(key)}: ${show(value)}`).join(', ')} }`;
    case 'array':
      return `[${node.items.map(show).join(', ')}]`;
    case 'string':
      return quoted(node.value);
    case 'number': {
      // 1e5 is easily read as 15: say what it is
      const plain = canonicalNumber(node.text);
      return /e/i.test(node.text) && !/e/i.test(plain) ? `${node.text} (= ${plain})` : node.text;
    }
    case 'literal':
      return node.text;
    default:
      return node satisfies never;
  }
}

/**
 * One row per top-level argument, in the order sent, with the exact value: strings in quotes, numbers as
 * spelled, hidden characters as escapes. Throws INPUT_INVALID when the text is not one JSON object.
 */
export function argumentRows(argumentsText: string): { name: string; value: string }[] {
  const node = parseJsonText(argumentsText);
  if (node.kind !== 'object')
    throw new AppError(
      'INPUT_INVALID',
      'The arguments of a tool call must be a JSON object.',
      'Send an object such as {"symbol":"AAPL"}.',
    );
  return [...node.members].map(([key, value]) => ({
    name: /^[\w.-]+$/.test(key) ? key : quoted(key),
    value: show(value),
  }));
}
