// What users of other bridges report most, done to this one: a row for each way in which it happens.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultWorld } from '../../fixtures/mcp/fault-world.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import type { StubClient } from '../../fixtures/mcp/stub-client.ts';

interface Row {
  /** Number of the complaint. */
  pain: number;
  done: string;
  sees: string;
  run(world: FaultWorld): Promise<void>;
}

const URI = 'catalyst://system/health';
const UNKNOWN = /outcome of start_trading_cycle is unknown.*Do not call start_trading_cycle again/s;
const said = async (answer: ReturnType<StubClient['call']>) =>
  (await answer).result.content[0].text as string;
const read = (client: StubClient) => client.request('resources/read', { uri: URI });
/** Nobody had to start the stub again. */
const stillThere = (client: StubClient) => expect(client.child.exitCode).toBeNull();

/** The sessions in which a tool was called; the app has others, for its lists. */
const callers = ({ server }: FaultWorld) => [
  ...new Set(
    server.seen
      .filter(({ message }) => message?.method === 'tools/call')
      .map(({ headers }) => String(headers['mcp-session-id'])),
  ),
];

async function running(world: FaultWorld, deadlineMs?: number): Promise<StubClient> {
  await world.startApp(deadlineMs);
  const client = await world.client();
  await client.call('get_state');
  return client;
}

