import { setTimeout } from 'node:timers/promises';
import { carries } from '../../contract/awaited.ts';
import type { LinkState } from '../../contract/link.ts';
import { AppError } from '../../contract/errors.ts';
import { presentLink } from '../../contract/present.ts';
import type { AppClient, Context } from '../context.ts';
import { snapshot } from '../context.ts';
import { usage, forTerminal } from '../output.ts';
import { linkError, linkLines, statusText } from '../status-text.ts';
import { visible } from '../../core/guard/visible.ts';
import { readSecret } from '../ask.ts';

const SECRET_KINDS = ['api-key', 'password', 'passphrase'] as const;

/** Prints a link's state; where it is neither live nor degraded its error too, and the exit code is 1. */
function finish(context: Context, profile: string, link: LinkState): void {
  const good = carries(link);
  const error = linkError(link);
  const { label } = presentLink(link, Date.now());
  // what failed is said once, with its code, on standard error
  const [first = label, ...more] = linkLines(link, Date.now());
  const lines = error && !good ? [label, ...more.slice(0, -1)] : [first, ...more];
  context.output.result(
    { profile, link, ...(error && !good ? { error } : {}) },
    `${profile}: ${lines.join('\n  ')}`,
  );
  if (good) return;
  process.exitCode = 1;
  if (error) context.output.say(`${error.code}: ${error.message}\n  ${error.next}`);
}

const LOOK_MS = 700;

/** While a connection is waited for: each new cause of failure, once, on standard error. */
async function tellProgress(context: Context, app: AppClient, profile: string): Promise<void> {
  let said = '';
  for (;;) {
    await setTimeout(LOOK_MS, undefined, { ref: false });
    const link = (await snapshot(app)).profiles[profile]?.link;
    if (link?.state !== 'reconnecting' || link.lastError.code === said) continue;
    said = link.lastError.code;
    context.output.say(`${link.lastError.message} Trying again for up to 30 s.`);
  }
}

export async function connect(context: Context, profile: string): Promise<void> {
  const link = await context.withApp(async (app) => {
    tellProgress(context, app, profile).catch(() => undefined);
    return await app.links.connect({ profile });
  });
  finish(context, profile, link);
}

export async function disconnect(context: Context, profile: string): Promise<void> {
  const link = await context.withApp((app) => app.links.disconnect({ profile }));
  context.output.result({ profile, link }, `${profile}: ${linkLines(link, Date.now()).join('\n  ')}`);
}

export async function trust(context: Context, profile: string, fingerprint: string): Promise<void> {
  finish(context, profile, await context.withApp((app) => app.links.trust({ profile, fingerprint })));
}

export async function untrust(context: Context, profile: string, fingerprint: string): Promise<void> {
  const { removed } = await context.withApp((app) => app.links.untrust({ profile, fingerprint }));
  if (removed === 0) {
    throw new AppError(
      'LINK_HOST_KEY_UNKNOWN',
      `No host key of ${profile} is stored here with this fingerprint.`,
      `See the stored ones: ssh-keygen -lf "${context.home.knownHosts}"`,
    );
  }
  context.output.result({ removed }, 'The host key was removed.');
}

export async function setSecret(context: Context, profile: string, kindText: string): Promise<void> {
  const kind = SECRET_KINDS.find((each) => each === kindText);
  if (!kind)
    throw usage(
      `A secret's kind is one of ${SECRET_KINDS.join(', ')}.`,
      'The command is: catalyst-companion secret set PROFILE KIND',
    );
  const value = await readSecret(`The ${kind} of ${profile} (it is not shown): `);
  if (value === '') {
    throw new AppError(
      'SECRET_EMPTY',
      'The value is empty; nothing was stored.',
      `Give it on standard input: printf %s "$VALUE" | catalyst-companion secret set ${profile} ${kind}`,
    );
  }
  await context.withApp((app) => app.profiles.setSecret({ profile, kind, value }));
  context.output.result({ set: true }, `The ${kind} of ${profile} is stored.`);
}

export async function status(context: Context, profile: string | undefined): Promise<void> {
  const state = await context.withApp(snapshot);
  const names = profile === undefined ? state.order : [profile];
  for (const name of names) {
    if (!state.profiles[name])
      throw new AppError(
        'PROFILE_UNKNOWN',
        `There is no profile "${name}".`,
        `Profiles: ${state.order.join(', ')}.`,
      );
  }
  const chosen = names.flatMap((name) => {
    const found = state.profiles[name];
    return found ? [{ name, ...found }] : [];
  });
  const document =
    profile === undefined
      ? { app: state.app, profiles: chosen, clients: Object.values(state.clients) }
      : chosen[0];
  context.output.result(document, chosen.map((each) => statusText(each.name, each, Date.now())).join('\n\n'));
}

/** The newest 200 lines, and with `follow` those that come. `--json`: one array, or one object a line when following. */
export async function logs(context: Context, profile: string, follow: boolean): Promise<void> {
  const { json } = context.output;
  await context.withApp(async (app) => {
    for await (const { lines } of await app.logs.follow({ profile, tail: 200 })) {
      const texts = lines.map((line) =>
        json ? JSON.stringify(line) : `${line.service} | ${visible(line.text)}`,
      );
      if (json && !follow) context.output.result(lines, '');
      else if (texts.length > 0) process.stdout.write(`${forTerminal(texts.join('\n'))}\n`);
      if (follow) continue;
      if (!lines.some(({ from }) => from === 'droplet')) context.output.say(await whyNoLines(app, profile));
      return;
    }
  });
}

async function whyNoLines(app: AppClient, profile: string): Promise<string> {
  const found = (await snapshot(app)).profiles[profile];
  if (!found || found.link.state === 'off')
    return `There are no log lines: ${profile} is not connected. Connect it: catalyst-companion connect ${profile}`;
  const why = found.logs.state === 'unavailable' ? found.logs.reason : 'None came yet.';
  return `There are no log lines: ${why}`;
}
