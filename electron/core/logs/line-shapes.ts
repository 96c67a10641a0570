import type { Instant, LogLevel } from '../../contract/models.ts';
import type { ReadInstant } from '../backends/instant.ts';

/** What one raw line says about itself. `continues`: it belongs to the line before it of the same service. */
export interface LineShape {
  level: LogLevel;
  time: Instant | null;
  message: string;
  continues: boolean;
}

// CSI and OSC sequences and the two-byte escapes; what colours a terminal has no place in a text
// eslint-disable-next-line no-control-regex
const ANSI = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** A line without colours and control characters, tabs kept. */
export function plainLine(line: string): string {
  return line.includes('\u001B')
    ? line.replaceAll(ANSI, '').replaceAll(CONTROL, '')
    : line.replaceAll(CONTROL, '');
}

const PREFIX = /^([A-Za-z0-9][\w.-]{0,127})\s+\| ?(.*)$/s;
const HEADER = /^=== ([\w-]+) ===$/;

/** Splits compose's `catalyst-scanner  | ` off; undefined where there is none. */
export function splitPrefix(line: string): { name: string; rest: string } | undefined {
  const match = PREFIX.exec(line);
  return match ? { name: match[1]!, rest: match[2]! } : undefined;
}

/** The service named by a header line of the combined log, `=== scanner ===`. */
export function headerName(line: string): string | undefined {
  return HEADER.exec(line)?.[1];
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  NOTICE: 'info',
  WARN: 'warning',
  WARNING: 'warning',
  ERROR: 'error',
  FATAL: 'critical',
  CRITICAL: 'critical',
};
const WORD = 'TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL';
const STAMP = String.raw`\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?`;

/** `2026-11-21 10:14:46,109 - workflow - INFO - message` */
const ASCTIME = new RegExp(`^(${STAMP}) - (\\S+) - (${WORD}) - (.*)$`, 's');
/** `2026-11-21 10:22:56,588 ERROR position-monitor.loop: message` */
const SUCCESSOR = new RegExp(`^(${STAMP}) (${WORD}) ([\\w.-]+): (.*)$`, 's');
/** `[2026-11-21T10:14:57.927Z] [INFO] message` and `2026-11-21T10:19:12.275Z [info] message` */
const BRACKETED = new RegExp(`^\\[?(${STAMP})\\]? \\[(${WORD})\\]:? ?(.*)$`, 'is');
/** `INFO:     127.0.0.1:52366 - "GET /health HTTP/1.1" 200 OK` */
const UVICORN = new RegExp(`^(${WORD}):\\s+(.*)$`, 's');
/** `[11/21/26 10:13:37] WARNING  message   server.py:1526`; rich leaves the time out where it repeats. */
const RICH = new RegExp(`^\\[(\\d{2}/\\d{2}/\\d{2} \\d{2}:\\d{2}:\\d{2})\\] (${WORD})\\s+(.*)$`, 's');
const RICH_SAME = new RegExp(`^ {19,21}(${WORD}) {1,4}(\\S.*)$`, 's');
const RICH_FILE = /\s{2,}[\w./-]+\.py:\d+\s*$/;
/** `1:M 21 Nov 2026 10:13:37.123 * Ready to accept connections` */
const REDIS = /^\d+:[A-Z] (\d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}\.\d{3}) ([.\-*#]) (.*)$/s;
const REDIS_LEVELS: Readonly<Record<string, LogLevel>> = {
  '.': 'debug',
  '-': 'debug',
  '*': 'info',
  '#': 'warning',
};
/** `2026-11-21 10:14:46.109 UTC [1] LOG:  message` and other lines that begin with a time only */
const STAMPED = new RegExp(`^\\[?(${STAMP})\\]?[ :]+(.*)$`, 's');

function isContinuation(line: string): boolean {
  return (
    line.trim() === '' ||
    /^[ \t]/.test(line) ||
    line.startsWith('Traceback (most recent call last)') ||
    line.startsWith('During handling of the above exception') ||
    line.startsWith('The above exception was the direct cause') ||
    /^[[\]{}],?$/.test(line)
  );
}

/** `asyncpg.exceptions.DataError: invalid input`: ends a traceback, but is an ordinary line elsewhere. */
export function isExceptionLine(line: string): boolean {
  return /^[A-Za-z_][\w.]*(?:Error|Exception|Warning|Exit|Interrupt|Timeout|Closed|Group)?(?:: .*)?$/s.test(
    line,
  );
}

function named(name: string, service: string, message: string): string {
  return name === service || name === '__main__' || name === 'root' ? message : `${name}: ${message}`;
}

function levelOf(word: string | undefined): LogLevel {
  return LEVELS[(word ?? '').toUpperCase()] ?? 'unknown';
}

/** Reads one raw line of a service (prefix and colours already off) in any of the shapes of facts 1.6. */
export function shapeOf(line: string, service: string, instant: ReadInstant): LineShape {
  const shape = (level: LogLevel, stamp: string | null, message: string): LineShape => ({
    level,
    time: stamp === null ? null : instant(stamp),
    message,
    continues: false,
  });
  let match = ASCTIME.exec(line);
  if (match) return shape(levelOf(match[3]), match[1]!, named(match[2]!, service, match[4]!));
  match = SUCCESSOR.exec(line);
  if (match) return shape(levelOf(match[2]), match[1]!, named(match[3]!, service, match[4]!));
  match = BRACKETED.exec(line);
  if (match) return shape(levelOf(match[2]), match[1]!, match[3]!);
  match = UVICORN.exec(line);
  if (match) return shape(levelOf(match[1]), null, match[2]!);
  match = RICH.exec(line);
  if (match) return shape(levelOf(match[2]), match[1]!, match[3]!.replace(RICH_FILE, ''));
  match = RICH_SAME.exec(line);
  if (match) return shape(levelOf(match[1]), null, match[2]!.replace(RICH_FILE, ''));
  match = REDIS.exec(line);
  if (match) return shape(REDIS_LEVELS[match[2]!] ?? 'unknown', match[1]!, match[3]!);
  match = STAMPED.exec(line);
  if (match) return shape('unknown', match[1]!, match[2]!);
  return { level: 'unknown', time: null, message: line, continues: isContinuation(line) };
}
