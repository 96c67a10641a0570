import fs from 'node:fs/promises';
import path from 'node:path';
import { startDemoDroplet } from '../../core/demo/demo-droplet.ts';
import { parseFault } from '../../core/demo/faults.ts';
import { silentLog } from '../../core/ports.ts';
import type { Context } from '../context.ts';
import { makeHome } from '../../core/files.ts';
import { usage } from '../output.ts';

/** Runs the demo droplet by itself until a signal: a real SSH server to try profiles on. Its key is removed at the end. */
export async function runDemoDroplet(
  context: Context,
  faults: string[],
  seedText: string | undefined,
): Promise<void> {
  const seed = seedText === undefined ? undefined : Number(seedText);
  if (seed !== undefined && !Number.isInteger(seed)) throw usage('--seed takes a whole number.');
  await makeHome(context.home);
  const droplet = await startDemoDroplet({
    log: silentLog,
    faults: faults.map(parseFault),
    ...(seed === undefined ? {} : { seed }),
  });
  const keyFile = path.join(context.home.keys, `demo-droplet-${process.pid}`);
  try {
    await fs.writeFile(keyFile, droplet.ssh.clientKey, { mode: 0o600 });
    const { host, port, user, hostKeyFingerprint } = droplet.ssh;
    const document = {
      ssh: { host, port, user, identity: keyFile, hostKeyFingerprint },
      mcpUrl: droplet.mcpUrl,
      services: droplet.services,
    };
    const services = droplet.services.map((service) => `--service ${service.name}=${service.url}`).join(' ');
    const { readSeconds } = droplet.profile();
    const every = readSeconds === undefined ? '' : ` --read-seconds ${readSeconds}`;
    const add = `catalyst-companion profile add trial --preset catalyst --env demo --ssh ${user}@${host}:${port} --identity ${keyFile} --mcp-url ${droplet.mcpUrl} ${services}${every}`;
    context.output.result(
      document,
      `Demo droplet: ssh ${user}@${host} port ${port}\nHost key: ${hostKeyFingerprint}\nTo reach it:\n  ${add}`,
    );
    await new Promise<void>((resolve) => {
      // they stay heard: a second Ctrl-C must not leave the key behind
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    });
  } finally {
    await Promise.allSettled([droplet.stop(), fs.rm(keyFile, { force: true })]);
  }
  process.exit();
}
