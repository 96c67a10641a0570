import type { OtherEntry } from '../../contract/bridge.ts';
import { isObject } from './document.ts';

const MASK = '•••';
const SECRET_NAME = /(?:key|token|secret|passw|pwd|auth|credential|cookie|bearer)/i;
/** Well-known prefixes of secrets, and long runs without a path's or a word's structure. */
const SECRET_VALUE =
  /^(?:sk-|pk_|rk_|ghp_|gho_|github_pat_|glpat-|xox[abp]-|AKIA|eyJ|Bearer |Basic )|^(?=.*\d)(?=.*[a-z])[A-Za-z0-9_+=-]{24,}$/i;

/**
 * What an entry of somebody else's starts, to be looked at: values of its environment and headers are not shown, and
 * words that look like a secret are masked. The file keeps what it has; this is for the screen alone.
 */
export function describeOther(key: string, value: unknown): OtherEntry {
  if (!isObject(value)) return { key, start: '(not an entry)', env: [] };
  const args = Array.isArray(value['args']) ? (value['args'] as unknown[]).map(String) : [];
  const command = typeof value['command'] === 'string' ? value['command'] : undefined;
  const url = ['url', 'serverUrl'].map((name) => value[name]).find((each) => typeof each === 'string');
  const start = command === undefined ? urlText(url) : [maskWord(command), ...maskWords(args)].join(' ');
  const env = ['env', 'headers'].flatMap((name) => (isObject(value[name]) ? Object.keys(value[name]) : []));
  return { key, start, env };
}

function urlText(url: unknown): string {
  if (typeof url !== 'string') return '(no command)';
  try {
    const { protocol, host, pathname, search } = new URL(url);
    return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
  } catch {
    return '(an address that cannot be read)';
  }
}

function maskWords(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const before = words[index - 1] ?? '';
    const named = /^--?[\w-]+$/.test(before) && SECRET_NAME.test(before);
    return named && !word.startsWith('-') ? MASK : maskWord(word);
  });
}

function maskWord(word: string): string {
  const pair = /^(-{0,2}[\w.-]+)([=:])\s*(.+)$/s.exec(word);
  if (pair?.[1] !== undefined && (SECRET_NAME.test(pair[1]) || SECRET_VALUE.test(pair[3] ?? ''))) {
    return `${pair[1]}${pair[2]}${MASK}`;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word)) return urlText(word);
  return SECRET_VALUE.test(word) ? MASK : word;
}
