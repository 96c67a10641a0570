// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';
import type { StubClient } from '../../fixtures/mcp/stub-client.ts';

const URI = 'catalyst://positions/live';
const TTL_URI = 'catalyst://news/latest';

describe('identical reads at the same time', () => {
  let up: RawUpstream;
  let rig: Rig;
  let held: { response: ServerResponse; message: any }[] = [];
  let aborted = 0;

  /** Holds every read back until it is let go. */
  const hold = () => {
    up.on = (message, response) => {
      if (message?.method !== 'resources/read') return false;
      response.on('close', () => (aborted += response.writableEnded ? 0 : 1));
      held.push({ response, message });
      return true;
    };
  };
  const letGo = (text: string, at = held.length - 1) => {
    const one = held[at];
    up.reply(one.response, one.message, { result: { contents: [{ uri: URI, text }] } });
  };
  const read = (client: StubClient, extra: object = {}) =>
    client.request('resources/read', { uri: URI, ...extra });
  /** Its answer is of no interest. */
  const ask = (client: StubClient, extra: object = {}) => void read(client, extra).catch(() => {});
  const textOf = async (answer: Promise<any>) => (await answer).result.contents[0].text as string;
  /** Everything that the client said before has arrived at the bridge. */
  const arrived = (client: StubClient) => client.request('ping');

  beforeEach(async () => {
    held = [];
    aborted = 0;
    up = new RawUpstream();
    rig = await Rig.start(await up.listen(), { ttlMs: (_profile, uri) => (uri === TTL_URI ? 60_000 : 0) });
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('go out once, and each client is answered under its own id', async () => {
    const [a, b, c] = [await rig.client(), await rig.client('cursor'), await rig.client()];
    hold();
    const first = read(a);
    await until(() => held.length === 1);
    const others = [read(b), read(c), read(c)];
    for (const client of [a, b, c]) await arrived(client);
    letGo('7 positions');
    expect(await Promise.all([first, ...others].map(textOf))).toEqual(Array(4).fill('7 positions'));
    expect(up.count('resources/read')).toBe(1);
    expect(rig.activity.filter((entry) => entry.kind === 'resource')).toHaveLength(4);
  });

  it('do not go together where they differ, where progress is wanted, or where they are calls', async () => {
    const [a, b] = [await rig.client(), await rig.client()];
    hold();
    ask(a);
    ask(b, { more: 1 });
    ask(b, { _meta: { progressToken: 1 } });
    ask(a, { _meta: { progressToken: 1 } });
    ask(a, { _meta: { trace: 1 } });
    await until(() => held.length === 5);
    const calls = [a.text('echo', { text: 'x' }), b.text('echo', { text: 'x' })];
    expect(await Promise.all(calls)).toEqual(['x', 'x']);
    expect(up.count('tools/call', 'echo')).toBe(2);
  });

  it('never give a client an older state than it knows of', async () => {
    const [a, b] = [await rig.client(), await rig.client()];
    hold();
    const old = read(a);
    await until(() => held.length === 1);
    // b starts something, and reads when that is done: what a asked for before cannot answer it
    await b.call('start_trading_cycle');
    const fresh = read(b);
    await until(() => held.length === 2);
    letGo('after', 1);
    letGo('before', 0);
    expect(await textOf(fresh)).toBe('after');
    expect(await textOf(old)).toBe('before');
  });

  it('are not joined by a client that was told something since', async () => {
    const [a, b] = [await rig.client(), await rig.client()];
    hold();
    const old = read(a);
    await until(() => held.length === 1);
    await b.call('get_state');
    ask(b);
    await until(() => held.length === 2);
    letGo('x', 0);
    await old;
  });

  it('are given up by one client without the others losing them; the last one ends the request', async () => {
    const [a, b, c] = [await rig.client(), await rig.client(), await rig.client()];
    hold();
    a.raw(`{"jsonrpc":"2.0","id":"r","method":"resources/read","params":{"uri":"${URI}"}}\n`);
    await until(() => held.length === 1);
    b.raw(`{"jsonrpc":"2.0","id":"r","method":"resources/read","params":{"uri":"${URI}"}}\n`);
    const third = read(c);
    await Promise.all([arrived(b), arrived(c)]);
    // the one whose request it is
    a.notify('notifications/cancelled', { requestId: 'r' });
    await arrived(a);
    b.notify('notifications/cancelled', { requestId: 'r' });
    await arrived(b);
    expect(up.count('notifications/cancelled')).toBe(0);
    letGo('still here');
    expect(await textOf(third)).toBe('still here');
    expect(up.count('resources/read')).toBe(1);
    expect([a, b].some((client) => client.messages.some((m) => m.id === 'r'))).toBe(false);

    c.raw(`{"jsonrpc":"2.0","id":"r","method":"resources/read","params":{"uri":"${URI}"}}\n`);
    await until(() => held.length === 2);
    c.notify('notifications/cancelled', { requestId: 'r' });
    await until(() => aborted === 1 && up.count('notifications/cancelled') === 1);
  });

  it('outlive the client that began them', async () => {
    const [a, b] = [await rig.client(), await rig.client()];
    hold();
    ask(a);
    await until(() => held.length === 1);
    const second = read(b);
    await arrived(b);
    await a.end();
    await until(() => up.deleted.length > 0 || held.length > 1);
    // the server ends what ran in the session that is gone
    held[0]?.response.destroy();
    await until(() => held.length === 2);
    letGo('asked again');
    expect(await textOf(second)).toBe('asked again');
  });

  it('keep subscriptions and their news apart', async () => {
    up.offersStream = true;
    const [a, b] = [await rig.client(), await rig.client()];
    await Promise.all([a, b].map((client) => client.request('resources/subscribe', { uri: URI })));
    expect(up.count('resources/subscribe')).toBe(2);
    await until(() => up.streams.size >= 2);
    up.push({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: URI } });
    for (const client of [a, b]) await client.message((m) => m.method === 'notifications/resources/updated');
  });

  it('are answered from what was kept only where the user allowed an age, and say how old it is', async () => {
    const [a, b] = [await rig.client(), await rig.client('cursor')];
    const get = (client: StubClient, uri: string) => client.request('resources/read', { uri });
    const first = await get(a, TTL_URI);
    expect(first.result._meta).toBeUndefined();
    const second = await get(b, TTL_URI);
    expect(second.result).toEqual({ _meta: { 'companion/ageMs': expect.any(Number) }, ...first.result });
    expect(up.count('resources/read')).toBe(1);
    await get(a, URI);
    await get(a, URI);
    expect(up.count('resources/read')).toBe(3);
    // what changes something makes every kept answer old
    await b.call('stop_trading');
    expect((await get(a, TTL_URI)).result._meta).toBeUndefined();
    expect(up.count('resources/read')).toBe(4);
  });
});

describe('a back end that answers no reads', () => {
  let up: RawUpstream;
  let other: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    [up, other] = [new RawUpstream(), new RawUpstream()];
    rig = await Rig.start(await up.listen());
    await other.listen();
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
    await other.close();
  });
  const read = async (client: StubClient) =>
    (await client.request('resources/read', { uri: URI })).error?.message ?? 'answered';
  const ask = (client: StubClient) => void read(client).catch(() => {});

  it('is not asked by everybody: reads are told so at once, starts and stops go through', async () => {
    const c = await rig.client();
    await c.call('get_state');
    let dead = true;
    up.on = (message, response) => {
      const reads = message?.method === 'resources/read' || message?.params?.name === 'get_state';
      if (!dead || !reads) return false;
      response.destroy();
      return true;
    };
    for (let i = 0; i < 8; i++) {
      const words = await read(c);
      if (words.includes('answers no reads since')) break;
    }
    const asked = up.count('resources/read');
    expect(await read(c)).toMatch(
      /^demo answers no reads since \d\d:\d\d:\d\d: 5 in a row failed, .*asked again in \d s; starts and stops are not held back\.$/,
    );
    const { result } = await c.call('get_state');
    expect(result).toMatchObject({ isError: true });
    expect(result.content[0].text).toContain('answers no reads since');
    expect(up.count('resources/read')).toBe(asked);
    expect(await c.text('start_trading_cycle')).toBe('start_trading_cycle');
    expect(await c.text('stop_trading')).toBe('stop_trading');
    // one is let through after 1 s; when it fails, the pause is longer, when it is answered, all are
    dead = false;
    await until(() => up.count('resources/read') > asked || (ask(c), false));
    expect(await read(c)).toBe('answered');
  });

  it('is asked at once when its link comes back', async () => {
    const c = await rig.client();
    await c.call('get_state');
    up.on = (message, response) => {
      if (message?.method !== 'resources/read') return false;
      response.writeHead(502).end('<h1>Bad Gateway</h1>');
      return true;
    };
    for (let i = 0; i < 5; i++) await read(c);
    expect(await read(c)).toContain('answers no reads since');
    up.on = undefined;
    rig.link.down();
    rig.link.up();
    expect(await read(c)).toBe('answered');
  });
});
