import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../../electron/core/http/request.ts';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeDialRig, processesWith } from './dial-rig.ts';
import { sshTo, startDroplet } from './harness.ts';
import type { Droplet } from './harness.ts';

const TIMES = process.env['COMPANION_SOAK'] === '1' ? 300 : 20;

/** What keeps this process alive or holds its memory, by kind. */
const held = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /TCP|Connect|Pipe|Process|FSReq/.test(kind))
    .toSorted();

const settledHeap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

describe.skipIf(!sshdAvailable)(
  `an SSH link opened and closed ${TIMES} times (${sshdAvailable ? 'real sshd' : sshdMissing})`,
  () => {
    let sshd: Sshd;
    let bastion: Sshd;
    let droplet: Droplet;
    beforeAll(async () => {
      [sshd, bastion] = await Promise.all([startSshd(), startSshd()]);
      droplet = await startDroplet();
    });
    afterAll(async () => {
      await sshd?.stop();
      await bastion?.stop();
      await droplet?.stop();
    });

    it('holds nothing afterwards: no socket, port, process or memory', { timeout: 600_000 }, async () => {
      const rig = makeDialRig({ trusts: [sshd, bastion], mcpUrl: droplet.mcpUrl });
      const localPort = await freePort();
      const jump = [{ host: '127.0.0.1', port: bastion.port, user: bastion.user, auth: keyOf(bastion) }];
      const once = async (index: number) => {
        const expose = [{ localPort, host: '127.0.0.1', port: droplet.port }];
        const link = await rig.dial(sshTo(sshd, { expose, jump: index % 2 === 0 ? jump : [] }));
        const route = link.route({ to: 'mcp' });
        if (!route) throw new Error('no route');
        expect((await exchange(route, { timeoutMs: 5_000 })).status).toBe(400);
        const url = new URL(`http://127.0.0.1:${localPort}/health`);
        const direct = { url, agent: new http.Agent(), headers: {} };
        expect((await exchange(direct, { timeoutMs: 5_000 })).status).toBe(200);
        // every shell there costs a process and its start files
        const running = index % 4 === 0 ? await link.exec?.(`sleep 4444${process.pid}`) : undefined;
        if (index % 8 === 0) running?.kill();
        link.close();
        await link.closed;
      };
      await expect.poll(held).not.toContain('TCPSocketWrap');
      const before = held();
      for (let i = 0; i < 4; i++) await once(i);
      await expect.poll(held, { timeout: 20_000 }).toEqual(before);
      const heap = settledHeap();
      for (let i = 0; i < TIMES; i++) await once(i);
      await expect.poll(held, { timeout: 20_000 }).toEqual(before);
      // the start files of a login shell run first, and can take their time
      await expect.poll(() => processesWith(`sleep 4444${process.pid}`), { timeout: 90_000 }).toEqual([]);
      rig.dispose();
      // without --expose-gc only what is not collected at all would show
      if (globalThis.gc) expect(settledHeap()).toBeLessThan(heap * 1.2);
    });
  },
);

const keyOf = (server: Sshd) => [{ kind: 'key' as const, file: server.key }];
