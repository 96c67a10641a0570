import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../contract/errors.ts';
import { parseFault } from '../../core/demo/faults.ts';
import { serve } from '../../serve.ts';
import type { Context } from '../context.ts';
import { builtStub } from '../local-clients.ts';
import { usage } from '../output.ts';

/** The package's folder: the nearest one above this file with our package.json. */
function packageDir(): string {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!fs.existsSync(path.join(dir, 'package.json'))) dir = path.dirname(dir);
  return dir;
}

export function version(): string {
  const text = fs.readFileSync(path.join(packageDir(), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

function portFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw usage(`--port takes a number from 1 to 65535, not "${text}".`);
  return port;
}

/** Where an app runs already, its dashboard is the useful answer: a fresh one-time link to it. */
async function withDashboardOfOther(context: Context, error: AppError): Promise<AppError> {
  const other = await context.ifApp((app) => app.app.dashboardUrl()).catch(() => undefined);
  if (!other?.url) return error;
  return new AppError(error.code, error.message, `Its dashboard: ${other.url}`, { cause: error });
}

export async function runServe(
  context: Context,
  options: { demo: boolean; faults: readonly string[]; port: string | undefined; open: boolean },
): Promise<void> {
  const pageDir = path.join(packageDir(), 'dist', 'page');
  if (!fs.existsSync(path.join(pageDir, 'index.html')))
    throw new AppError('INTERNAL', 'The dashboard is not built yet.', 'Run: npm run build');
  try {
    await serve({
      home: context.home,
      version: version(),
      pageDir,
      stub: { ...builtStub(), defaultHome: context.defaultHome },
      demo: options.demo,
      demoFaults: options.faults.map(parseFault),
      port: portFrom(options.port),
      open: options.open,
    });
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'APP_ALREADY_RUNNING')
      throw await withDashboardOfOther(context, thrown);
    throw thrown;
  }
  // timers of libraries may linger for seconds after everything of ours has stopped
  process.exit();
}
