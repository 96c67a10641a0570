import type { Verdict } from '../../contract/models.ts';
import { verdictOfWord, wordText } from './health-words.ts';
import { firstOf, isFields, parseJson, textOf, type Fields } from './json-text.ts';
import { errorText, oneLine } from './json-value.ts';

/** What a `/health` answer says, judged by its body first (facts 0.6: the code lies more often than the body). */
export interface HealthAnswer {
  verdict: Verdict;
  /** Why it is not up; null when up. */
  reason: string | null;
  version: string | null;
  parts: Record<string, string>;
}

export const STATUS_KEYS = ['status', 'overall_status', 'system_status', 'system_health', 'healthy'] as const;
const DATABASES = /^(?:database|db|postgres(?:ql)?|timescaledb|sqlite)(?:_connected)?$/;
const BROKERS = /^(?:alpaca|alpaca_status|broker|moomoo)(?:_connected)?$/;
const PART_KEYS =
  /^(?:database|db|redis|postgres(?:ql)?|alpaca|alpaca_status|broker|moomoo|http_session|market_status|transport)$|_connected$/;
const DATABASE_TROUBLE = /database|postgres|asyncpg|Connect call failed|:?\b5432\b/i;

function partsOf(fields: Fields): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (!PART_KEYS.test(key) || value === null) continue;
    const inner = isFields(value) ? value['status'] : value;
    const text = wordText(inner);
    if (text !== '') parts[key] = text;
  }
  return parts;
}

function isDown(word: string): boolean {
  return verdictOfWord(word === 'true' ? true : word === 'false' ? false : word) === 'down';
}

/** A part without which the service answers but cannot do its work. Redis alone is not one. */
function brokenPart(parts: Record<string, string>): string | null {
  const entries = Object.entries(parts);
  if (entries.some(([key, word]) => DATABASES.test(key) && isDown(word))) return 'its database is down';
  if (entries.some(([key, word]) => BROKERS.test(key) && isDown(word)))
    return 'its broker connection is down';
  return null;
}

function withDetail(reason: string, detail: string): string {
  return detail === '' ? reason : `${reason} (${detail})`;
}

function versionOf(fields: Fields): string | null {
  return textOf(fields['version']) ?? null;
}

function failedNames(fields: Fields): string[] {
  const failed = fields['failed_services'];
  return Array.isArray(failed) ? (failed as unknown[]).map((name) => textOf(name) ?? '').filter(Boolean) : [];
}

function saidDown(fields: Fields, parts: Record<string, string>): Omit<HealthAnswer, 'version' | 'parts'> {
  const detail = oneLine(
    [fields['error'], fields['message'], fields['detail']]
      .map(errorText)
      .filter((word) => word !== '' && word !== 'unknown' && word !== 'database_unavailable')
      .join(': '),
  );
  const broken = brokenPart(parts);
  if (broken !== null) return { verdict: 'degraded', reason: withDetail(broken, detail) };
  if (DATABASE_TROUBLE.test(`${errorText(fields['error'])} ${detail}`)) {
    return { verdict: 'degraded', reason: withDetail('its database is down', detail) };
  }
  if (/unreachable/i.test(detail)) return { verdict: 'degraded', reason: detail };
  return { verdict: 'down', reason: withDetail('it reports itself unhealthy', detail) };
}

function ofFields(status: number, fields: Fields): HealthAnswer {
  const parts = partsOf(fields);
  const version = versionOf(fields);
  const word = firstOf(fields, STATUS_KEYS);
  const said = verdictOfWord(word);
  if (said === 'down') return { ...saidDown(fields, parts), version, parts };
  const broken = brokenPart(parts);
  if (broken !== null) return { verdict: 'degraded', reason: broken, version, parts };
  const failed = failedNames(fields);
  if (failed.length > 0) {
    return {
      verdict: 'degraded',
      reason: `it reports failed services: ${failed.join(', ')}`,
      version,
      parts,
    };
  }
  if (said === 'degraded') {
    const detail = oneLine(errorText(fields['error'] ?? fields['message']));
    return { verdict: 'degraded', reason: withDetail('it reports itself degraded', detail), version, parts };
  }
  if (status >= 500) {
    const reason = `it answered HTTP ${status} with the status "${wordText(word)}"`;
    return { verdict: said === 'up' ? 'degraded' : 'down', reason, version, parts };
  }
  if (said === 'up') return { verdict: 'up', reason: null, version, parts };
  const reason =
    word === undefined ? 'its answer names no status' : `it reports the status "${wordText(word)}"`;
  return { verdict: 'unknown', reason, version, parts };
}

function ofText(status: number, text: string): HealthAnswer {
  const line = oneLine(text);
  const version = /\bv(\d+(?:\.\d+)+)\b/.exec(line)?.[1] ?? null;
  const base = { version, parts: {} };
  if (line.startsWith('<')) return ofPage(status);
  const unhealthy = /^unhealthy:?\s*(.*)$/i.exec(line);
  if (unhealthy) return { ...base, ...saidDown({ error: unhealthy[1] }, {}) };
  const said = verdictOfWord(line);
  if (said === 'degraded' || /\binitiali[sz]ing\b/i.test(line)) {
    return { ...base, verdict: 'degraded', reason: 'it is still starting' };
  }
  if (status >= 500 || said === 'down') {
    return { ...base, verdict: 'down', reason: withDetail(`it answered HTTP ${status}`, line) };
  }
  if (said === 'up') return { ...base, verdict: 'up', reason: null };
  return {
    ...base,
    verdict: 'unknown',
    reason: line === '' ? 'its answer is empty' : `it answered "${line}"`,
  };
}

function ofPage(status: number): HealthAnswer {
  const base = { version: null, parts: {} };
  if (status === 502 || status === 504) {
    return {
      ...base,
      verdict: 'down',
      reason: `the web server in front of it cannot reach it (HTTP ${status})`,
    };
  }
  const reason =
    status < 400 ? 'it answered a web page, not a health report' : `a web server answered HTTP ${status}`;
  return { ...base, verdict: 'unknown', reason };
}

/** A body that carries no status itself but wraps one: `{success, data: {status: …}}`. */
function innermost(fields: Fields): Fields {
  const data = fields['data'];
  if (firstOf(fields, STATUS_KEYS) === undefined && isFields(data)) return data;
  return fields;
}

/** Reads a `/health` answer of any known shape, JSON or text; `status` is the HTTP code, `text` the body. */
export function readHealth(status: number, text: string): HealthAnswer {
  if (status === 401 || status === 403 || status === 429 || (status >= 300 && status < 400)) {
    return {
      verdict: 'unknown',
      reason: `the probe was refused with HTTP ${status}`,
      version: null,
      parts: {},
    };
  }
  const json = parseJson(text.trim());
  if (!json || typeof json.value === 'string') {
    if (status === 404) return noHealth();
    return ofText(status, typeof json?.value === 'string' ? json.value : text);
  }
  if (!isFields(json.value)) return ofText(status, text);
  const fields = innermost(json.value);
  if (status === 404 && firstOf(fields, STATUS_KEYS) === undefined) return noHealth();
  return ofFields(status, fields);
}

function noHealth(): HealthAnswer {
  return { verdict: 'unknown', reason: 'it answers, but has no /health', version: null, parts: {} };
}
