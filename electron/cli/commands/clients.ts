import type { ClientPlan, ClientTarget } from '../../contract/bridge.ts';
import { ClientId } from '../../contract/bridge.ts';
import type { ClientAction } from '../../core/services.ts';
import type { ErrorShape } from '../../contract/errors.ts';
import { DEMO_PROFILE } from '../../core/profiles.ts';
import { askYes } from '../ask.ts';
import type { Context } from '../context.ts';
import { usage } from '../output.ts';
import { audited } from '../local-audit.ts';
import { localClients } from '../local-clients.ts';

export function clientId(text: string | undefined): ClientId {
  const parsed = ClientId.safeParse(text);
  if (!parsed.success) throw usage(`CLIENT is one of ${ClientId.options.join(', ')}.`);
  return parsed.data;
}

function targetText(target: ClientTarget): string {
  const state = target.found ? 'found' : 'not found';
  const ours = target.entries.map(
    (entry) =>
      `  ours: ${entry.key} → ${entry.profile}${entry.state === 'changed' ? ' (CHANGED since it was written)' : ''}`,
  );
  const others = target.others.length > 0 ? [`  other entries: ${target.others.join(', ')}`] : [];
  const problem = target.problem
    ? [`  ${target.problem.code}: ${target.problem.message}`, `  ${target.problem.next}`]
    : [];
  return [`${target.label}: ${state}`, `  ${target.path}`, ...ours, ...others, ...problem].join('\n');
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
  const changed = targets.flatMap((target) => target.entries).find((entry) => entry.state === 'changed');
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
  return [...files, ...command, ...plan.warnings.map((warning) => `Note: ${warning}`)].join('\n');
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

/** Shows the change, asks, and makes it; `--yes` answers where nobody can be asked. */
export async function changeClient(
  context: Context,
  client: ClientId,
  profile: string,
  action: ClientAction,
): Promise<void> {
  if (action === 'install') await needProfile(context, profile);
  const clients = localClients(context);
  const plan = await clients.preview(client, profile, action);
  context.output.say(planText(plan));
  if (!context.yes && !(await askYes('Make this change?'))) {
    context.output.say('Nothing was changed.');
    process.exitCode = 1;
    return;
  }
  const apply = () => clients.apply(client, profile, action, plan.token);
  // the trail has one writer: a running app holds it
  const running = await context.ifApp(() => Promise.resolve(true));
  const entry = { actor: 'you', kind: `client-${action}`, detail: `${client}, on the command line` };
  const done = running
    ? await apply()
    : await audited(context, profile === '' ? entry : { ...entry, profile }, apply);
  context.output.result(done, DONE[action]);
}

const DONE = {
  install: 'Done. Quit the client completely (tray or menu bar, not only its window) and start it again.',
  remove: 'Our entry was taken out; everything else is as it was.',
  undo: 'The file is as it was before our last change.',
} as const;
