import type { Verdict } from '../../contract/models.ts';
import { numberText } from './json-text.ts';

const UP = new Set([
  'healthy',
  'ok',
  'up',
  'connected',
  'operational',
  'running',
  'active',
  'alive',
  'pong',
  'true',
]);
const DEGRADED = new Set([
  'degraded',
  'warning',
  'partial',
  'starting',
  'initializing',
  'service initializing',
]);
const DOWN = new Set([
  'unhealthy',
  'error',
  'disconnected',
  'down',
  'failed',
  'offline',
  'unreachable',
  'critical',
  'false',
]);

/**
 * The verdict that a status word stands for (facts 6.6). Words that say nothing (unknown, idle, disabled,
 * not_initialized, not_configured) and words nobody knows are `unknown`.
 */
export function verdictOfWord(word: unknown): Verdict {
  if (typeof word === 'boolean') return word ? 'up' : 'down';
  if (typeof word !== 'string') return 'unknown';
  const text = word.trim().toLowerCase();
  if (UP.has(text) || /^ok\b/.test(text)) return 'up';
  if (DEGRADED.has(text)) return 'degraded';
  if (DOWN.has(text) || /^(?:error|unhealthy|failed)\b/.test(text)) return 'down';
  return 'unknown';
}

/** The word as the server wrote it, for showing. */
export function wordText(word: unknown): string {
  if (typeof word === 'string') return word;
  if (typeof word === 'boolean') return String(word);
  return numberText(word) ?? '';
}

const SAME = new Map([
  ['risk', 'risk-manager'],
  ['coordination', 'orchestration'],
  ['orchestrator', 'orchestration'],
]);

/**
 * The one name of a service: `risk_manager`, `catalyst-risk`, `news-service`, `workflow-coordinator`,
 * `scanner-1` and `stockpulse-mcp-redis` become risk-manager, risk-manager, news, workflow, scanner and redis.
 */
export function serviceName(raw: string): string {
  const plain = raw
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-')
    .replace(/-\d{1,2}$/, '')
    .replace(/^catalyst-(?:trading-(?:mcp|system)-)?(?=.)/, '')
    .replace(/^stockpulse-(?:mcp-)?(?=.)/, '')
    .replace(/^mcp-(?=.)/, '')
    .replace(/(?<=.)-(?:mcp-server|service|coordinator)$/, '');
  return SAME.get(plain) ?? plain;
}
