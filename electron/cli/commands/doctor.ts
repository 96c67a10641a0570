import type { DoctorCheck, DoctorEvent, DoctorLayer, DoctorRun } from '../../contract/doctor.ts';
import type { Context } from '../context.ts';
import { localDoctor } from '../local-doctor.ts';
import { forTerminal } from '../output.ts';

const WORDS: Readonly<Record<DoctorCheck['state'], string>> = {
  ok: 'ok',
  warning: 'warning',
  failed: 'FAILED',
  skipped: 'skipped',
};

/** One check as it is printed; what helps stands below it. */
function checkLines({ state, title, subject, seen, remedy }: DoctorCheck): string[] {
  // said in the sentence already
  const about = subject === null || seen.includes(subject) ? '' : ` (${subject})`;
  const line = `  ${WORDS[state].padEnd(7)}  ${title}${about}: ${seen}`;
  if (!remedy || state === 'ok') return [line];
  const { text, command } = remedy;
  return [line, `           ${text}`, ...(command === null ? [] : [`           $ ${command}`])];
}

/** Prints checks as they come, each layer under its name. */
class Printer {
  readonly #labels = new Map<DoctorLayer, string>();
  #layer: DoctorLayer | undefined;

  take(event: DoctorEvent): void {
    if (event.type === 'begin') for (const { id, label } of event.layers) this.#labels.set(id, label);
    if (event.type !== 'check') return;
    const { check } = event;
    const heading = check.layer === this.#layer ? [] : [this.#labels.get(check.layer) ?? check.layer];
    this.#layer = check.layer;
    process.stdout.write(`${forTerminal([...heading, ...checkLines(check)].join('\n'))}\n`);
  }
}

async function follow(
  stream: AsyncIterable<DoctorEvent>,
  see: (event: DoctorEvent) => void,
): Promise<DoctorRun | undefined> {
  let run: DoctorRun | undefined;
  for await (const event of stream) {
    see(event);
    if (event.type === 'end') ({ run } = event);
  }
  return run;
}

export interface DoctorOptions {
  /** Prints the report to hand on in the place of the lines. */
  report?: boolean | undefined;
  /** Leaves hosts and addresses out of that. */
  'mask-hosts'?: boolean | undefined;
}

/** Looks at a profile through the running app, else by itself. Exit code 1 where something is broken or was not looked at to the end. */
export async function doctor(context: Context, profile: string, options: DoctorOptions): Promise<void> {
  const masked = options['mask-hosts'] === true;
  const asReport = masked || options.report === true;
  const { json } = context.output;
  const printer = new Printer();
  const see = (event: DoctorEvent) => {
    if (!json && !asReport) printer.take(event);
  };
  const viaApp = await context.ifApp(async (app) => ({
    run: await follow(await app.doctor.run({ profile }), see),
  }));
  if (!viaApp) context.output.say('No app answers: looking from here, without what needs stored secrets.');
  const run = viaApp ? viaApp.run : await follow(await localDoctor(context, profile), see);
  if (!run) {
    context.output.say('The doctor was stopped before it was done.');
    process.exitCode = 1;
    return;
  }
  const { verdict, report } = run;
  if (json) context.output.result(run, '');
  else if (asReport) context.output.result(run, masked ? report.masked : report.plain);
  else context.output.result(run, `\n${verdict.text}`);
  if (verdict.result === 'broken' || verdict.result === 'unfinished') process.exitCode = 1;
}
