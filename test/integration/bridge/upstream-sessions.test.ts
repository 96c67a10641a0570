// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/core/clock.ts';
import { LegacySseServer } from '../../fixtures/mcp/legacy-sse-server.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import type { UpstreamClient } from '../../fixtures/mcp/upstream-client.ts';
import { Opened, failure } from '../../fixtures/mcp/upstream-client.ts';

const open = new Opened();
afterEach(() => open.close());
const client = (...args: ConstructorParameters<typeof UpstreamClient>) => open.client(...args);
const textIn = (answer: any) => answer.result.content[0].text as string;

describe('HTTP+SSE of 2024-11-05', () => {
  let server: LegacySseServer;
  let url: string;

  beforeEach(async () => {
    server = new LegacySseServer();
    open.add(server);
    url = await server.listen();
  });

  it('a stream that breaks loses what waits; a new session is made, nothing is sent again', async () => {
    const one = client(url);
    await one.upstream.open();
    const waiting = failure(one.ask('tools/call', { name: 'start_forever' }));
    await until(() => server.calls === 1);
    server.cut();
    expect(await waiting).toMatchObject({ fate: 'lost', error: { code: 'LINK_LOST' } });
    // by itself, for what the server says unasked
    await until(() => server.sessions === 1);
    await until(() => one.restores.length === 2);
    expect(one.restores).toEqual([false, true]);
    expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    expect(server.methods.filter((method) => method === 'tools/call')).toHaveLength(2);
    server.servers.at(-1)?.sendToolListChanged();
    await until(() => one.heard.some(({ method }) => method === 'notifications/tools/list_changed'));
  });

  it('a client that leaves ends its stream', async () => {
    const one = client(url);
    await one.ask('tools/list');
    expect(server.sessions).toBe(1);
    await one.close();
    await until(() => server.sessions === 0);
  });

  it('a session that the server forgot is opened anew', async () => {
    const one = client(url);
    await one.ask('tools/list');
    server.on = (request, response) => {
      if (request.method !== 'POST' || !request.url?.startsWith('/messages')) return false;
      server.on = undefined;
      response.writeHead(404).end('Session not found');
      return true;
    };
    const lost = await failure(one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }));
    expect(lost).toMatchObject({ fate: 'lost', sessionLost: true });
    expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'b' } }))).toBe('b');
    expect(server.calls).toBe(1);
  });

  it('a session ends where the link goes to another address', async () => {
    const other = new LegacySseServer();
    open.add(other);
    const one = client(url);
    await one.ask('tools/list');
    one.link.goTo(await other.listen());
    const answer = await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } });
    expect(textIn(answer)).toBe('a');
    expect([server.calls, other.calls]).toEqual([0, 1]);
    await until(() => server.sessions === 0);
  });

  it.each(['http://127.0.0.1:1/messages', '//evil.test/messages', 'file:///etc/passwd'])(
    'an address to send to elsewhere (%s) is refused',
    async (endpoint) => {
      const posts: string[] = [];
      server.on = (request, response) => {
        if (request.method === 'GET') {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(`event: endpoint\ndata: ${endpoint}\n\n`);
        } else {
          posts.push(request.url ?? '');
          response.writeHead(405).end();
        }
        return true;
      };
      const error = await failure(client(url).ask('tools/list'));
      expect(error).toMatchObject({ fate: 'unsent', error: { code: 'LINK_REDIRECT_REFUSED' } });
      // initialize and discover, both at the address of the profile
      expect(posts).toEqual(['/sse', '/sse']);
    },
  );
});

describe('sessions of the 2025 era', () => {
  let raw: RawUpstream;
  let url: string;

  beforeEach(async () => {
    raw = new RawUpstream();
    open.add(raw);
    raw.offersStream = true;
    url = await raw.listen();
  });

  it('have one GET stream, also after they were lost and opened again', async () => {
    const one = client(url);
    await one.ask('tools/list');
    await until(() => raw.streams.size === 1);
    raw.sessions.clear();
    const lost = await failure(one.ask('tools/list'));
    expect(lost.sessionLost).toBe(true);
    await one.ask('tools/list');
    await until(() => raw.seen.filter(({ method }) => method === 'GET').length === 2);
    await until(() => raw.streams.size === 1);
    await one.close();
    await until(() => raw.streams.size === 0);
    expect(raw.deleted).toEqual(['raw-2']);
  });

  it('end when the client is silent for long, and begin again at its next message', async () => {
    const one = client(url, 'legacy', { idleMs: 150 });
    await one.ask('tools/list');
    await until(() => raw.streams.size === 1);
    await until(() => raw.deleted.length === 1);
    await until(() => raw.streams.size === 0);
    expect(one.upstream.facts).toBeUndefined();
    await one.ask('tools/list');
    expect(raw.count('initialize')).toBe(2);
    expect(one.restores).toEqual([false, true]);
    expect(raw.streams.size).toBeLessThanOrEqual(1);
  });

  it('that were begun for a client that has left meanwhile are ended too', async () => {
    let answer = () => {};
    raw.on = (message, response) => {
      if (message?.method !== 'initialize') return false;
      answer = () => raw.reply(response, message, raw.answer(message));
      return true;
    };
    const one = client(url);
    const opening = failure(one.upstream.open());
    await until(() => raw.count('initialize') === 1);
    let opened = false;
    void opening.finally(() => (opened = true));
    // not after the answer, which has not come, nor after the limit for it
    await one.upstream.close();
    expect(opened).toBe(false);
    answer();
    expect((await opening).fate).toBe('unsent');
    await until(() => raw.deleted.length === 1);
  });

  it('do not end while something is under way or subscribed to', async () => {
    let answer = () => {};
    raw.on = (message, response) => {
      if (message?.params?.name !== 'start_slow') return false;
      answer = () => raw.reply(response, message, { result: { content: [] } });
      return true;
    };
    const one = client(url, 'legacy', { idleMs: 100 });
    await one.ask('tools/list');
    const call = one.ask('tools/call', { name: 'start_slow' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(raw.deleted).toEqual([]);
    answer();
    await call;
    await one.ask('resources/subscribe', { uri: 'test://x' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(raw.deleted).toEqual([]);
    await one.ask('resources/unsubscribe', { uri: 'test://x' });
    await until(() => raw.deleted.length === 1);
  });

  it('a server that forgets every session does not keep a request waiting for ever', async () => {
    raw.on = (message, response) => {
      if (message?.method !== 'logging/setLevel') return false;
      response.writeHead(404).end();
      return true;
    };
    // what takes seconds takes hundredths
    const after = (ms: number, run: () => void) => systemClock.after(ms / 100, run);
    const one: UpstreamClient = client(url, 'legacy', {
      clock: { ...systemClock, after },
      restore: async () => {
        for (let tries = 0; tries < 2; tries++) {
          const id = one.upstream.newId();
          const body = `{"jsonrpc":"2.0","id":${id},"method":"logging/setLevel","params":{"level":"info"}}`;
          await one.upstream.request(id, body, { timeoutMs: 1000 }).catch(() => {});
        }
      },
    });
    expect((await one.ask('tools/list')).result.tools).toHaveLength(7);
  });
});
