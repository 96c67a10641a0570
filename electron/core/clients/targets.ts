import path from 'node:path';
import type { ClientTarget } from '../../contract/bridge.ts';
import { asAppError } from '../../contract/errors.ts';
import { decodeConfig, parseConfig } from './document.ts';
import { ownEntries } from './entry.ts';
import type { Location } from './location.ts';
import { describeOther } from './others.ts';
import { readConfig, writtenAt, type PlanContext } from './plan-context.ts';

/** What stands at a location; whatever is wrong with the file is in `problem`, never thrown. */
export async function targetAt(location: Location, context: PlanContext): Promise<ClientTarget> {
  const { client, label, path: file } = location;
  const program = client === 'claude-code' ? await context.claudeCode() : null;
  const found = location.found || program !== null;
  const target: ClientTarget = {
    client,
    label,
    path: file,
    found,
    entries: [],
    others: [],
    strangers: [],
    running: null,
    lastChange: null,
    program,
    problem: null,
  };
  try {
    if (location.problem !== null) throw location.problem;
    if (client === 'claude-desktop' && found) {
      target.running = await context.isRunning(client, path.dirname(context.hostPath(file)));
    }
    const servers = await serversAt(location, context);
    target.entries = ownEntries(servers, context.launch, location.typed, writtenAt(location, context));
    const strangers = Object.entries(servers).filter(
      ([key]) => !target.entries.some((entry) => entry.key === key),
    );
    target.others = strangers.map(([key]) => key);
    target.strangers = strangers.map(([key, value]) => describeOther(key, value));
  } catch (error) {
    target.problem = asAppError(error).shape();
  }
  return target;
}

/** The entries in a location's file; empty where there is none. Throws CLIENT_CONFIG_* for what cannot be read. */
export async function serversAt(location: Location, context: PlanContext): Promise<Record<string, unknown>> {
  const { snapshot } = await readConfig(location, context);
  if (snapshot === undefined) return {};
  return parseConfig(decodeConfig(snapshot.bytes, location.path).text, location).servers;
}
