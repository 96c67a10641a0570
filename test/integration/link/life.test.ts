import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { presentLink } from '../../../electron/contract/present.ts';
import { LifeRig } from '../../fixtures/life/life-rig.ts';
import type { LifeRigOptions } from '../../fixtures/life/life-rig.ts';
import type { FaultyLink } from '../../helpers/faulty-link.ts';
import { startFaultyLink } from '../../helpers/faulty-link.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { TestCa } from '../../helpers/tls.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { Droplet } from './harness.ts';
import { startDroplet } from './harness.ts';

/** The soak takes its time; else a minute of the link's life takes 5 s. */
const SPEED = process.env['COMPANION_SOAK'] ? 1 : 12;
/** What a busy machine may cost, in the link's own time: three seconds of ours, half of that in the soak. */
const SLACK = SPEED === 1 ? 1_500 : 3_000 * SPEED;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const LIMIT = 900_000;

const missing = [sshdAvailable ? '' : sshdMissing, opensslAvailable ? '' : 'needs the Debian package openssl']
  .filter((text) => text !== '')
  .join('; ');

/** A connection that sshd has let in and that goes no further: it counts as a sign-in under way. */
async function greeted(port: number): Promise<net.Socket> {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const said = await new Promise<string>((resolve) => {
      socket.once('data', (data: Buffer) => resolve(data.toString()));
      socket.once('close', () => resolve(''));
      socket.on('error', () => {});
    });
    if (said.startsWith('SSH-')) return socket;
    socket.destroy();
  }
}

/** One link, alone with its network, in one test. */
interface Life {
  rig: LifeRig;
  network: FaultyLink;
}

