import fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange } from '../../../electron/core/http/request.ts';
import type { Route } from '../../../electron/core/link/transport.ts';
import type { FaultyLink } from '../../helpers/faulty-link.ts';
import { startFaultyLink } from '../../helpers/faulty-link.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Droplet } from './harness.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';

const PART = 'x'.repeat(1_000);

/** Goes on with its body until its connection is closed, as a server does that knows nothing of who has left. */
function babble(response: ServerResponse, status: number): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.flushHeaders();
  return new Promise((resolve) => {
    const timer = setInterval(() => response.write(PART), 1);
    response.on('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

describe.skipIf(!sshdAvailable)(
  `an answer that is given up half-way over SSH (${sshdAvailable ? 'real sshd' : sshdMissing})`,
  () => {
    let sshd: Sshd;
    let droplet: Droplet;
    /** Slow, so that what the server wrote meanwhile is under way when the answer is given up. */
    let slow: FaultyLink;
    const ends: (() => unknown)[] = [];

    beforeEach(async () => {
      [sshd, droplet] = await Promise.all([startSshd(), startDroplet()]);
      slow = await startFaultyLink({ port: sshd.port, delayMs: 10 });
    });

    afterEach(async () => {
      for (const end of ends.splice(0).toReversed()) await end();
      await slow.stop();
      await Promise.all([sshd.stop(), droplet.stop()]);
    });

    async function liveRoute() {
      const rig = makeRig({
        links: [sshTo(sshd, { port: slow.port })],
        mcpUrl: droplet.mcpUrl,
        timing: { probeEveryMs: 60_000 },
      });
      ends.push(rig.dispose);
      fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine().replace(String(sshd.port), String(slow.port)));
      rig.link.connect();
      await rig.until('live');
      const route = rig.link.transport?.route({ to: 'mcp' });
      if (!route) throw new Error('no route');
      return { rig, route };
    }

    const ask = (route: Route, options: object) => exchange(route, { timeoutMs: 5_000, ...options });

    it.each([
      ['after its head', { headOnly: true }, /^200$/],
      ['as too large', { maxBytes: 20_000 }, /larger than 20000 bytes/],
      ['at its deadline', { timeoutMs: 200, maxBytes: 1 << 30 }, /No answer from/],
    ])('%s, the link goes on with everything else that it carries', async (_when, options, said) => {
      const { rig, route } = await liveRoute();
      const { mcp } = droplet;
      for (let n = 0; n < 5; n += 1) {
        let over = Promise.resolve();
        droplet.mcp = (_request, response) => void (over = babble(response, 200));
        const ended = await ask(route, options).then(
          (answer) => String(answer.status),
          (error: Error) => error.message,
        );
        expect(ended).toMatch(said);
        await over;
        droplet.mcp = mcp;
        expect((await ask(route, {})).status).toBe(400);
      }
      expect(rig.states.map(({ state }) => state)).not.toContain('reconnecting');
    });
  },
);
