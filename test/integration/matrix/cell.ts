import type { CallOptions, ClientKind, Command, Peer } from './clients.ts';
import type { Running, ServerKind, Step } from './servers.ts';
import { STEPS } from './servers.ts';

const LIMIT_MS = 60_000;

/** By step: null where it worked, else what was wrong; steps that the server cannot take part in are left out. */
export interface Cell {
  revision: string;
  steps: Partial<Record<Step, string | null>>;
}

async function within<T>(work: Promise<T>, what: string, ms = LIMIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function until(holds: () => Promise<boolean> | boolean, what: string, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not so within ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function expectText(got: string, wanted: RegExp): void {
  if (!wanted.test(got))
    throw new Error(`expected ${wanted.source}, got ${JSON.stringify(got.slice(0, 300))}`);
}

class Run {
  readonly #server: ServerKind;
  readonly #running: Running;
  readonly #peer: Peer;
  readonly #told: () => number;

  constructor(server: ServerKind, running: Running, peer: Peer, told: () => number) {
    this.#server = server;
    this.#running = running;
    this.#peer = peer;
    this.#told = told;
  }

  async step(step: Step): Promise<void> {
    const { call, read, elicit, sample } = this.#server;
    switch (step) {
      case 'connect':
        return;
      case 'tools': {
        const names = await this.#peer.tools();
        for (const name of [call.tool, 'companion_status'])
          if (!names.includes(name)) throw new Error(`${name} is not listed: ${names.join(', ')}`);
        return;
      }
      case 'call':
        expectText(await this.#peer.call(call.tool, call.args), call.answer);
        return;
      case 'read':
        expectText(await this.#peer.read(read.uri), read.answer);
        return;
      case 'progress':
        await this.#progress();
        return;
      case 'cancel':
        await this.#cancel();
        return;
      case 'changed':
        await this.#changed(false);
        await this.#changed(true);
        return;
      case 'elicit':
        expectText(await this.#peer.call(elicit.tool, elicit.args), elicit.answer);
        return;
      case 'sample':
        expectText(await this.#peer.call(sample.tool, sample.args), sample.answer);
        return;
      default:
        step satisfies never;
    }
  }

  async #progress(): Promise<void> {
    const { progress } = this.#server;
    const seen: number[] = [];
    const options: CallOptions = { onprogress: (one) => void seen.push(one.progress) };
    expectText(await this.#peer.call(progress.tool, progress.args, options), progress.answer);
    // the SDK's client drops progress that arrives in one read with the result: the last, on a busy machine the second too
    if (seen.length < 1) throw new Error(`expected progress three times, got ${JSON.stringify(seen)}`);
  }

  async #cancelled(): Promise<number> {
    return this.#running.cancelled?.() ?? Number(await this.#peer.call('test_cancelled'));
  }

  async #begun(): Promise<number> {
    return this.#running.begun?.() ?? Number(await this.#peer.call('test_begun'));
  }

  async #cancel(): Promise<void> {
    const { endless, call } = this.#server;
    const counts = endless.tool === 'test_endless';
    const before = counts ? await this.#cancelled() : 0;
    const begun = counts ? await this.#begun() : 0;
    const stop = new AbortController();
    const answer = this.#peer.call(endless.tool, endless.args, { signal: stop.signal }).then(
      (text) => new Error(`was answered: ${text}`),
      () => undefined,
    );
    // what is cancelled before it has left never reaches the server
    if (counts) await until(async () => (await this.#begun()) > begun, 'the call reaches the server');
    else await new Promise((resolve) => setTimeout(resolve, 300));
    stop.abort();
    const wrong = await within(answer, 'the cancelled call');
    if (wrong) throw wrong;
    if (counts)
      await until(async () => (await this.#cancelled()) > before, 'the server hears of the cancellation');
    expectText(await this.#peer.call(call.tool, call.args), call.answer);
  }

  async #changed(there: boolean): Promise<void> {
    const before = this.#told();
    await this.#peer.call('test_trigger_tool_change');
    await until(() => this.#told() > before, `list_changed after the tool ${there ? 'came' : 'went'}`);
    await until(
      async () => (await this.#peer.tools()).includes('test_toggled') === there,
      `test_toggled is ${there ? '' : 'not '}listed`,
    );
  }
}

/** Takes one client through all that the server can do, over a real stub. */
export async function runCell(
  kind: ClientKind,
  server: ServerKind,
  running: Running,
  command: Command,
): Promise<Cell> {
  const cell: Cell = { revision: '', steps: {} };
  let told = 0;
  let peer: Peer;
  try {
    peer = await within(
      kind.connect(command, () => void told++),
      'connect',
    );
  } catch (error) {
    return { revision: '-', steps: { connect: (error as Error).message } };
  }
  cell.revision = peer.revision;
  const run = new Run(server, running, peer, () => told);
  for (const step of STEPS) {
    if (server.without[step] !== undefined) continue;
    try {
      await within(run.step(step), step, LIMIT_MS * 2);
      cell.steps[step] = null;
    } catch (error) {
      cell.steps[step] = (error as Error).message;
      // without these nothing else can work, and every step would wait for its time to run out
      if (step === 'tools' || step === 'call') break;
    }
  }
  await within(peer.close(), 'close').catch(() => {});
  return cell;
}

/** What did not work, one line each. */
export function faults(cells: Map<string, Cell>): string[] {
  return [...cells].flatMap(([client, { steps }]) =>
    Object.entries(steps).flatMap(([step, error]) =>
      error === null ? [] : [`${client}: ${step}: ${error}`],
    ),
  );
}

/** The table for people: a row for each server, a column for each client. */
export function table(rows: Map<string, Map<string, Cell>>, servers: readonly ServerKind[]): string {
  const mark = (cell: Cell) => {
    const wrong = Object.entries(cell.steps).filter(([, error]) => error !== null);
    return wrong.length === 0
      ? `ok (${cell.revision})`
      : `FAILS ${wrong.map(([step]) => step).join(', ')} (${cell.revision})`;
  };
  const lines = [...rows].map(
    ([server, cells]) =>
      `${server}: ${[...cells].map(([client, cell]) => `${client} ${mark(cell)}`).join(' | ')}`,
  );
  const reasons = servers.flatMap(({ name, without }) =>
    Object.entries(without).map(([step, why]) => `${name}: no ${step}: ${why}`),
  );
  return [...lines, ...reasons].join('\n');
}
