// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import { afterEach, describe, expect, it } from 'vitest';
import type { BridgeReader } from '../../../electron/core/bridge/reader.ts';
import { createReader } from '../../../electron/core/bridge/reader.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { directLink } from '../../fixtures/mcp/direct-link.ts';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';

const META = 'io.modelcontextprotocol/';
const ASKS = { name: 'ask_user', inputSchema: { type: 'object' } };

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function readerOf(server: {
  listen(): Promise<string>;
  close(): Promise<void>;
}): Promise<BridgeReader> {
  open.push(() => server.close());
  const link = directLink(await server.listen());
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const reader = createReader(link, { clock: systemClock, log, version: '1' });
  open.push(async () => {
    await reader.close();
    link.close();
  });
  return reader;
}

const namesOf = (tools: string[]) => tools.map((text) => (JSON.parse(text) as { name: string }).name);

describe('the app’s own client', () => {
  it('of a 2025 server lists with all capabilities, and calls without: there nobody can be asked', async () => {
    const raw = new RawUpstream();
    const capabilities = new Map<string, any>();
    raw.offersStream = true;
    raw.on = (message, response, request) => {
      if (message?.method === 'initialize')
        capabilities.set(`raw-${capabilities.size + 1}`, message.params.capabilities);
      const declared = capabilities.get(String(request.headers['mcp-session-id']));
      if (message?.method !== 'tools/list' || !declared?.elicitation) return false;
      raw.reply(response, message, { result: { tools: [...raw.tools, ASKS] } });
      return true;
    };
    const reader = await readerOf(raw);
    expect(namesOf((await reader.learn()).tools)).toContain('ask_user');
    expect((await reader.tools()).map(({ name }) => name)).not.toContain('ask_user');
    await reader.call('stop_trading', {}, { idempotencyKey: 'k' });
    const call = raw.seen.find(({ message }) => message?.method === 'tools/call');
    expect(capabilities.get(String(call?.headers['mcp-session-id']))).toEqual({});

    await until(() => raw.streams.size === 2);
    for (const [id, method] of [
      [1, 'sampling/createMessage'],
      [2, 'roots/list'],
      [3, 'other'],
      [4, 'ping'],
    ])
      raw.push({ jsonrpc: '2.0', id, method, params: {} });
    const answers = () => raw.seen.filter(({ message }) => message?.method === undefined && message?.id);
    await until(() => answers().length === 8);
    const said = (id: number) => answers().filter(({ message }) => message.id === id)[0]?.message;
    expect(said(1).error).toEqual({ code: -1, message: 'Not available to the app itself' });
    expect(said(2).error.code).toBe(-1);
    expect(said(3).error.code).toBe(-32601);
    expect(said(4).result).toEqual({});

    // the session for the lists does not stay
    await until(() => raw.deleted.length === 1);
    expect(capabilities.get(raw.deleted[0] ?? '')).toHaveProperty('elicitation');
    expect(namesOf((await reader.learn()).tools)).toContain('ask_user');
  });

  it('lists what its one session sees where the server takes no second one', async () => {
    const raw = new RawUpstream();
    raw.on = (message, response) => {
      if (message?.method !== 'initialize' || raw.sessions.size === 0) return false;
      response.writeHead(503).end();
      return true;
    };
    const reader = await readerOf(raw);
    expect(namesOf((await reader.learn()).tools)).toContain('echo');
  });

  it('speaks to a server of both eras as one of 2026-07-28, and declares capabilities for lists alone', async () => {
    const server = new ModernRaw();
    server.legacy = true;
    server.on = (message, response) => {
      const declared = message?.params?._meta?.[`${META}clientCapabilities`];
      if (message?.method !== 'tools/list' || !declared?.elicitation) return false;
      server.result(
        response,
        message.id,
        JSON.stringify({ tools: [...server.tools, ASKS], resultType: 'complete' }),
      );
      return true;
    };
    const reader = await readerOf(server);
    const { facts, tools } = await reader.learn();
    expect(facts.era).toBe('modern');
    expect(namesOf(tools)).toContain('ask_user');
    await reader.call('start_trading_cycle', {}, { idempotencyKey: 'k' });
    const posts = server.raw.seen.filter(({ method }) => method === 'POST');
    expect(posts[0]?.message.method).toBe('server/discover');
    for (const { headers, message } of posts) {
      expect(headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': message.method });
      expect(message.params._meta).toHaveProperty([`${META}clientInfo`]);
    }
    const call = posts.find(({ message }) => message.method === 'tools/call');
    expect(call?.message.params._meta[`${META}clientCapabilities`]).toEqual({});
  });
});
