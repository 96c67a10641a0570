import { AppError } from '../../contract/errors.ts';
import { SERVICE_NAMES, TOOL_NAMES, type ServiceName, type ToolName } from './names.ts';

/** One thing that goes wrong on purpose. `ms` and `seconds` are positive numbers. */
export type Fault =
  /** The service's port is closed. */
  | { kind: 'service-down'; service: ServiceName }
  /** The service's database is gone; its /health then says what the real one says, which is often not the truth. */
  | { kind: 'database-down'; service: ServiceName }
  /** Every answer of the service, or of the MCP endpoint, waits this long. */
  | { kind: 'slow'; target: ServiceName | 'mcp'; ms: number }
  /** All SSH connections are cut every so many seconds. */
  | { kind: 'drop-link'; seconds: number }
  /** The orchestrator's port is closed. */
  | { kind: 'mcp-down' }
  /** Calls of the tool are taken and never answered nor carried out. */
  | { kind: 'hang'; tool: ToolName }
  /** The tool is carried out, then the connection is cut in the middle of its answer. */
  | { kind: 'die-mid-answer'; tool: ToolName }
  /** stop_trading answers -32602 and leaves the cycle active; the workflow says it stops and goes on. */
  | { kind: 'stop-fails' }
  /** Nothing goes wrong: 200 positions whose figures change twice a second. */
  | { kind: 'many-positions' }
  /** Nothing goes wrong: 52,000 log lines in the first half minute, then 20 a second. */
  | { kind: 'many-lines' };

const FORMS = [
  'service-down=NAME',
  'database-down=NAME',
  'slow=MS',
  'slow=NAME:MS',
  'drop-link=SECONDS',
  'mcp-down',
  'hang=TOOL',
  'die-mid-answer=TOOL',
  'stop-fails',
  'many-positions',
  'many-lines',
] as const;

function refuse(message: string, next: string): never {
  throw new AppError('INPUT_INVALID', message, next);
}

function service(text: string): ServiceName {
  return (
    SERVICE_NAMES.find((name) => name === text) ??
    refuse(`There is no service named "${text}".`, `Use one of: ${SERVICE_NAMES.join(', ')}.`)
  );
}

function tool(text: string): ToolName {
  return (
    TOOL_NAMES.find((name) => name === text) ??
    refuse(`There is no tool named "${text}".`, `Use one of: ${TOOL_NAMES.join(', ')}.`)
  );
}

const BARE = ['mcp-down', 'stop-fails', 'many-positions', 'many-lines'] as const;
const isBare = (kind: string): kind is (typeof BARE)[number] => BARE.some((one) => one === kind);

function positive(text: string, max: number, what: string): number {
  const value = /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (value <= 0 || value > max) refuse(`"${text}" is not a number of ${what}.`, `Use 1 to ${max}.`);
  return value;
}

function slow(value: string): Fault {
  const at = value.lastIndexOf(':');
  const name = at < 0 ? 'mcp' : value.slice(0, at);
  const ms = positive(value.slice(at + 1), 600_000, 'milliseconds');
  return { kind: 'slow', target: name === 'mcp' ? 'mcp' : service(name), ms };
}

/**
 * A fault as written on the command line, e.g. `service-down=news`, `slow=trading:800`, `stop-fails`.
 * Throws INPUT_INVALID that names what is allowed.
 */
export function parseFault(text: string): Fault {
  const at = text.indexOf('=');
  const kind = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? '' : text.slice(at + 1);
  if (at < 0 && isBare(kind)) return { kind };
  if (value !== '') {
    if (kind === 'service-down' || kind === 'database-down') return { kind, service: service(value) };
    if (kind === 'hang' || kind === 'die-mid-answer') return { kind, tool: tool(value) };
    if (kind === 'slow') return slow(value);
    if (kind === 'drop-link') return { kind, seconds: positive(value, 86_400, 'seconds') };
  }
  return refuse(`"${text}" is not a fault of the demo droplet.`, `Use one of: ${FORMS.join(', ')}.`);
}

/** The text that parseFault reads; equal texts mean the same fault. */
export function formatFault(fault: Fault): string {
  switch (fault.kind) {
    case 'service-down':
    case 'database-down':
      return `${fault.kind}=${fault.service}`;
    case 'slow':
      return fault.target === 'mcp' ? `slow=${fault.ms}` : `slow=${fault.target}:${fault.ms}`;
    case 'drop-link':
      return `drop-link=${fault.seconds}`;
    case 'hang':
    case 'die-mid-answer':
      return `${fault.kind}=${fault.tool}`;
    case 'mcp-down':
    case 'stop-fails':
    case 'many-positions':
    case 'many-lines':
      return fault.kind;
    default:
      return fault satisfies never;
  }
}

/** The faults switched on now. Ports and the link's cutter act on `set` and `cleared`; the rest asks here. */
export class FaultBoard {
  readonly #active = new Map<string, Fault>();

  set(fault: Fault): void {
    this.#active.set(formatFault(fault), fault);
  }

  clear(fault: Fault): void {
    this.#active.delete(formatFault(fault));
  }

  list(): Fault[] {
    return [...this.#active.values()];
  }

  serviceDown(name: ServiceName): boolean {
    return this.#active.has(`service-down=${name}`);
  }

  databaseDown(name: ServiceName): boolean {
    return this.#active.has(`database-down=${name}`);
  }

  mcpDown(): boolean {
    return this.#active.has('mcp-down');
  }

  stopFails(): boolean {
    return this.#active.has('stop-fails');
  }

  manyPositions(): boolean {
    return this.#active.has('many-positions');
  }

  manyLines(): boolean {
    return this.#active.has('many-lines');
  }

  hangs(tool: string): boolean {
    return this.#active.has(`hang=${tool}`);
  }

  diesMidAnswer(tool: string): boolean {
    return this.#active.has(`die-mid-answer=${tool}`);
  }

  /** Milliseconds to wait before an answer; 0 when not slowed. */
  delay(target: ServiceName | 'mcp'): number {
    const delays = this.list().map((fault) =>
      fault.kind === 'slow' && fault.target === target ? fault.ms : 0,
    );
    return Math.max(0, ...delays);
  }

  /** Seconds between cuts of the SSH connections, undefined when they are left alone. */
  cutEvery(): number | undefined {
    const every = this.list().flatMap((fault) => (fault.kind === 'drop-link' ? [fault.seconds] : []));
    return every.length > 0 ? Math.min(...every) : undefined;
  }
}