const ROWS: Row[] = [
  {
    pain: 1,
    done: 'the server is restarted between two calls',
    sees: 'the next read and the next call are answered',
    async run(world) {
      const client = await running(world);
      await world.restartServer();
      expect((await read(client)).result.contents).toHaveLength(1);
      expect(await said(client.call('get_state'))).toBe('get_state');
      expect(await said(client.call('start_trading_cycle'))).toBe('start_trading_cycle');
      expect(world.ran('start_trading_cycle')).toBe(1);
      stillThere(client);
    },
  },
  {
    pain: 1,
    done: 'the session expires while a read and a start wait',
    sees: 'the read is answered, the start is an unknown outcome and is not sent again',
    async run(world) {
      const client = await running(world);
      const { server } = world;
      const lost = new Set(['get_state', 'start_trading_cycle']);
      server.on = (message, response) => {
        if (!lost.delete(message?.params?.name as string)) return false;
        server.sessions.clear();
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Session not found"}');
        return true;
      };
      expect(await said(client.call('get_state'))).toBe('get_state');
      expect(await said(client.call('start_trading_cycle'))).toMatch(UNKNOWN);
      expect(world.ran('start_trading_cycle')).toBe(1);
      expect(await said(client.call('get_state'))).toBe('get_state');
    },
  },
  {
    pain: 1,
    done: 'the server is away for a while and comes back with another list of tools',
    sees: 'errors in words meanwhile, then answers, and list_changed',
    async run(world) {
      const client = await running(world);
      await world.stopServer();
      expect(await said(client.call('get_state'))).toMatch(/cannot be reached|was cut|is down/);
      expect((await read(client)).error?.code).toBe(-32000);
      expect((await client.request('tools/list')).result.tools.length).toBeGreaterThan(5);
      await world.startServer();
      world.server.tools = [
        { name: 'get_state', description: 'other words', inputSchema: { type: 'object' } },
      ];
      expect(await said(client.call('get_state'))).toBe('get_state');
      await client.message((m) => m.method === 'notifications/tools/list_changed');
      stillThere(client);
    },
  },
  {
    pain: 2,
    done: 'Claude starts first, then the server, then the app',
    sees: 'initialize and lists at once, a call in words, and everything once the app is there',
    async run(world) {
      await world.stopServer();
      const client = world.stub();
      expect((await client.initialize()).result.serverInfo).toBeDefined();
      expect((await client.request('tools/list')).result.tools).toEqual([]);
      expect((await client.call('get_state')).result).toMatchObject({ isError: true });
      await world.startServer();
      await world.startApp();
      await client.message((m) => m.method === 'notifications/tools/list_changed');
      expect(await said(client.call('get_state'))).toBe('get_state');
      stillThere(client);
    },
  },
  {
    pain: 2,
    done: 'the app is started again before the server',
    sees: 'the saved lists at once, the reason in each call, and answers once the server is there',
    async run(world) {
      const first = await running(world);
      const { result } = await first.request('tools/list');
      await first.end();
      await world.killApp();
      await world.stopServer();
      await world.startApp();
      const client = await world.client();
      expect((await client.request('tools/list')).result).toEqual(result);
      expect(await said(client.call('start_trading_cycle'))).toContain('was not carried out');
      await world.startServer();
      expect(await said(client.call('start_trading_cycle'))).toBe('start_trading_cycle');
      expect(world.ran('start_trading_cycle')).toBe(1);
    },
  },
  {
    pain: 8,
    done: 'Claude starts four at once, one of them a probe that leaves at once',
    sees: 'four answers, three sessions, and nothing left when it closes them',
    async run(world) {
      await world.startApp();
      const probe = world.stub();
      const probed = probe.request('server/discover');
      const clients = await Promise.all([1, 2, 3].map(() => world.client()));
      expect((await probed).id).toBe(1);
      expect(await probe.end()).toBe(0);
      const texts = clients.map((client, i) => client.text('echo', { text: `copy ${i}` }));
      expect(await Promise.all(texts)).toEqual(['copy 0', 'copy 1', 'copy 2']);
      expect(await Promise.all(clients.map((client) => client.end()))).toEqual([0, 0, 0]);
      expect(callers(world)).toHaveLength(3);
      await until(() => callers(world).every((id) => world.server.deleted.includes(id)));
    },
  },
  {
    pain: 8,
    done: 'one stub is killed in the middle of a call',
    sees: 'its session is closed upstream, the other stub does not notice',
    async run(world) {
      const client = await running(world);
      const other = await world.client();
      await other.call('get_state');
      world.hang('get_state');
      client.raw('{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"get_state"}}\n');
      await until(() => world.held.length === 1);
      client.child.kill('SIGKILL');
      const [session = ''] = callers(world);
      await until(() => world.server.deleted.includes(session));
      expect(callers(world)).toHaveLength(2);
      expect(await said(other.call('echo', { text: 'here' }))).toBe('here');
    },
  },
  {
    pain: 9,
    done: 'the server takes a call and does not answer',
    sees: '"still running" with a handle before the host gives up, everything else meanwhile, then the outcome',
    async run(world) {
      const client = await running(world, 5_000);
      world.hang('start_trading_cycle', 'get_state');
      const start = said(client.call('start_trading_cycle'));
      const slow = said(client.call('get_state'));
      const others = Array.from({ length: 20 }, (_, i) => client.text('echo', { text: `${i}` }));
      expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
      expect(await slow).toMatch(/still running/);
      const words = await start;
      expect(words).toMatch(/still running.*Do not call start_trading_cycle again/s);
      const handle = /"handle":"([^"]+)"/.exec(words)?.[1];
      const held = world.held.find(({ what }) => what === 'start_trading_cycle');
      world.server.on = undefined;
      if (held)
        world.server.reply(held.response, held.message, {
          result: { content: [{ type: 'text', text: 'c-1' }] },
        });
      expect(await said(client.call('companion_continue', { handle }))).toBe('c-1');
      expect(world.ran('start_trading_cycle')).toBe(1);
    },
  },
  {
    pain: 9,
    done: 'the server stops answering anything',
    sees: 'each read ends in an error in time, lists and ping are answered at once',
    async run(world) {
      const client = await running(world, 1_500);
      world.server.on = () => true;
      let ended = false;
      const waiting = read(client).finally(() => (ended = true));
      expect((await client.request('ping')).result).toEqual({});
      expect((await client.request('tools/list')).result.tools.length).toBeGreaterThan(5);
      expect(ended).toBe(false);
      expect((await waiting).error?.message).toMatch(/No answer within/);
      world.server.on = undefined;
      expect((await read(client)).result.contents).toHaveLength(1);
    },
  },
  {
    pain: 10,
    done: "a proxy cuts the server's idle stream",
    sees: 'nothing of it, and the next news all the same',
    async run(world) {
      world.server.offersStream = true;
      const client = await running(world);
      await client.request('resources/subscribe', { uri: URI });
      await until(() => world.server.streams.size > 0);
      for (const stream of world.server.streams) stream.destroy();
      await until(() => world.server.streams.size === 0);
      expect(await said(client.call('get_state'))).toBe('get_state');
      const news = { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: URI } };
      // news has no one to be told to while no stream is open
      const telling = setInterval(() => world.server.push(news), 100);
      await client.message((m) => m.method === 'notifications/resources/updated');
      clearInterval(telling);
      expect(client.messages.filter((m) => m.error)).toEqual([]);
    },
  },
  {
    pain: 10,
    done: 'the stream that carries an answer is cut before the answer',
    sees: 'a read is asked again, a start is an unknown outcome',
    async run(world) {
      const client = await running(world);
      const cuts = new Set(['get_state', 'start_trading_cycle']);
      world.server.on = (message, response) => {
        if (!cuts.delete(message?.params?.name as string)) return false;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': working\n\n');
        setTimeout(() => response.destroy(), 50);
        return true;
      };
      expect(await said(client.call('get_state'))).toBe('get_state');
      expect(await said(client.call('start_trading_cycle'))).toMatch(UNKNOWN);
      expect([world.ran('get_state'), world.ran('start_trading_cycle')]).toEqual([3, 1]);
    },
  },
  {
    pain: 14,
    done: 'the order is placed, and the answer is lost in each way an answer can be lost',
    sees: 'an unknown outcome each time, and exactly one order each time',
    async run(world) {
      const client = await running(world);
      const ways = [
        (response: ServerEnd) => response.destroy(),
        (response: ServerEnd) => response.writeHead(502).end('<h1>Bad Gateway</h1>'),
        (response: ServerEnd) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
        (response: ServerEnd) => {
          response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":"2.0","resu');
          setTimeout(() => response.destroy(), 50);
        },
      ];
      for (const [i, lose] of ways.entries()) {
        world.on(['start_trading_cycle'], lose);
        expect(await said(client.call('start_trading_cycle'))).toMatch(UNKNOWN);
        expect(world.ran('start_trading_cycle')).toBe(i + 1);
      }
      stillThere(client);
    },
  },
  {
    pain: 14,
    done: 'the app dies with an order under way and starts again',
    sees: 'an unknown outcome at once; the new app does not send it again',
    async run(world) {
      const client = await running(world);
      world.hang('start_trading_cycle');
      const start = said(client.call('start_trading_cycle'));
      await until(() => world.held.length === 1);
      await world.killApp();
      expect(await start).toMatch(/outcome of start_trading_cycle is unknown.*Do not call it again/s);
      await world.startApp();
      world.server.on = undefined;
      await until(() => client.stderr.split('attached').length === 3);
      expect(await said(client.call('get_state'))).toBe('get_state');
      expect(world.ran('start_trading_cycle')).toBe(1);
    },
  },
  {
    pain: 14,
    done: 'an impatient client sends the same order twice under one id, then cancels it',
    sees: 'one refusal; the order runs once and to its end',
    async run(world) {
      const client = await running(world);
      let cut = false;
      world.on(['start_trading_cycle'], (response) => response.on('close', () => (cut = true)));
      const line =
        '{"jsonrpc":"2.0","id":"o1","method":"tools/call","params":{"name":"start_trading_cycle"}}\n';
      client.raw(line);
      client.raw(line);
      await client.message((m) => m.error?.message.includes('still in use') === true);
      await until(() => world.ran('start_trading_cycle') === 1);
      client.notify('notifications/cancelled', { requestId: 'o1' });
      await client.request('ping');
      expect([world.ran('start_trading_cycle'), cut]).toEqual([1, false]);
    },
  },
];

type ServerEnd = Parameters<Parameters<FaultWorld['on']>[1]>[0];

describe('what users of other bridges complain about', () => {
  let world: FaultWorld;
  beforeEach(async () => (world = await FaultWorld.make()));
  afterEach(() => world.end());

  it.each(ROWS)('$pain: $done; the client sees $sees', (row) => row.run(world));

  it('has a row for each of the complaints', () => {
    expect([...new Set(ROWS.map(({ pain }) => pain))]).toEqual([1, 2, 8, 9, 10, 14]);
  });
});
