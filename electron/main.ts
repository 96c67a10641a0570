import inspector from 'node:inspector';
import * as electron from 'electron';
import { createApp } from './core/app.ts';
import { createFileSealer } from './core/secrets/file-sealer.ts';
import { runDesktop } from './shell/desktop.ts';

/** The desktop entry: nothing but Electron and core put together; see shell/desktop.ts. */
await runDesktop({
  electron,
  createApp,
  createFileSealer,
  distDir: import.meta.dirname,
  argv: process.argv,
  env: process.env,
  platform: process.platform,
  resourcesDir: process.resourcesPath,
  inspected: inspector.url() !== undefined,
  print: (line) => process.stdout.write(`${line}\n`),
});
