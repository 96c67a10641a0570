import fs from 'node:fs/promises';
import path from 'node:path';
import type { ClientEntryState, ClientPlan, ClientTarget } from '../../contract/bridge.ts';
import { ClientId } from '../../contract/bridge.ts';
import type { ClientAction } from '../../core/services.ts';
import { BY_PROGRAM, quitWords } from '../../contract/present-clients.ts';
import type { ErrorShape } from '../../contract/errors.ts';
import { AppError } from '../../contract/errors.ts';
import type { Clients } from '../../core/clients/clients.ts';
import { makeBundle } from '../../core/clients/mcpb.ts';
import { visible } from '../../core/guard/visible.ts';
import { DEMO_PROFILE } from '../../core/profiles/profiles.ts';
import { askYes } from '../ask.ts';
import type { Context } from '../context.ts';
import { usage } from '../output.ts';
import { audited } from '../local-audit.ts';
import { builtStub, localClients } from '../local-clients.ts';
import { version } from './serve.ts';

export function clientId(text: string | undefined): ClientId {
  const parsed = ClientId.safeParse(text);
  if (!parsed.success) throw usage(`CLIENT is one of ${ClientId.options.join(', ')}.`);
  return parsed.data;
}

const STATES: Record<ClientEntryState, string> = {
  ours: '',
  moved: ' (written before the app moved: write it again)',
  changed: ' (CHANGED since it was written)',
  replaced: ' (REPLACED: starts something else now)',
};

function targetText(target: ClientTarget): string {
  const state = target.found ? 'found' : 'not found';
  const running = target.running === true ? ', running' : '';
  const program = target.program === null ? [] : [`  through ${target.program}`];
  const ours = target.entries.map((entry) => `  ours: ${entry.key} → ${entry.profile}${STATES[entry.state]}`);
  const others = target.strangers.map(
    ({ key, start, env }) =>
      `  other: ${visible(key)} → ${visible(start)}${env.length > 0 ? `  (sets ${visible(env.join(', '))})` : ''}`,
  );
  const problem = target.problem
    ? [`  ${target.problem.code}: ${target.problem.message}`, `  ${target.problem.next}`]
    : [];
  return [
    `${target.label}: ${state}${running}`,
    `  ${target.path}`,
    ...program,
    ...ours,
    ...others,
    ...problem,
  ].join('\n');
}

export async function listClients(context: Context): Promise<void> {
  const targets = await localClients(context).list();
  context.output.result(targets, targets.map(targetText).join('\n'));
}

export async function checkClient(context: Context, client: ClientId): Promise<void> {
  const targets = (await localClients(context).list()).filter((target) => target.client === client);
  context.output.result(targets, targets.map(targetText).join('\n'));
  const fine = targets.some(
    (target) => target.entries.length > 0 && target.entries.every((entry) => entry.state === 'ours'),
  );
  if (fine) return;
  process.exitCode = 1;
  const { code, message, next } = checkProblem(client, targets);
  context.output.say(`${code}: ${message}\n  ${next}`);
}

function checkProblem(client: ClientId, targets: readonly ClientTarget[]): ErrorShape {
  const problem = targets.find((target) => target.problem)?.problem;
  if (problem) return problem;
  const changed = targets.flatMap((target) => target.entries).find((entry) => entry.state !== 'ours');
  const install = `catalyst-companion clients install ${client} ${changed?.profile ?? 'PROFILE'}`;
  if (changed) {
    const message = `The entry ${changed.key} is not as it was written.`;
    return { code: 'CLIENT_CONFIG_CHANGED', message, next: `Write it again: ${install}` };
  }
  const message = `No entry of ours stands in the configuration of ${client}.`;
  return { code: 'CLIENT_NOT_SET_UP', message, next: `Write one: ${install}` };
}

function planText(plan: ClientPlan): string {
  const files = plan.files.map(
    (file) =>
      `${file.label}: ${file.path}${file.exists ? '' : ' (new file)'}\n${file.diff || '  nothing to change'}`,
  );
  const command = plan.commandLine
    ? [`The client will start this program on your computer:\n  ${plan.commandLine}`]
    : [];
  const runs =
    plan.runs.length > 0 ? [`${BY_PROGRAM}\n${plan.runs.map((run) => `  ${run}`).join('\n')}`] : [];
  return [...files, ...runs, ...command, ...plan.warnings.map((warning) => `Note: ${warning}`)].join('\n');
}

/** An entry for a profile that does not exist would only ever fail in the client. Throws PROFILE_UNKNOWN. */
async function needProfile(context: Context, name: string): Promise<void> {
  // the demo is there whenever the app starts without a profile, or with --demo
  if (name === DEMO_PROFILE) return;
  const known = await context.knownProfiles();
  if (!known.some((profile) => profile.name === name)) (await context.profiles()).get(name);
}

export async function previewClient(context: Context, client: ClientId, profile: string): Promise<void> {
  await needProfile(context, profile);
  const plan = await localClients(context).preview(client, profile, 'install');
  context.output.result(plan, planText(plan));
}

