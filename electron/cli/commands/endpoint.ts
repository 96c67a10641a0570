import type { Context } from '../context.ts';
import { usage } from '../output.ts';

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw usage(`--port takes a number from 1 to 65535, not "${text}".`);
}

/** Opens the local HTTP endpoint for a profile and prints its token, this once. */
export async function openEndpoint(
  context: Context,
  profile: string,
  port: string | undefined,
): Promise<void> {
  const given = portOf(port);
  const opened = await context.withApp((app) =>
    app.endpoint.open({ profile, ...(given === undefined ? {} : { port: given }) }),
  );
  context.output.result(
    { profile, ...opened },
    `${opened.url}\nToken, shown this once: ${opened.token}\nSend it as  Authorization: Bearer TOKEN. It opens ${profile} alone; every start still asks you first.`,
  );
}

export async function closeEndpoint(context: Context, profile: string): Promise<void> {
  const status = await context.withApp((app) => app.endpoint.close({ profile }));
  context.output.result(status, `The local endpoint is closed for ${profile}; its token no longer counts.`);
}

export async function endpointStatus(context: Context): Promise<void> {
  const status = await context.withApp((app) => app.endpoint.status());
  const open = `${status.url ?? ''} for ${status.profiles.join(', ')}`;
  const closed = status.error
    ? `${status.error.code}: ${status.error.message}`
    : 'The local endpoint is off.';
  context.output.result(status, status.url === null ? closed : open);
}
