#!/usr/bin/env node
import { Pump } from './pump.ts';
import { homeDir } from './wire.ts';

const say = (text: string) => void process.stderr.write(`catalyst-bridge: ${text}\n`);
const profile = process.argv[2] ?? '';
if (!/^[a-z0-9][a-z0-9-]{0,15}$/.test(profile)) {
  say('usage: catalyst-bridge PROFILE (1 to 16 of a-z, 0-9 and -)');
  process.exit(2);
}

const output = process.stdout;
// whatever a preloaded module or a stray console.log prints goes to stderr: stdout carries the protocol alone
Object.defineProperty(process, 'stdout', { get: () => process.stderr });
process.on('uncaughtException', (error) => say(error.stack ?? error.message));

/** Time for what the compiler is at when we leave. */
const CALM_MS = 30;
const FLUSH_MS = 500;
/** From the end of stdin, whatever happens. */
const LAST_MS = 900;

const exit = () => process.exit(0);

let leaving = false;

/** Once only: a write to a client that has gone fails, and that is a reason to leave too. */
function leave(): void {
  if (leaving) return;
  leaving = true;
  // Node 24 can hang in exit for ever, waiting for a compiler thread that waits for a garbage collection: from here on
  // nothing is optimised any more, and what is being optimised gets its collection while we still run
  process.getBuiltinModule('node:v8').setFlagsFromString('--max-optimized-bytecode-size=0');
  output.write('', () => setTimeout(exit, CALM_MS));
  setTimeout(exit, FLUSH_MS);
}

const pump = new Pump({ home: homeDir(), profile, input: process.stdin, output, say, onEnd: leave });
process.stdin.once('end', () => setTimeout(exit, LAST_MS));
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) leave();
}, 2000).unref();
// after the first read of stdin: a waiting initialize is answered from the catalogue before crypto is loaded
setImmediate(() => pump.start());
