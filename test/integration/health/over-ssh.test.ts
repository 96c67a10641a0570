import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthModel } from '../../../electron/contract/models.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createHealth } from '../../../electron/core/health/prober.ts';
import type { McpReader } from '../../../electron/core/seams.ts';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from '../link/harness.ts';
import type { Droplet, Rig } from '../link/harness.ts';

const noReader: McpReader = {
  resources: () => Promise.resolve([]),
  tools: () => Promise.resolve([]),
  read: () => Promise.resolve({ error: { code: -32_601, message: 'none' } }),
  call: () => Promise.resolve({ error: { code: -32_601, message: 'none' } }),
};

/** What sshd answers for a channel is told apart: no service there, and a place it may not lead to. */
describe.skipIf(!sshdAvailable)(`probing through ${sshdAvailable ? 'a real sshd' : sshdMissing}`, () => {
  const up = http.createServer((_request, response) => response.end('{"status":"healthy"}'));
  let droplet: Droplet;
  let sshd: Sshd;
  let rig: Rig & { dispose: () => void };

  beforeAll(async () => {
    droplet = await startDroplet();
    await new Promise<void>((resolve) => up.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    rig?.dispose();
    await sshd?.stop();
    await droplet?.stop();
    up.close();
  });

  it('calls a service down that nothing listens for, and unknown what sshd may not lead to', async () => {
    const closed = await freePort();
    const { port } = up.address() as AddressInfo;
    const allowed = [new URL(droplet.mcpUrl).port, port, closed].map((one) => `127.0.0.1:${one}`).join(' ');
    sshd = await startSshd({ config: [`PermitOpen ${allowed}`] });
    const services = [
      { name: 'scanner', url: `http://127.0.0.1:${port}` },
      { name: 'news', url: `http://127.0.0.1:${closed}` },
      { name: 'trading', url: `http://127.0.0.1:${await freePort()}` },
    ];
    const links = [sshTo(sshd)];
    rig = makeRig({ links, mcpUrl: droplet.mcpUrl, services });
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
    rig.link.connect();
    await rig.until('live');
    const models: HealthModel[] = [];
    const profile = Profile.parse({
      name: 'real',
      preset: 'generic',
      environment: 'demo',
      links,
      mcpUrl: droplet.mcpUrl,
      services,
    });
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const health = createHealth({
      profile: () => profile,
      link: rig.link,
      reader: noReader,
      clock: systemClock,
      log,
      publish: (model) => models.push(model),
    });
    health.start();
    await health.refresh();
    health.stop();
    const told = models.at(-1)!.services.map(({ name, verdict, reason }) => [name, verdict, reason]);
    expect(told).toEqual([
      ['scanner', 'up', null],
      ['news', 'down', 'nothing listens on its port'],
      ['trading', 'unknown', 'the SSH server does not allow forwarding to it'],
    ]);
  });
});
