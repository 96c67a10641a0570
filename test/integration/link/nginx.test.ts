import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { freePort } from '../../helpers/sshd.ts';
import { nginxAvailable, nginxMissing, startNginx } from '../../helpers/nginx.ts';
import type { Nginx } from '../../helpers/nginx.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { TestCa } from '../../helpers/tls.ts';
import { asFastMcp, makeRig, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

const usable = nginxAvailable && opensslAvailable;
const text = randomBytes(60_000).toString('hex');

/** What each server block does beside TLS; UP is the droplet. */
const BLOCKS = {
  good: '',
  early: '',
  old: 'ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;',
  nobody: 'ssl_reject_handshake on;',
  client: 'ssl_verify_client on; ssl_client_certificate CAFILE;',
  closing: 'keepalive_timeout 0;',
  short: 'keepalive_timeout 1s;',
  small: 'client_max_body_size 1k;',
  rate: 'location = /mcp { limit_req zone=few; proxy_pass UP; }',
  down: 'location = /mcp { proxy_pass http://127.0.0.1:1; }',
  away: 'location = /mcp { return 503; }',
  slow: 'location = /mcp { proxy_read_timeout 1s; proxy_pass UP/hang; }',
  denied: 'deny all;',
  basic: 'location = /mcp { auth_basic closed; auth_basic_user_file /dev/null; proxy_pass UP; }',
  slash: 'location = /mcp { return 301 /mcp/; }',
  login: 'location = /mcp { return 302 /login?next=mcp; }',
  page: 'location = /mcp { default_type text/html; return 200 "<html>welcome"; }',
  json: 'location = /mcp { default_type application/json; return 200 "{}"; }',
  buffered: 'proxy_buffering on; gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any;',
} as const;
type Block = keyof typeof BLOCKS;

describe.skipIf(!usable)(`HTTPS link behind a web server (${usable ? 'real nginx' : nginxMissing})`, () => {
  let ca: TestCa;
  let droplet: Droplet;
  let nginx: Nginx;
  const ports = {} as Record<Block, number>;
  const ends: (() => unknown)[] = [];

  const serverText = (name: Block, common: string) => {
    const up = `http://127.0.0.1:${droplet.port}`;
    const own = BLOCKS[name].replaceAll('UP', up).replace('CAFILE', ca.caFile);
    const mcp = own.includes('location = /mcp') ? '' : `location = /mcp { proxy_pass ${up}; }`;
    return `server { listen 127.0.0.1:${ports[name]} ssl http2; ${common} ${own} ${mcp}
      location / { proxy_pass ${up}; proxy_http_version 1.1; } }`;
  };

  beforeAll(async () => {
    ca = makeCa();
    droplet = await startDroplet();
    for (const name of Object.keys(BLOCKS) as Block[]) ports[name] = await freePort();
    const [good, early] = [ca.issue('good'), ca.issue('early', { future: true })];
    const blocks = (Object.keys(BLOCKS) as Block[]).map((name) => {
      const { cert, key } = name === 'early' ? early : good;
      return serverText(name, `ssl_certificate ${cert}; ssl_certificate_key ${key};`);
    });
    const zone = 'limit_req_zone $server_port zone=few:1m rate=1r/m; limit_req_status 429;';
    nginx = await startNginx(`${zone}\n${blocks.join('\n')}`, ports.buffered, { workers: true });
  });
  afterAll(async () => {
    await nginx?.stop();
    await droplet?.stop();
    ca?.remove();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    droplet.mcp = asFastMcp;
  });

  const rigTo = (port: number, options: Partial<RigOptions> = {}, host = '127.0.0.1') => {
    const link: LinkConfig = { kind: 'https', url: `https://${host}:${port}/mcp`, caFile: ca.caFile };
    const rig = makeRig({ links: [link], ...options });
    ends.push(rig.dispose);
    rig.link.connect();
    return rig;
  };
  const routeOf = (rig: ReturnType<typeof rigTo>) => {
    const route = rig.link.transport?.route({ to: 'mcp' });
    if (!route) throw new Error('no route');
    return route;
  };

  it('blocks a certificate of tomorrow and names the clock', async () => {
    const { reason, error } = await rigTo(ports.early).until('blocked');
    expect({ reason, code: error.code }).toEqual({ reason: 'certificate', code: 'LINK_TLS_EXPIRED' });
    expect(error.message).toContain('not valid yet');
    expect(error.next).toContain('clock');
  });

  it.each([
    ['old', 'only TLS older than 1.2', 'ssl_protocols'],
    ['nobody', 'no certificate for the name', 'server_name'],
  ] as const)('retries "%s" and says: %s', async (block, message, next) => {
    const { lastError } = await rigTo(ports[block]).until('reconnecting');
    expect(lastError.code).toBe('LINK_UNREACHABLE');
    expect(lastError.message).toContain(message);
    expect(lastError.next).toContain(next);
  });

  it('says that plain HTTP answers at the port', async () => {
    const { lastError } = await rigTo(droplet.port).until('reconnecting');
    expect(lastError.message).toBe('127.0.0.1 answers on this port, but not with HTTPS.');
  });

  it.each([
    ['client', 'MCP_NOT_MCP', 'refuses the request', 'client certificate'],
    ['down', 'MCP_SERVER_ERROR', 'cannot reach the MCP server behind it (HTTP 502)', 'orchestrator runs'],
    ['away', 'MCP_SERVER_ERROR', 'not available now (HTTP 503)', 'orchestrator'],
    ['slash', 'MCP_NOT_MCP', 'redirects to /mcp/ (HTTP 301)', 'Give the link this URL: https://127.0.0.1:'],
    ['login', 'MCP_NOT_MCP', 'redirects to /login (HTTP 302)', 'login page'],
    ['page', 'MCP_NOT_MCP', 'A web page answers', 'login page'],
    ['json', 'MCP_NOT_MCP', 'does not speak MCP', 'another service'],
  ] as const)('is degraded, not green, behind "%s": %s', async (block, code, message, next) => {
    const { reason, error, lastProof } = await rigTo(ports[block]).until('degraded');
    expect({ reason, code: error.code }).toEqual({ reason: 'mcp', code });
    expect(error.message).toContain(message);
    expect(error.next).toContain(next);
    // the web server answered, so the link itself is proven
    expect(lastProof).not.toBeNull();
  });

  it('is degraded while the server limits how often it is asked', async () => {
    const rig = rigTo(ports.rate);
    const { error } = await rig.until('degraded');
    expect(error).toMatchObject({ code: 'RATE_LIMITED', message: expect.stringContaining('429') });
  });

  it('is degraded when the web server gives up waiting (504)', async () => {
    droplet.server.prependListener('request', hang);
    ends.push(() => droplet.server.off('request', hang));
    const { error } = await rigTo(ports.slow).until('degraded');
    expect(error.message).toContain('did not answer the web server in front of it in time (HTTP 504)');
  });
  const hang = (request: { url?: string }) => {
    if (request.url === '/hang') droplet.mcp = () => {};
  };

  it.each([
    ['denied', 'LINK_FORBIDDEN', 'which addresses the server lets in'],
    ['basic', 'LINK_API_KEY_REFUSED', '--api-key-header'],
  ] as const)('is blocked by "%s" with the next step', async (block, code, next) => {
    const { reason, error } = await rigTo(ports[block]).until('blocked');
    expect({ reason, code: error.code }).toEqual({ reason: 'auth-refused', code });
    expect(error.next).toContain(next);
  });

  it('speaks HTTP/1.1 with a server that offers HTTP/2', async () => {
    await rigTo(ports.good).until('live');
    expect(nginx.log()).toContain('"GET /mcp HTTP/1.1" 400');
    expect(nginx.log()).not.toContain('HTTP/2.0');
  });

  it.each(['closing', 'short'] as const)(
    'stays live where the server closes connections ("%s"), and every request is answered',
    async (block) => {
      const rig = rigTo(ports[block]);
      await rig.until('live');
      for (const pause of [0, 5, 990, 1_000, 1_010, 300]) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        expect((await exchange(routeOf(rig), { timeoutMs: 30_000 })).status).toBe(400);
      }
      expect(new Set(rig.states.map(({ state }) => state))).toEqual(new Set(['connecting', 'live']));
    },
  );

  it('stays live while nginx exchanges its workers under idle connections', async () => {
    const rig = rigTo(ports.good);
    await rig.until('live');
    for (let round = 0; round < 3; round++) {
      expect((await exchange(routeOf(rig), { timeoutMs: 30_000 })).status).toBe(400);
      await nginx.reload();
    }
    const reloaded = Date.now();
    await rig.until('live', ({ lastProof }) => lastProof > reloaded);
    expect(new Set(rig.states.map(({ state }) => state))).toEqual(new Set(['connecting', 'live']));
  });

  it('passes a 413 on as the answer it is, and stays live', async () => {
    const rig = rigTo(ports.small);
    await rig.until('live');
    const body = JSON.stringify({ text });
    expect((await exchange(routeOf(rig), { method: 'POST', body, timeoutMs: 30_000 })).status).toBe(413);
    expect(rig.link.state.state).toBe('live');
  });

  it('reads large answers whole through buffering, chunks and a server that likes to compress', async () => {
    const rig = rigTo(ports.buffered);
    await rig.until('live');
    droplet.mcp = (request, response) => {
      if (request.headers['x-large'] === undefined) return asFastMcp(request, response);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(text.slice(0, 10));
      setTimeout(() => response.end(text.slice(10)), 20);
    };
    const answer = await exchange(routeOf(rig), { headers: { 'x-large': '1' }, timeoutMs: 30_000 });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.body.toString()).toBe(text);
  });

  it('goes away in the middle of an answer without harm', async () => {
    const rig = rigTo(ports.good);
    await rig.until('live');
    const begun = Promise.withResolvers<void>();
    droplet.mcp = (request, response) => {
      if (request.headers['x-large'] === undefined) return asFastMcp(request, response);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text);
      begun.resolve();
    };
    const stop = new AbortController();
    const asked = exchange(routeOf(rig), {
      headers: { 'x-large': '1' },
      timeoutMs: 30_000,
      signal: stop.signal,
    });
    asked.catch(() => {});
    await begun.promise;
    stop.abort();
    await expect(asked).rejects.toThrow();
    expect((await exchange(routeOf(rig), { timeoutMs: 30_000 })).status).toBe(400);
    expect(rig.states.at(-1)?.state).toBe('live');
  });

  it('leaves green within 45 s of a web server that hangs, and comes back (times in twentieths)', async () => {
    const port = await freePort();
    const { cert, key } = ca.issue('frozen');
    const alone = await startNginx(
      `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
        location / { proxy_pass http://127.0.0.1:${droplet.port}; } }`,
      port,
    );
    ends.push(alone.stop);
    const timing = { probeEveryMs: 750, probeMs: 500, connectMs: 500, confirmMs: 150 };
    const rig = rigTo(port, { timing });
    await rig.until('live');
    alone.freeze();
    // ten times what is promised: a machine that is busy as well is late, one that hangs stays green
    await expect.poll(() => rig.link.state.state, { interval: 20, timeout: 45_000 / 2 }).not.toBe('live');
    const { lastError } = await rig.until('reconnecting');
    expect(lastError.code).toBe('LINK_TIMEOUT');
    alone.thaw();
    await rig.until('live');
  });
});
