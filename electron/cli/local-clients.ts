import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../contract/errors.ts';
import { SavedCatalogue } from '../core/catalogue/saved.ts';
import type { Clients } from '../core/clients/clients.ts';
import { createClients } from '../core/clients/clients.ts';
import { systemClock } from '../core/clock.ts';
import { readState } from '../core/files.ts';
import { silentLog } from '../core/ports.ts';
import type { Context } from './context.ts';

/**
 * The built stub beside the running program and the Node that runs it: the single executable of `npm run build:stub`,
 * which needs none (empty), unless the script that `npm run build` makes is newer.
 */
export function builtStub(): { file: string; node: string } {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const exe = process.platform === 'win32' ? 'catalyst-bridge.exe' : 'catalyst-bridge';
  for (const dir of [here, path.join(here, '..', '..', 'dist'), path.join(here, '..', 'dist')]) {
    const script = builtAt(path.join(dir, 'stub.js'));
    const single = builtAt(path.join(dir, exe));
    if (single !== undefined && single >= (script ?? 0)) return { file: path.join(dir, exe), node: '' };
    if (script !== undefined) return { file: path.join(dir, 'stub.js'), node: process.execPath };
  }
  throw new AppError(
    'CLIENT_UNSTABLE_PATH',
    'The stub that clients start is not built yet.',
    'Run: npm run build',
  );
}

const builtAt = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** The configuration writer on this machine's real paths. */
export function localClients(context: Context): Clients {
  const stub = builtStub();
  return createClients({
    home: context.home,
    platform: process.platform,
    env: context.env,
    userHome: context.userHome,
    stubFile: stub.file,
    nodePath: stub.node || null,
    defaultHome: context.defaultHome,
    clock: systemClock,
    log: silentLog,
    toolNames: (profile) => toolNames(context, profile),
  });
}

const Listed = z.object({ tools: z.array(z.object({ name: z.string() })) });

/** The tools as clients get them, from the saved catalogue; undefined where none was ever read. */
async function toolNames({ home }: Context, profile: string): Promise<string[] | undefined> {
  const saved = await readState(path.join(home.catalogue, `${profile}.json`), SavedCatalogue);
  const list = saved?.serve['tools/list'];
  if (list === undefined) return undefined;
  return Listed.parse(JSON.parse(list)).tools.map((tool) => tool.name);
}
