import type { LinkState } from '../../contract/link.ts';
import { AppError } from '../../contract/errors.ts';
import { age, presentLink } from '../../contract/present.ts';
import type { AppState, ProfileState } from '../../contract/state.ts';
import type { AppClient, Context } from '../context.ts';
import { table } from '../output.ts';
import { readStdin } from '../ask.ts';

const SECRET_KINDS = ['api-key', 'password', 'passphrase'] as const;

function linkText(link: LinkState): string {
  const { label, detail } = presentLink(link, Date.now());
  const lines = [detail ? `${label}: ${detail}` : label];
  if (link.state === 'blocked') {
    if (link.hostKey)
      lines.push(
        `  ${link.hostKey.host} ${link.hostKey.type} ${link.hostKey.fingerprint}`,
        ...link.hostKey.known.map((key) => `  known before: ${key}`),
      );
    lines.push(`  ${link.error.next}`);
  }
  return lines.join('\n');
}

/** Prints a link's state; throws its error where it is not live or degraded, so that the exit code is 1. */
function finish(context: Context, profile: string, link: LinkState): void {
  context.output.result({ profile, link }, `${profile}: ${linkText(link)}`);
  if (link.state === 'live' || link.state === 'degraded') return;
  process.exitCode = 1;
  const error =
    link.state === 'blocked' ? link.error : link.state === 'reconnecting' ? link.lastError : undefined;
  if (error) context.output.say(`${error.code}: ${error.message}\n  ${error.next}`);
}

export async function connect(context: Context, profile: string): Promise<void> {
  finish(context, profile, await context.withApp((app) => app.links.connect({ profile })));
}

export async function disconnect(context: Context, profile: string): Promise<void> {
  const link = await context.withApp((app) => app.links.disconnect({ profile }));
  context.output.result({ profile, link }, `${profile}: ${linkText(link)}`);
}

export async function trust(context: Context, profile: string, fingerprint: string): Promise<void> {
  finish(context, profile, await context.withApp((app) => app.links.trust({ profile, fingerprint })));
}

export async function untrust(context: Context, profile: string, fingerprint: string): Promise<void> {
  const { removed } = await context.withApp((app) => app.links.untrust({ profile, fingerprint }));
  context.output.result(
    { removed },
    removed > 0 ? 'The host key was removed.' : 'No stored host key has this fingerprint.',
  );
  if (removed === 0) process.exitCode = 1;
}

export async function setSecret(context: Context, profile: string, kindText: string): Promise<void> {
  const kind = SECRET_KINDS.find((each) => each === kindText);
  if (!kind)
    throw new AppError(
      'USAGE',
      `A secret's kind is one of ${SECRET_KINDS.join(', ')}.`,
      'See catalyst-companion --help.',
    );
  const value = await readStdin();
  await context.withApp((app) => app.profiles.setSecret({ profile, kind, value }));
  context.output.result({ set: true }, `The ${kind} of ${profile} is stored.`);
}

/** The first event of the stream is the whole state. */
export async function snapshot(app: AppClient): Promise<AppState> {
  for await (const event of await app.state.follow()) if (event.type === 'snapshot') return event.state;
  throw new AppError('APP_NOT_RUNNING', 'The app closed the connection.', 'Start it again: npm start');
}

function statusText(name: string, { profile, link, health, trading }: ProfileState): string {
  const now = Date.now();
  const up = health.services.filter((service) => service.verdict === 'up').length;
  const positions = trading.positions;
  const rows = [
    ['link', linkText(link)],
    ['services', health.services.length > 0 ? `${up} of ${health.services.length} up` : 'none known'],
    [
      'positions',
      positions.state === 'known'
        ? `${positions.value.rows.length} (${age(now - positions.receivedAt)} ago)`
        : `unknown: ${positions.reason}`,
    ],
    ...health.services
      .filter((service) => service.verdict !== 'up')
      .map((service) => [service.name, `${service.verdict}: ${service.reason ?? ''}`]),
  ];
  return `${name}  ${profile.environment.toUpperCase()}\n${table(rows.map((row) => ['', ...row]))}`;
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
  context.output.result(document, chosen.map((each) => statusText(each.name, each)).join('\n\n'));
}

export async function logs(context: Context, profile: string, follow: boolean): Promise<void> {
  await context.withApp(async (app) => {
    for await (const { lines } of await app.logs.follow({ profile, tail: 200 })) {
      for (const line of lines)
        process.stdout.write(
          `${context.output.json ? JSON.stringify(line) : `${line.service} | ${line.text}`}\n`,
        );
      if (!follow) return;
    }
  });
}
