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

function leave(): void {
  const go = () => process.exit(0);
  if (output.writableLength === 0) go();
  output.once('drain', go);
  setTimeout(go, 500);
}

const pump = new Pump({ home: homeDir(), profile, input: process.stdin, output, say, onEnd: leave });
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) leave();
}, 2000).unref();
// after the first read of stdin: a waiting initialize is answered from the catalogue before crypto is loaded
setImmediate(() => pump.start());
