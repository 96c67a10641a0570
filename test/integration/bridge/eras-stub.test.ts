// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import { afterEach, describe, expect, it } from 'vitest';
import { LegacySseServer } from '../../fixtures/mcp/legacy-sse-server.ts';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { ModernSdkServer } from '../../fixtures/mcp/modern-sdk.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function rigFor(server: { listen(): Promise<string>; close(): Promise<void> }): Promise<Rig> {
  open.push(() => server.close());
  const rig = await Rig.start(await server.listen());
  open.push(() => rig.stop());
  await rig.bridge.refresh('demo');
  const { catalogue } = rig.bridge;
  const tools = catalogue.view('demo').tools.map(({ name, hash }) => ({ name, hash }));
  await catalogue.approve('demo', tools);
  return rig;
}

/** Answers what the server asks of a client, once. */
async function answered(c: Awaited<ReturnType<Rig['client']>>, method: string, result: object): Promise<any> {
  const asked = await c.message((message) => message.method === method);
  c.raw(`${JSON.stringify({ jsonrpc: '2.0', id: asked.id, result })}\n`);
  return asked;
}

describe('Claude as it is (2025-11-25) through stub and bridge', () => {
  it('uses a server of 2026-07-28 (SDK 2.4) without noticing', async () => {
    const server = new ModernSdkServer('reject');
    const rig = await rigFor(server);
    const c = await rig.client('cursor', { elicitation: {} });
    const list = await c.request('tools/list');
    expect(list.result.tools.map(({ name }: any) => name)).toEqual(
      expect.arrayContaining(['echo', 'get_region', 'get_answer', 'companion_status']),
    );
    expect(await c.text('echo', { text: 'ünï "x"' })).toBe('ünï "x"');
    // SDK 2.4 refuses the call where the header is missing
    expect(await c.text('get_region', { region: 'ü', n: 3 })).toBe('{"region":"ü","n":3}');

    const answer = c.call('get_answer');
    const asked = await answered(c, 'elicitation/create', { action: 'accept', content: { n: 3 } });
    expect(asked.params.message).toBe('How many?');
    expect(JSON.parse((await answer).result.content[0].text)).toMatchObject({
      howmany: { action: 'accept', content: { n: 3 } },
    });

    await c.request('logging/setLevel', { level: 'debug' });
    const slow = await c.call('get_slowly', {}, 15_000, { progressToken: 'p' });
    expect(slow.result.content[0].text).toBe('done');
    expect(c.messages.some(({ method }) => method === 'notifications/message')).toBe(true);
    expect(
      c.messages.some(({ method, params }) => method === 'notifications/progress' && params.progress === 1),
    ).toBe(true);

    expect((await c.request('resources/subscribe', { uri: 'test://one' })).result).toEqual({});
    server.notify.resourceUpdated('test://one');
    await c.message(({ method, params }) => {
      return method === 'notifications/resources/updated' && params.uri === 'test://one';
    });
    expect((await c.request('resources/read', { uri: 'test://one' })).result.contents[0].text).toBe('ünï');
    expect((await c.request('resources/read', { uri: 'test://none' })).error?.code).toBeDefined();
  });

  it('is told of new tools of such a server', async () => {
    const server = new ModernRaw();
    const rig = await rigFor(server);
    const c = await rig.client();
    await until(() => server.listens.length === 2);
    server.tools = [...server.tools, { name: 'stop_it', inputSchema: { type: 'object' } }];
    server.push('notifications/tools/list_changed');
    await c.message(({ method }) => method === 'notifications/tools/list_changed');
    await until(() => rig.bridge.catalogue.view('demo').tools.some(({ name }) => name === 'stop_it'));
  });

  it('starts something there at most once, and the record says what is known', async () => {
    const server = new ModernRaw();
    const rig = await rigFor(server);
    const c = await rig.client();
    expect(await c.text('start_trading_cycle')).toBe('start_trading_cycle');
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begun\n\n');
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    expect(await c.text('start_trading_cycle')).toContain('outcome of start_trading_cycle is unknown');
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      server.error(response, 400, message.id, -32021, 'needs sampling');
      return true;
    };
    expect(await c.text('start_trading_cycle')).toContain('was not carried out');
    expect(server.count('tools/call')).toBe(3);
    await until(() => rig.gate.ends.length === 3);
    expect(rig.gate.ends.map(({ outcome, sent }) => [outcome, sent])).toEqual([
      ['ok', undefined],
      ['unknown', undefined],
      ['error', false],
    ]);
    // a read of the same kind is made once more
    let cuts = 0;
    server.on = (message, response) => {
      if (message?.method !== 'tools/call' || cuts++ > 0) return false;
      response.destroy();
      return true;
    };
    expect(await c.text('echo', { text: 'a' })).toBe('a');
  });

  it('starts something that asks before it acts, without a state: one consent, once a round', async () => {
    const server = new ModernRaw();
    const rig = await rigFor(server);
    const c = await rig.client('claude-ai', { elicitation: {} });
    let isCut = false;
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      if (!message.params.inputResponses) {
        const params = { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } };
        const inputRequests = { sure: { method: 'elicitation/create', params } };
        const result = { resultType: 'input_required', inputRequests };
        server.result(response, message.id, JSON.stringify(result));
        return true;
      }
      if (isCut) response.destroy();
      return isCut;
    };
    const yes = { action: 'accept', content: {} };
    const done = c.text('start_trading_cycle', { n: 1 });
    await answered(c, 'elicitation/create', yes);
    expect(await done).toBe('start_trading_cycle');
    const sent = () => server.raw.seen.filter(({ message }) => message?.method === 'tools/call');
    expect(sent().map(({ message }) => message.params.inputResponses)).toEqual([undefined, { sure: yes }]);
    expect(sent().map(({ message }) => message.params.arguments)).toEqual([{ n: 1 }, { n: 1 }]);
    expect(new Set(sent().map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
    expect(rig.gate.calls).toHaveLength(1);
    await until(() => rig.gate.ends.length === 1);
    expect(rig.gate.ends[0]?.outcome).toBe('ok');

    isCut = true;
    const seen = c.messages.length;
    const unsure = c.text('start_trading_cycle', { n: 2 });
    await until(() => c.messages.slice(seen).some(({ method }) => method === 'elicitation/create'));
    const asked = c.messages.findLast(({ method }) => method === 'elicitation/create');
    c.raw(`${JSON.stringify({ jsonrpc: '2.0', id: asked?.['id'], result: yes })}\n`);
    expect(await unsure).toContain('outcome of start_trading_cycle is unknown');
    expect(sent()).toHaveLength(4);
    await until(() => rig.gate.ends.length === 2);
    expect(rig.gate.ends[1]?.outcome).toBe('unknown');
  });

  it('stops and reads although the server was updated to another revision meanwhile', async () => {
    const server = new ModernRaw();
    server.legacy = true;
    server.tools.push({ name: 'stop_trading', inputSchema: { type: 'object' } });
    server.raw.tools = server.tools;
    const rig = await rigFor(server);
    const c = await rig.client();
    expect(await c.text('stop_trading')).toBe('stop_trading');
    server.legacy = false;
    expect(await c.text('stop_trading')).toBe('stop_trading');
    server.modern = false;
    expect(await c.text('echo', { text: 'a' })).toBe('a');
    await until(() => rig.gate.ends.length === 3);
    expect(rig.gate.ends.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  });

  it('leaving does not cancel what changes something there', async () => {
    const server = new ModernRaw();
    const rig = await rigFor(server);
    const c = await rig.client();
    let closedEarly = false;
    let finish: (() => void) | undefined;
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begun\n\n');
      response.on('close', () => (closedEarly = !response.writableEnded));
      finish = () =>
        response.end(
          `data: {"jsonrpc":"2.0","id":${message.id},"result":{"content":[],"resultType":"complete"}}\n\n`,
        );
      return true;
    };
    c.raw('{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":"start_trading_cycle"}}\n');
    await until(() => finish !== undefined);
    c.notify('notifications/cancelled', { requestId: 's' });
    await c.end();
    expect(closedEarly).toBe(false);
    finish?.();
    await until(() => rig.gate.ends.length === 1);
    expect(rig.gate.ends[0]?.outcome).toBe('ok');
    expect(closedEarly).toBe(false);
  });

  it('uses a server of 2024-11-05 (SDK 1.32), also after that was restarted', async () => {
    const server = new LegacySseServer();
    const rig = await rigFor(server);
    const c = await rig.client('cursor', { roots: {} });
    expect(await c.text('echo', { text: 'ünï' })).toBe('ünï');
    const roots = c.text('get_roots');
    await answered(c, 'roots/list', { roots: [{ uri: 'file:///é' }] });
    expect(await roots).toContain('file:///é');
    server.cut();
    expect(await c.text('echo', { text: 'again' })).toBe('again');
    const forever = c.text('start_forever');
    await until(() => server.calls === 3);
    server.cut();
    expect(await forever).toContain('outcome of start_forever is unknown');
    expect(server.calls).toBe(3);
  });
});
