import type { CloseReport, StopReport } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { manualStopCommand } from '../../contract/stop.ts';
import { DEMO_PROFILE } from '../../core/profiles/profiles.ts';
import { askText } from '../ask.ts';
import type { Context } from '../context.ts';
import { printFailure } from './print-failure.ts';

const RESULTS = {
  confirmed: 'CONFIRMED: both the workflow and the trading cycle were read again as not running.',
  'sent-not-confirmed': 'SENT, NOT CONFIRMED: a stop was sent, but the state could not be read as stopped.',
  'not-delivered': 'NOT DELIVERED: no stop reached the droplet.',
} as const;

function stopText(report: StopReport): string {
  const parts = report.parts.map((part) => `  ${part.name}: ${part.answer}`);
  return `${RESULTS[report.result]}\n${parts.join('\n')}\n  state read: ${report.stateRead}`;
}

const STOP_ERRORS = {
  'sent-not-confirmed': [
    'OUTCOME_UNKNOWN',
    'A stop was sent, but it could not be read that trading stopped.',
  ],
  'not-delivered': ['LINK_NOT_CONNECTED', 'No stop reached the droplet.'],
} as const;

/** An app that does not answer within `ANSWER_MS` counts as not running: the command to run by hand is needed now. */
const ANSWER_MS = 1_500;

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    const error = new AppError('APP_NOT_RUNNING', 'The app does not answer.', 'Quit it and start it again.');
    setTimeout(() => reject(error), ANSWER_MS).unref();
  });
  return await Promise.race([work, late]);
}

/** Emergency stop; without an app that answers within 3 s it prints the command to run by hand, exit 1. */
export async function stopTrading(context: Context, name: string): Promise<void> {
  // a broken file must not stand between the user and a running app that can stop
  const profiles = await context.profiles().catch(() => undefined);
  const profile = profiles?.find(name);
  try {
    // the question alone is limited; a stop that was sent is waited for
    await inTime(context.withApp((app) => app.app.info()));
    const report = await context.withApp((app) => app.trading.stop({ profile: name }));
    context.output.result(report, stopText(report));
    if (report.result === 'confirmed') return;
    const [code, message] = STOP_ERRORS[report.result];
    printFailure(context, { code, message, next: `By hand: ${report.manual}` });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code === 'PROFILE_UNKNOWN') throw thrown;
    if (!profile && thrown.code === 'APP_NOT_RUNNING' && name !== DEMO_PROFILE) profiles?.get(name);
    if (!profile) throw thrown;
    const next = `NOT DELIVERED. Stop by hand: ${manualStopCommand(profile)}`;
    throw new AppError(thrown.code, thrown.message, next, { cause: thrown });
  }
}

const CLOSED = {
  closed: 'CLOSED: the positions were read again, and there are none.',
  'still-open': 'SENT, STILL OPEN: the order was sent, and positions are still open.',
  unknown: 'SENT, UNKNOWN: the order was sent, and the positions could not be read afterwards.',
  'not-sent': 'NOT SENT: nothing left this computer, so nothing was closed.',
} as const;

function closeText(report: CloseReport): string {
  return `${CLOSED[report.result]}\n  ${report.tool}: ${report.answer}\n  ${report.stateRead}`;
}

const CLOSE_ERRORS = {
  'still-open': ['OUTCOME_UNKNOWN', 'Positions are still open.', 'Look at them before you send it again'],
  unknown: ['OUTCOME_UNKNOWN', 'It is not known whether everything was closed.', 'Check at your broker'],
  'not-sent': ['LINK_NOT_CONNECTED', 'Nothing was closed.', 'Close the positions at your broker'],
} as const;

/** The profile's name as a person typed it; `--yes` gives it for a demo alone. */
async function confirmed(context: Context, name: string): Promise<string> {
  const profile = (await context.knownProfiles()).find((one) => one.name === name);
  if (profile?.environment === 'demo' && context.yes) return name;
  const question = `This sells every open position on ${name}, now. Type ${name} to do it: `;
  if (context.yes || !process.stdin.isTTY)
    throw new AppError(
      'USAGE',
      `Closing every position on ${name} has to be confirmed by typing its name on a terminal.`,
      profile?.environment === 'demo'
        ? 'For this demo, --yes answers.'
        : '--yes does not answer this for live and paper.',
    );
  return (await askText(question, '--yes')).trim();
}

/** Sells every position where the back end has a tool for it, after the profile's name was typed. Not the emergency stop. */
export async function closeAll(context: Context, name: string): Promise<void> {
  const confirm = await confirmed(context, name);
  const report = await context.withApp((app) => app.trading.closeAll({ profile: name, confirm }));
  context.output.result(report, closeText(report));
  if (report.result === 'closed') return;
  const [code, message, next] = CLOSE_ERRORS[report.result];
  printFailure(context, { code, message, next: `${next}.` });
}

/** Shows, sets or, with `off`, clears the keys of the global emergency stop. */
export async function stopShortcut(context: Context, keys: string): Promise<void> {
  const wanted = keys.toLowerCase() === 'off' ? null : keys;
  const set = await context.withApp((app) => app.app.stopShortcut({ keys: wanted }));
  const words =
    set.keys === null
      ? 'No keys stop trading.'
      : `${set.keys} stops new trades on every profile but demos, while the desktop app runs.`;
  context.output.result(set, words);
}
