import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultWorld } from '../../fixtures/mcp/fault-world.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import { SoakClient } from '../../fixtures/mcp/soak-client.ts';
import { StubClient } from '../../fixtures/mcp/stub-client.ts';

const SOAK = process.env['COMPANION_SOAK'] === '1';
const CALLS = SOAK ? 200_000 : 6_000;
const STUBS = 4;
const RESTARTS = SOAK ? 16 : 4;
const ENDS = SOAK ? 300 : 12;
const TIMEOUT = SOAK ? 1_200_000 : 100_000;

describe('the bridge in the long run', () => {
  let world: FaultWorld;
  beforeEach(async () => (world = await FaultWorld.make()));
  afterEach(() => world.end());

  /** Counts orders, and keeps nothing of what the server has seen. */
  function count(orders: Map<string, number>): void {
    const { server } = world;
    server.on = (message) => {
      server.seen.length = 0;
      const order = message?.params?.arguments?.order as string | undefined;
      if (order !== undefined) orders.set(order, (orders.get(order) ?? 0) + 1);
      return false;
    };
  }

  it(
    `answers ${CALLS} calls of ${STUBS} stubs once each while app and server are restarted ${RESTARTS} times`,
    async () => {
      const orders = new Map<string, number>();
      count(orders);
      await world.startApp(20_000);
      const clients = Array.from({ length: STUBS }, (_, i) => new SoakClient(world.home, i, CALLS / STUBS));
      const answered = () => clients.reduce((sum, client) => sum + client.answered, 0);
      const real = () => clients.reduce((sum, client) => sum + client.answered - client.ours, 0);
      const done = Promise.all(clients.map((client) => client.run(CALLS / STUBS)));
      const memory: number[] = [];
      const sample = () => memory.push(Math.max(...clients.map((client) => client.rssMB())));
      for (let i = 1; i <= RESTARTS; i++) {
        // the last part runs undisturbed
        await until(() => real() >= (CALLS * i) / (RESTARTS + 2), TIMEOUT);
        sample();
        if (i % 2 === 0) {
          await world.restartServer();
          count(orders);
        } else {
          await world.killApp();
          await world.startApp(20_000);
        }
      }
      await done;
      sample();
      const none = { none: 0, twice: 0, strange: 0 };
      expect(clients.map((client) => client.faults())).toEqual(clients.map(() => none));
      const ours = clients.reduce((sum, client) => sum + client.ours, 0);
      expect(answered()).toBe(CALLS + STUBS + ours);
      expect(orders.size).toBeGreaterThan(CALLS / 25);
      expect([...orders.values()].filter((times) => times > 1)).toEqual([]);
      const quarter = Math.ceil(memory.length / 4);
      const early = Math.max(...memory.slice(quarter, 2 * quarter));
      const late = Math.max(...memory.slice(-quarter));
      if (SOAK) {
        const mb = memory.map((each) => each.toFixed(0)).join(' ');
        process.stdout.write(
          `soak: ${CALLS} calls, ${ours} more answered by us; largest stub in MB: ${mb}\n`,
        );
        expect(late).toBeLessThan(early * 1.1);
      }
      expect(await Promise.all(clients.map((client) => client.end()))).toEqual(clients.map(() => 0));
    },
    TIMEOUT,
  );

  it(
    `starts and ends ${ENDS} times, busy or not, and never outlives its client`,
    async () => {
      await world.startApp();
      for (let i = 0; i < ENDS; i++) {
        const stub = new StubClient(world.home);
        await stub.initialize('cursor');
        // enough for the compiler to be at work when it ends
        const busy = Array.from({ length: i % 3 === 0 ? 0 : 150 }, () => stub.call('echo', { text: 'x' }));
        await Promise.all(busy);
        await stub.end();
        expect([i, stub.child.exitCode, stub.child.signalCode]).toEqual([i, 0, null]);
      }
    },
    TIMEOUT,
  );
});
