import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../contract/errors.ts';
import type { Clients } from '../core/clients/clients.ts';
import { createClients } from '../core/clients/clients.ts';
import { systemClock } from '../core/clock.ts';
import { silentLog } from '../core/ports.ts';
import type { Context } from './context.ts';

/** The built stub beside the running program; `npm run build` makes it. */
export function builtStub(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = [
    path.join(here, 'stub.js'),
    path.join(here, '..', '..', 'dist', 'stub.js'),
    path.join(here, '..', 'dist', 'stub.js'),
  ];
  const found = candidates.find((file) => fs.existsSync(file));
  if (found) return found;
  throw new AppError(
    'CLIENT_UNSTABLE_PATH',
    'The stub that clients start is not built yet.',
    'Run: npm run build',
  );
}

/** The configuration writer on this machine's real paths. */
export function localClients(context: Context): Clients {
  return createClients({
    home: context.home,
    platform: process.platform,
    env: context.env,
    userHome: context.userHome,
    stubFile: builtStub(),
    nodePath: process.execPath,
    defaultHome: context.defaultHome,
    clock: systemClock,
    log: silentLog,
  });
}
