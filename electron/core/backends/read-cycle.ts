import type { CycleModel, WorkflowModel } from '../../contract/models.ts';
import type { ReadInstant } from './instant.ts';
import { asNumber, firstOf, isFields, parseJson, textOf, type Fields } from './json-text.ts';
import { unwrap, type Read } from './json-value.ts';

const STATE_KEYS = ['status', 'cycle_state', 'state', 'current_status', 'workflow_state'] as const;
const AT_REST = new Set([
  'idle',
  'no_active_cycle',
  'inactive',
  'stopped',
  'closed',
  'completed',
  'failed',
  'cancelled',
  'finished',
  'none',
]);
const AT_WORK = new Set([
  'active',
  'running',
  'started',
  'starting',
  'scanning',
  'analyzing',
  'executing',
  'evaluating',
  'trading',
  'monitoring',
  'filtering_news',
  'analyzing_patterns',
  'technical_analysis',
  'risk_validation',
  'executing_trades',
  'stopping',
]);

/** Whether a state word means that something is going on; null for a word we do not know. */
export function isAtWork(word: string): boolean | null {
  const plain = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  if (AT_REST.has(plain)) return false;
  return AT_WORK.has(plain) ? true : null;
}

function without(status: string): CycleModel {
  return { active: false, status, id: null, mode: null, startedAt: null, maxPositions: null };
}

function cycleOf(fields: Fields, active: boolean | null, status: string, instant: ReadInstant): CycleModel {
  const configuration =
    typeof fields['configuration'] === 'string' ? parseJson(fields['configuration']) : undefined;
  const inner = isFields(configuration?.value) ? configuration.value : {};
  const limit = asNumber(fields['max_positions'] ?? inner['max_positions']);
  return {
    active,
    status,
    id: textOf(fields['cycle_id']) ?? null,
    mode: textOf(firstOf(fields, ['mode', 'session_mode']) ?? inner['mode']) ?? null,
    startedAt: instant(firstOf(fields, ['started_at', 'start_time'])),
    maxPositions: limit ?? null,
  };
}

function newestActive(list: readonly unknown[], instant: ReadInstant): CycleModel | undefined {
  const cycles = list
    .filter(isFields)
    .map((row) => {
      const status = textOf(firstOf(row, STATE_KEYS)) ?? 'unknown';
      return cycleOf(row, isAtWork(status), status, instant);
    })
    .sort((a, b) => (b.startedAt?.at ?? 0) - (a.startedAt?.at ?? 0));
  return cycles.find((cycle) => cycle.active === true) ?? cycles[0];
}

function cycleIn(value: unknown, instant: ReadInstant): CycleModel | undefined {
  if (!isFields(value)) return undefined;
  const cycles = value['cycles'];
  if (Array.isArray(cycles)) return newestActive(cycles as unknown[], instant) ?? without('no active cycle');
  const flag = value['has_active_cycle'] ?? value['active'];
  const status = textOf(firstOf(value, STATE_KEYS));
  if (flag === false) return without(status ?? textOf(value['message']) ?? 'no active cycle');
  const inner = isFields(value['cycle']) ? value['cycle'] : value;
  const word = textOf(firstOf(inner, STATE_KEYS)) ?? status;
  if (flag === true) return cycleOf(inner, true, word ?? 'active', instant);
  // a reply without an id and without a state word is about something else
  if (word === undefined) return undefined;
  const active = isAtWork(word);
  return active === false
    ? { ...cycleOf(inner, false, word, instant) }
    : cycleOf(inner, active, word, instant);
}

/** The trading cycle from any shape of facts 6.3: `status`, `active`, `has_active_cycle` + `cycle`, `cycles: […]`. */
export function readCycle(value: unknown, instant: ReadInstant): Read<CycleModel> {
  return unwrap(value, (candidate) => cycleIn(candidate, instant));
}

/** An answer of HTTP 404 that says there is no cycle is an answer (the Flask ancestors do that). */
export function readMissingCycle(text: string): CycleModel | undefined {
  const json = parseJson(text);
  const status = isFields(json?.value) ? textOf(json.value['status']) : undefined;
  return status !== undefined && isAtWork(status) === false ? without(status) : undefined;
}

function workflowIn(value: unknown, instant: ReadInstant): WorkflowModel | undefined {
  if (!isFields(value)) return undefined;
  // the health answer says the same under other names, beside a status that is about health
  const status = textOf(value['current_status'] ?? value['workflow_state'] ?? value['status']);
  if (status === undefined) return undefined;
  return {
    running: isAtWork(status),
    status,
    cycle: textOf(firstOf(value, ['current_cycle', 'active_cycle'])) ?? null,
    mode: textOf(firstOf(value, ['current_mode', 'mode'])) ?? null,
    lastRun: instant(firstOf(value, ['last_run', 'last_run_at'])),
  };
}

/** The cron-driven workflow's state, from its status or from its health answer. */
export function readWorkflow(value: unknown, instant: ReadInstant): Read<WorkflowModel> {
  return unwrap(value, (candidate) => workflowIn(candidate, instant));
}
