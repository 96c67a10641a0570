import type { Verdict } from '../../contract/models.ts';
import { serviceName, verdictOfWord, wordText } from './health-words.ts';
import { asNumber, firstOf, isFields, textOf, type Fields } from './json-text.ts';
import { errorText, oneLine, unwrap, type Read } from './json-value.ts';
import { STATUS_KEYS } from './read-health.ts';

/** What an orchestrator says about itself and the services behind it; its words, not the truth. */
export interface ReportedHealth {
  verdict: Verdict;
  text: string;
  /** Canonical names. */
  failed: string[];
  services: Map<string, { verdict: Verdict; text: string }>;
}

function serviceWord(value: unknown): { verdict: Verdict; text: string } {
  if (!isFields(value)) {
    const text = wordText(value);
    return { verdict: verdictOfWord(value), text: text === '' ? 'not said' : oneLine(text) };
  }
  const word = firstOf(value, ['healthy', 'status']);
  const http = asNumber(value['http_status']);
  const detail = oneLine(errorText(value['error']) || (http === undefined ? '' : `HTTP ${http}`));
  const verdict = verdictOfWord(word);
  const plain = word === true ? 'healthy' : word === false ? 'unhealthy' : wordText(word) || 'not said';
  return { verdict, text: detail === '' ? plain : `${plain}: ${detail}` };
}

function servicesOf(value: unknown): Map<string, { verdict: Verdict; text: string }> {
  const services = new Map<string, { verdict: Verdict; text: string }>();
  if (Array.isArray(value)) {
    for (const row of value as unknown[]) {
      const name = isFields(row) ? textOf(firstOf(row, ['name', 'service'])) : undefined;
      if (name !== undefined) services.set(serviceName(name), serviceWord(row));
    }
  } else if (isFields(value)) {
    for (const [name, word] of Object.entries(value)) services.set(serviceName(name), serviceWord(word));
  }
  return services;
}

function failedOf(fields: Fields, services: ReportedHealth['services']): string[] {
  const named = Array.isArray(fields['failed_services']) ? (fields['failed_services'] as unknown[]) : [];
  const names = named.map((name) => textOf(name)).filter((name) => name !== undefined);
  const down = [...services].filter(([, { verdict }]) => verdict === 'down').map(([name]) => name);
  return [...new Set([...names.map(serviceName), ...down])];
}

function reportedIn(value: unknown): ReportedHealth | undefined {
  if (!isFields(value)) return undefined;
  const word = firstOf(value, STATUS_KEYS);
  const map = value['services'] ?? value['servers'];
  if (word === undefined && (map === undefined || map === null)) return undefined;
  const services = servicesOf(map);
  const failed = failedOf(value, services);
  const said = verdictOfWord(word);
  // v4.1 calls an empty map healthy, because all([]) is true
  const nothing = services.size === 0 && failed.length === 0 && typeof map === 'object' && map !== null;
  const believed = said === 'up' && failed.length > 0 ? 'degraded' : said;
  const message = textOf(value['message']) ?? textOf(value['services_healthy']);
  const text = [wordText(word) || 'not said', message].filter((part) => part !== undefined).join(': ');
  return { verdict: nothing ? 'unknown' : believed, text: oneLine(text), failed, services };
}

/** Reads system/health or get_service_status in every generation's shape (facts 1.3, 6.6). */
export function readReported(value: unknown): Read<ReportedHealth> {
  if (typeof value === 'string') {
    const verdict = verdictOfWord(value);
    const text = oneLine(value);
    if (verdict !== 'unknown') return { ok: true, value: { verdict, text, failed: [], services: new Map() } };
  }
  return unwrap(value, reportedIn);
}