// they mostly wait: side by side the suite takes as long as its longest test
describe.skipIf(missing !== '').concurrent(['the life of a link', missing].join(' ').trim(), () => {
  let sshd: Sshd;
  let droplet: Droplet;
  let ca: TestCa;
  let secure: https.Server;

  beforeAll(async () => {
    sshd = await startSshd();
    droplet = await startDroplet();
    ca = makeCa();
    const { cert, key } = ca.issue('droplet');
    const pem = { cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
    secure = https.createServer(pem, (_request, response) => response.writeHead(406).end());
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
    ca.remove();
    await droplet.stop();
    await sshd.stop();
  });

  const networkTo = async (port: number) => {
    const network = await startFaultyLink({ port });
    return network;
  };
  const sshLink = (port: number, key = sshd.key) => ({
    kind: 'ssh',
    host: '127.0.0.1',
    port,
    user: sshd.user,
    auth: [{ kind: 'key', file: key }],
  });
  /** A link that nobody has switched on yet; what it ever showed is judged when the test is over. */
  const born = (
    { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
    network: FaultyLink,
    options: Partial<LifeRigOptions> = {},
  ): Life => {
    const knownHosts = sshd.knownHostsLine().replace(`:${sshd.port} `, `:${network.port} `);
    const links = [sshLink(network.port)];
    const rig = new LifeRig({ links, mcpUrl: droplet.mcpUrl, knownHosts, speed: SPEED, ...options });
    onTestFinished(async () => {
      rig.dispose();
      await network.stop();
    });
    return { rig, network };
  };
  const overSsh = async (test: TestContext, options: Partial<LifeRigOptions> = {}) =>
    born(test, await networkTo(sshd.port), options);
  const liveOverSsh = async (test: TestContext, options: Partial<LifeRigOptions> = {}) => {
    const life = await overSsh(test, options);
    life.rig.link.connect();
    await life.rig.live();
    return life;
  };

  const kinds: Record<string, (test: TestContext) => Promise<Life>> = {
    ssh: overSsh,
    https: async (test) => {
      const network = await networkTo((secure.address() as AddressInfo).port);
      const url = `https://127.0.0.1:${network.port}/mcp`;
      return born(test, network, { links: [{ kind: 'https', url, caFile: ca.caFile }] });
    },
    direct: async (test) => {
      const network = await networkTo(droplet.port);
      const url = `http://127.0.0.1:${network.port}/mcp`;
      return born(test, network, { links: [{ kind: 'direct', url }] });
    },
  };
  for (const [kind, start] of Object.entries(kinds)) {
    for (const direction of [undefined, 'up', 'down'] as const) {
      const what = direction === undefined ? 'nothing passes' : `nothing passes ${direction}`;
      it(
        `over ${kind}, half-open (${what}), leaves green within 45 s and comes back by itself`,
        async (test) => {
          const { rig, network } = await start(test);
          rig.link.connect();
          await rig.live();
          network.blackhole(direction);
          const green = await rig.until(({ state }) => state !== 'live', 2 * MINUTE);
          expect(green).toBeLessThan(45_000 + 1_500 + SLACK);
          await network.heal();
          await rig.live(3 * MINUTE);
          expect(rig.lies).toEqual([]);
        },
        LIMIT,
      );
    }
  }

  it(
    'comes back within 60 s of a server that was away for four minutes',
    async (test) => {
      const { rig, network } = await liveOverSsh(test);
      network.blackhole(); // the machine goes down without a word,
      await rig.pass(40_000);
      await network.refuse('nobody'); // its address answers again,
      await rig.pass(2 * MINUTE);
      network.acceptLate(2 * MINUTE); // the port is open before sshd can speak,
      await rig.pass(80_000);
      const tries = network.accepted();
      await network.heal(); // and all is well
      const back = await rig.live(2 * MINUTE);
      expect(back).toBeLessThan(60_000 + SLACK);
      expect(network.accepted() - tries).toBeLessThan(3);
      expect(rig.lies).toEqual([]);
    },
    LIMIT,
  );

  it(
    'backs off from a server that takes each connection and drops it: a mere connection is no success',
    async (test) => {
      const { rig, network } = await overSsh(test, { random: () => 0.999 });
      await network.refuse('close');
      rig.link.connect();
      await rig.pass(5 * MINUTE);
      // 1, 2, 4 … 32, 60, 60 …: ten tries in five minutes
      expect(network.accepted()).toBeGreaterThan(4);
      expect(network.accepted()).toBeLessThanOrEqual(11);
      const waits = rig.waits();
      expect(waits.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32]);
      expect(Math.max(...waits)).toBeLessThanOrEqual(60);
    },
    LIMIT,
  );

  it(
    'backs off from a link that is lost soon after it was live, and forgets that after half a minute of health',
    async (test) => {
      const { rig, network } = await liveOverSsh(test, { random: () => 0.999 });
      for (let n = 0; n < 5; n++) {
        network.cut();
        await rig.until(() => rig.waits().length > n, MINUTE);
        await rig.live(2 * MINUTE);
      }
      expect(rig.waits()).toEqual([1, 2, 4, 8, 16]);
      await rig.pass(MINUTE);
      network.cut();
      await rig.until(() => rig.waits().length > 5, MINUTE);
      expect(rig.waits()[5]).toBe(1);
      expect(rig.lies).toEqual([]);
    },
    LIMIT,
  );

  it(
    'tries a refused key once and then waits for its person, whatever the clock does',
    async (test) => {
      const own = await startSshd();
      test.onTestFinished(() => own.stop());
      const network = await networkTo(own.port);
      const links = [sshLink(network.port, own.makeKey('stranger'))];
      const knownHosts = own.knownHostsLine().replace(`:${own.port} `, `:${network.port} `);
      const { rig } = born(test, network, { links, knownHosts });
      rig.link.connect();
      await rig.until(({ state }) => state === 'blocked', MINUTE);
      expect(rig.state).toMatchObject({ reason: 'auth-refused', error: { code: 'LINK_AUTH_REFUSED' } });
      await rig.pass(2 * MINUTE);
      rig.jump(8 * HOUR);
      await rig.pass(2 * MINUTE);
      rig.jump(-9 * HOUR);
      await rig.pass(MINUTE);
      expect(rig.state.state).toBe('blocked');
      expect(network.accepted()).toBe(1);
      expect(own.log().match(/authenticating user/g)).toHaveLength(1);
    },
    LIMIT,
  );

  it(
    'says that a full sshd has turned it away, and comes back when there is room',
    async (test) => {
      const own = await startSshd({ config: ['MaxStartups 1:100:2'] });
      test.onTestFinished(() => own.stop());
      const network = await networkTo(own.port);
      const knownHosts = own.knownHostsLine().replace(`:${own.port} `, `:${network.port} `);
      const { rig } = born(test, network, { links: [sshLink(network.port, own.key)], knownHosts });
      const other = await greeted(own.port);
      rig.link.connect();
      await rig.until(({ state }) => state === 'reconnecting', MINUTE);
      const [{ state }] = rig.of('reconnecting');
      expect(state.lastError).toMatchObject({
        code: 'LINK_UNREACHABLE',
        message: expect.stringContaining('takes no new connections right now') as string,
      });
      other.destroy();
      await rig.live(2 * MINUTE);
      expect(rig.of('blocked')).toEqual([]);
    },
    LIMIT,
  );

  it(
    'asks for a name that does not resolve every 30 s at most, and says which',
    async (test) => {
      const host = 'droplet.invalid';
      const links = [{ ...sshLink(22), host }];
      const { rig } = born(test, await networkTo(sshd.port), { links, random: () => 0.999 });
      rig.link.connect();
      await rig.until(() => rig.waits().length > 6, 5 * MINUTE);
      for (const { state } of rig.of('reconnecting')) {
        expect(state.lastError).toMatchObject({ code: 'LINK_HOST_NOT_FOUND' });
        expect(state.lastError.message).toContain(host);
      }
      expect(rig.waits().slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
      expect(presentLink(rig.of('reconnecting')[0].state, rig.clock.now()).detail).toContain(host);
    },
    LIMIT,
  );

  for (const hours of [5, -5]) {
    it(
      `keeps its connection when the clock is set by ${hours} h, and is green only with proof`,
      async (test) => {
        const { rig, network } = await liveOverSsh(test);
        rig.jump(hours * HOUR);
        await rig.pass(20_000 + SLACK);
        const { state } = rig;
        if (state.state !== 'live') throw new Error(`it is ${state.state}`);
        // ages that people are shown are of the clock that they see
        const age = rig.clock.now() - state.lastProof;
        expect(age).toBeGreaterThanOrEqual(0);
        expect(age).toBeLessThan(30_000 + SLACK);
        expect(network.accepted()).toBe(1);
        expect(rig.lies).toEqual([]);
      },
      LIMIT,
    );

    it(
      `counts down to the next attempt as before when the clock is set by ${hours} h`,
      async (test) => {
        const { rig, network } = await overSsh(test, { random: () => 0.999 });
        await network.refuse('close');
        rig.link.connect();
        await rig.until((state) => state.state === 'reconnecting' && state.attempt > 4, 2 * MINUTE);
        const tries = network.accepted();
        rig.jump(hours * HOUR);
        // it is noticed within 5 s
        await rig.pass(5_000 + SLACK / 4);
        if (rig.state.state === 'reconnecting') {
          const left = rig.state.nextAt - rig.clock.now();
          expect(left).toBeGreaterThan(-SLACK);
          expect(left).toBeLessThanOrEqual(60_000);
        }
        await rig.until(() => network.accepted() > tries, 62_000 + SLACK);
        await rig.pass(30_000);
        // waking by the clock may try at once, but not again and again
        expect(network.accepted() - tries).toBeLessThan(7);
      },
      LIMIT,
    );
  }

  it(
    'is not green after a night of sleep in which its connection died, and comes back',
    async (test) => {
      const { rig, network } = await liveOverSsh(test);
      network.blackhole();
      rig.jump(8 * HOUR); // timers and the monotonic clock stood still
      await network.heal();
      const green = await rig.until(({ state }) => state !== 'live', MINUTE);
      expect(green).toBeLessThan(2_000 + SLACK);
      await rig.live(30_000 + SLACK);
      expect(network.accepted()).toBe(2);
      expect(rig.lies).toEqual([]);
    },
    LIMIT,
  );

  it(
    'uses the next link within 10 s of the first leaving green, and the first again once it has been well for 60 s',
    async (test) => {
      const second = await networkTo(droplet.port);
      test.onTestFinished(() => second.stop());
      const network = await networkTo(sshd.port);
      const url = `http://127.0.0.1:${second.port}/mcp`;
      const { rig } = born(test, network, { links: [sshLink(network.port), { kind: 'direct', url }] });
      const via = () => (rig.state.state === 'live' ? rig.state.via.index : undefined);
      rig.link.connect();
      // on a busy machine the second may be there first; it makes way as below
      await rig.until(() => via() === 0, 4 * MINUTE);
      await network.refuse('nobody');
      network.cut();
      await rig.until(() => via() !== 0, MINUTE);
      const over = await rig.until(() => via() === 1, MINUTE);
      expect(over).toBeLessThan(10_000 + SLACK);
      await network.heal();
      const returned = await rig.until(() => via() === 0, 4 * MINUTE);
      // at most a minute until it is tried again, and then a minute of health
      expect(returned).toBeGreaterThan(60_000 - 1_500 * SPEED);
      expect(returned).toBeLessThan(2 * MINUTE + SLACK);
      expect(rig.lies).toEqual([]);
    },
    LIMIT,
  );
});
