import { hoursText, LIMIT_NAMES, limitTexts, readLimit } from '../../contract/limits-text.ts';
import { age } from '../../contract/present.ts';
import type { Limits } from '../../contract/profile.ts';
import type { ProfileState } from '../../contract/state.ts';
import { AppError } from '../../contract/errors.ts';
import { askText, askYes } from '../ask.ts';
import type { Context } from '../context.ts';
import { snapshot } from '../context.ts';
import type { OptionToken } from '../link-options.ts';
import { table, usage } from '../output.ts';
import { loosened } from '../../core/guard/limits.ts';

export const LIMIT_OPTIONS = [...LIMIT_NAMES.map(({ option }) => option), 'clear', 'confirm'];

/** Throws PROFILE_UNKNOWN. */
async function stateOf(context: Context, profile: string): Promise<ProfileState> {
  const { profiles, order } = await context.withApp(snapshot);
  const found = profiles[profile];
  if (found) return found;
  throw new AppError(
    'PROFILE_UNKNOWN',
    `There is no profile "${profile}".`,
    `Profiles: ${order.join(', ')}.`,
  );
}

function limitsText(profile: string, limits: Limits): string {
  const texts = limitTexts(limits);
  const rows = LIMIT_NAMES.flatMap(({ key, option }) => (texts[key] === '' ? [] : [[option, texts[key]]]));
  return rows.length > 0 ? table(rows) : `${profile} has no limits.`;
}

/** The limits after the options. Throws USAGE for a value or name that is none. */
function changed(before: Limits, options: readonly OptionToken[]): Limits {
  let limits = before;
  for (const { name, value = '' } of options) {
    const cleared = name === 'clear' ? value : undefined;
    const known = LIMIT_NAMES.find(({ option }) => option === (cleared ?? name));
    if (cleared === 'all') limits = {};
    else if (cleared !== undefined && !known)
      throw usage(
        `There is no limit "${cleared}".`,
        `Limits: ${LIMIT_NAMES.map(({ option }) => option).join(', ')}, all.`,
      );
    if (!known) continue;
    const read = cleared === undefined ? readLimit(known.key, value) : {};
    if (!read || (cleared === undefined && value.trim() === ''))
      throw usage(`"${value}" is no value for --${known.option}; write it such as ${known.example}.`);
    const { [known.key]: _old, ...rest } = limits;
    limits = { ...rest, ...read };
  }
  return limits;
}

/** Shows the limits of a profile, or sets those that options name. Looser ones need the profile's name. */
export async function setLimits(
  context: Context,
  profile: string,
  options: readonly OptionToken[],
): Promise<void> {
  const { profile: config } = await stateOf(context, profile);
  const before = config.limits ?? {};
  const limits = changed(before, options);
  if (!options.some(({ name }) => LIMIT_OPTIONS.includes(name) && name !== 'confirm')) {
    context.output.result(before, limitsText(profile, before));
    return;
  }
  let confirm = options.findLast(({ name }) => name === 'confirm')?.value;
  const looser = loosened(before, limits);
  if (looser.length > 0 && config.environment !== 'demo')
    confirm ??= await askText(
      `This makes limits looser: ${looser.join(', ')}. Type the profile's name (${profile}) to confirm: `,
      `--confirm ${profile}`,
    );
  const stored = await context.withApp((app) =>
    app.profiles.setLimits({ profile, limits, ...(confirm === undefined ? {} : { confirm }) }),
  );
  context.output.result(stored.limits ?? {}, limitsText(profile, stored.limits ?? {}));
  if (stored.limits?.hours) context.output.say(`Calls are let through ${hoursText(stored.limits.hours)}.`);
}

export async function listGrants(context: Context, profile: string): Promise<void> {
  const { grants } = (await stateOf(context, profile)).guard;
  const now = Date.now();
  const rows = grants.map(({ id, tool, client, expiresAt, used }) => [
    id,
    tool,
    client,
    `ends in ${age(Math.max(0, expiresAt - now))}`,
    `${used} calls`,
  ]);
  context.output.result(
    grants,
    rows.length > 0 ? table(rows) : 'Nothing is allowed for a time; every start is asked.',
  );
}

export async function revokeGrant(context: Context, profile: string, id: string): Promise<void> {
  const { revoked } = await context.withApp((app) => app.guard.revokeGrant({ profile, id }));
  context.output.result(
    { revoked },
    revoked ? 'Ended. Every start is asked again.' : 'It had ended already.',
  );
}

export async function listOutcomes(context: Context, profile: string): Promise<void> {
  const { unresolved } = (await stateOf(context, profile)).guard;
  const rows = unresolved.map(({ id, tool, client, at, endedAt, detail }) => [
    id,
    new Date(at).toISOString().slice(0, 19).replace('T', ' '),
    tool,
    client,
    endedAt === null ? 'still running' : `unknown: ${detail}`,
  ]);
  context.output.result(unresolved, rows.length > 0 ? table(rows) : 'No outcome is open.');
}

/** Shows what is known of the call and asks; `--yes` answers. */
export async function dismissOutcome(context: Context, profile: string, id: string): Promise<void> {
  const { unresolved } = (await stateOf(context, profile)).guard;
  const call = unresolved.find((one) => one.id === id);
  if (call)
    context.output.say(
      `${call.tool} of ${new Date(call.at).toISOString()} by ${call.client}: it may have been carried out. ${call.detail}`,
    );
  if (call && !context.yes && !(await askYes('Have you looked, and is this settled?'))) {
    context.output.say('Nothing was changed.');
    process.exitCode = 1;
    return;
  }
  await context.withApp((app) => app.guard.dismiss({ profile, id }));
  context.output.result({ dismissed: true }, 'Dismissed. It stays unknown on record.');
}
