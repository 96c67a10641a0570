import type { ActivityBodies, ActivityExport } from '../../contract/activity.ts';
import { csvText } from '../../contract/csv.ts';
import type { ActivityEntry } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import type { Bodies } from '../activity/bodies.ts';
import type { Bridge } from '../bridge/bridge.ts';
import type { Gate } from '../seams.ts';
import type { Store } from '../store.ts';

export interface ActivityDeskDeps {
  store: Store;
  bodies: Bodies;
  redact: { text(value: string): string };
  bridge: Pick<Bridge, 'callAs'>;
  gate: Pick<Gate, 'classify'>;
}

/** Requests that only ask, besides tools of the class read. */
const READS: ReadonlySet<string> = new Set(['resources/read', 'prompts/get']);
const CLIENT = { name: 'catalyst-companion', version: '' };
const COLUMNS = [
  'time',
  'profile',
  'client',
  'transport',
  'pid',
  'method',
  'kind',
  'what',
  'class',
  'outcome',
  'duration_ms',
  'local_ms',
  'guard_ms',
  'wire_ms',
  'link_ms',
  'detail',
  'request',
] as const;
type Row = Record<(typeof COLUMNS)[number], string | number | null>;

/** What Activity keeps beside its lines: requests and answers, a read asked again, and export. */
export class ActivityDesk {
  readonly #deps: ActivityDeskDeps;

  constructor(deps: ActivityDeskDeps) {
    this.#deps = deps;
  }

  #mask = (text: string): string => this.#deps.redact.text(text);

  #entry(id: string): ActivityEntry {
    const entry = this.#deps.store.state.activity.find((line) => line.id === id);
    if (entry) return entry;
    throw new AppError('INPUT_INVALID', 'This entry is no longer kept.', 'The newest 500 are.');
  }

  /** Throws INPUT_INVALID for an entry that is no longer kept. */
  body(id: string): ActivityBodies {
    const entry = this.#entry(id);
    const { bodies } = this.#deps;
    return {
      request: bodies.request(id, this.#mask),
      answer: bodies.answer(id, this.#mask),
      noReplay: this.#refusal(entry),
    };
  }

  /**
   * Asks the same again as a client of our own, through the guard, which lets reads alone pass. Gives the answer; the
   * request is an entry of its own. Throws INPUT_INVALID for what is no read, or is not kept whole.
   */
  async replay(id: string): Promise<{ response: unknown }> {
    const entry = this.#entry(id);
    const why = this.#refusal(entry);
    const request = this.#deps.bodies.whole(id);
    if (why !== null || request === undefined)
      throw new AppError('INPUT_INVALID', why ?? 'The request is not kept.', 'Call it from the page Tools.');
    const method = entry.method ?? '';
    const paramsText =
      method === 'tools/call' ? `{"name":${JSON.stringify(entry.title)},"arguments":${request}}` : request;
    const of = { profile: entry.profile, client: CLIENT, transport: 'page' as const, onlyReads: true };
    return { response: await this.#deps.bridge.callAs({ ...of, method, paramsText }) };
  }

  #refusal({ id, profile, kind, method, title, toolClass }: ActivityEntry): string | null {
    if (method === undefined) return 'This is no request of a client.';
    const isTool = method === 'tools/call' && kind === 'tool';
    if (!isTool && !READS.has(method)) return 'Only reads are asked again.';
    if (isTool && (toolClass !== 'read' || this.#deps.gate.classify(profile, title) !== 'read'))
      return 'Only reads are asked again: this tool may change something.';
    if (this.#deps.bodies.whole(id) === undefined) return 'The request is not kept whole.';
    return null;
  }

  /** The entries as text in parts, requests with secrets masked. What is no longer kept is left out. */
  async *export({ format, ids }: ActivityExport): AsyncGenerator<{ text: string }> {
    const entries = new Map(this.#deps.store.state.activity.map((entry) => [entry.id, entry]));
    if (format === 'csv') yield { text: `${COLUMNS.join(',')}\r\n` };
    for (let from = 0; from < ids.length; from += 50) {
      const rows = ids.slice(from, from + 50).flatMap((id) => {
        const entry = entries.get(id);
        return entry ? [this.#row(entry)] : [];
      });
      yield { text: rows.map(format === 'csv' ? csvRecord : (row) => `${JSON.stringify(row)}\n`).join('') };
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  #row(entry: ActivityEntry): Row {
    const { times, client } = entry;
    return {
      time: new Date(entry.at).toISOString(),
      profile: entry.profile,
      client: this.#mask(entry.actor),
      transport: client?.transport ?? null,
      pid: client?.pid ?? null,
      method: entry.method ?? null,
      kind: entry.kind,
      what: this.#mask(entry.title),
      class: entry.toolClass,
      outcome: entry.outcome,
      duration_ms: entry.durationMs,
      local_ms: times?.local ?? null,
      guard_ms: times?.guard ?? null,
      wire_ms: times?.wire ?? null,
      link_ms: times?.link ?? null,
      detail: this.#mask(entry.detail),
      request: this.#deps.bodies.request(entry.id, this.#mask)?.text ?? null,
    };
  }
}

const field = (value: string | number | null): string =>
  typeof value === 'string' ? csvText(value) : `${value ?? ''}`;
const csvRecord = (row: Row): string => `${COLUMNS.map((name) => field(row[name])).join(',')}\r\n`;
