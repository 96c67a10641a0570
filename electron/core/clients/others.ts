import type { OtherEntry } from '../../contract/bridge.ts';
import { isObject } from './document.ts';
import { maskWords } from './mask.ts';

/**
 * What an entry of somebody else's starts, to be looked at: values of its environment and headers are not shown, and
 * words that look like a secret are masked. The file keeps what it has; this is for the screen alone.
 */
export function describeOther(key: string, value: unknown): OtherEntry {
  if (!isObject(value)) return { key, start: '(not an entry)', env: [] };
  const args = Array.isArray(value['args']) ? (value['args'] as unknown[]).map(String) : [];
  const command = typeof value['command'] === 'string' ? value['command'] : undefined;
  const url = ['url', 'serverUrl'].map((name) => value[name]).find((each) => typeof each === 'string');
  const start = command === undefined ? urlText(url) : [command, ...maskWords(args).map(shortUrl)].join(' ');
  const env = ['env', 'headers'].flatMap((name) => (isObject(value[name]) ? Object.keys(value[name]) : []));
  return { key, start, env };
}

const shortUrl = (word: string) => (/^[a-z][a-z0-9+.-]*:\/\//i.test(word) ? urlText(word) : word);

function urlText(url: unknown): string {
  if (typeof url !== 'string') return '(no command)';
  try {
    const { protocol, host, pathname, search } = new URL(url);
    return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
  } catch {
    return '(an address that cannot be read)';
  }
}