/** What an undo would do; where the file has changed since, only with `force` or in a terminal, to be confirmed there. */
async function planOf(
  clients: Clients,
  asked: Asked,
  force: boolean,
): Promise<{ plan: ClientPlan; despiteChanges: boolean }> {
  const { client, profile, action } = asked;
  try {
    return { plan: await clients.preview(client, profile, action), despiteChanges: false };
  } catch (error) {
    const moved = action === 'undo' && error instanceof AppError && error.code === 'CLIENT_CONFIG_CHANGED';
    if (!moved || !(force || process.stdin.isTTY)) throw error;
    return { plan: await clients.preview(client, profile, action, true), despiteChanges: true };
  }
}

interface Asked {
  client: ClientId;
  profile: string;
  action: ClientAction;
}

/** `--yes` agrees to what was to be expected; changes of others that an undo would take away need `--force`. */
async function isAgreed(context: Context, despiteChanges: boolean, force: boolean): Promise<boolean> {
  if (!despiteChanges) return context.yes || (await askYes('Make this change?'));
  return force || (await askYes('Restore all the same?', '--force'));
}

/** Shows the change, asks, and makes it; `--yes` answers where nobody can be asked. */
export async function changeClient(
  context: Context,
  client: ClientId,
  profile: string,
  action: ClientAction,
  force = false,
): Promise<void> {
  if (action === 'install') await needProfile(context, profile);
  const clients = localClients(context);
  const { plan, despiteChanges } = await planOf(clients, { client, profile, action }, force);
  context.output.say(planText(plan));
  if (!(await isAgreed(context, despiteChanges, force))) {
    context.output.say('Nothing was changed.');
    process.exitCode = 1;
    return;
  }
  const apply = () => clients.apply(client, profile, action, plan.token, despiteChanges);
  const done = await recorded(context, { client, profile, action }, apply);
  const late = done.warnings.filter((warning) => !plan.warnings.includes(warning));
  context.output.result(
    done,
    [
      ...late.map((warning) => `Note: ${warning}`),
      action === 'install' ? `${DONE.install} ${READ[client]}` : DONE[action],
    ].join('\n'),
  );
}

/** The trail has one writer: a running app, which is told what was done; else the trail is taken before the change. */
async function recorded<T>(context: Context, asked: Asked, apply: () => Promise<T>): Promise<T> {
  const { client, profile, action } = asked;
  if (await context.ifApp(() => Promise.resolve(true))) {
    const done = await apply();
    await context.ifApp((app) => app.clients.noted(asked));
    return done;
  }
  const entry = { actor: 'you', kind: `client-${action}`, detail: `${client}, on the command line` };
  return audited(context, profile === '' ? entry : { ...entry, profile }, apply);
}

/** Writes the Claude Desktop extension of a profile. An existing file is replaced with --yes or after asking. */
export async function writeBundle(context: Context, profile: string, out: string | undefined): Promise<void> {
  if (out === undefined) throw usage('--out is missing.', `The command is: mcpb ${profile} --out FILE`);
  await needProfile(context, profile);
  const bundle = await makeBundle({
    profile,
    version: version(),
    stubFile: builtStub().file,
    platform: process.platform,
    home: context.defaultHome ? null : context.home.dir,
  });
  const folder = await fs.stat(out).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  const file = path.resolve(folder ? path.join(out, bundle.name) : out);
  if (await isForeign(file)) {
    context.output.say(`${file} is there already.`);
    if (!context.yes && !(await askYes('Replace it?'))) {
      process.exitCode = 1;
      return;
    }
  }
  await writeWhole(file, bundle.bytes);
  const { sha256 } = bundle;
  context.output.result(
    { file, bytes: bundle.bytes.length, sha256 },
    `Wrote ${file} (${bundle.bytes.length} bytes, sha256 ${sha256}).\nIn Claude Desktop: Settings > Extensions > Advanced settings > Install Extension…; it warns that the extension is not signed.`,
  );
}

const isForeign = (file: string) =>
  fs.lstat(file).then(
    () => true,
    () => false,
  );

/** Never half a file, and never through a link to another one. Throws STATE_WRITE_FAILED. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temp = `${file}.${process.pid}.tmp`;
  try {
    await fs.writeFile(temp, bytes, { flag: 'wx', mode: 0o644 });
    await fs.rename(temp, file);
  } catch (cause) {
    await fs.rm(temp, { force: true });
    throw new AppError(
      'STATE_WRITE_FAILED',
      `${file} could not be written (${(cause as NodeJS.ErrnoException).code}).`,
      'Name another file or folder after --out.',
      { cause },
    );
  }
}

const READ: Record<ClientId, string> = {
  'claude-desktop': quitWords(process.platform) + ' Then start it again.',
  'claude-code': 'Sessions that are started from now on have it.',
  cursor: 'Restart Cursor, or switch the server on in its settings.',
  vscode: 'VS Code asks before it starts the server for the first time.',
};

const DONE = {
  install: 'Done.',
  remove: 'Our entry was taken out; everything else is as it was.',
  undo: 'The file is as it was before our last change.',
} as const;
