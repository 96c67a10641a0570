import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { plainAgent } from '../../../electron/core/link/http/plain-agent.ts';
import { openTunnel } from '../../../electron/core/link/http/tunnel.ts';
import { proxyFromEnvironment } from '../../../electron/core/proxy-environment.ts';
import { startConnectProxy } from '../../helpers/connect-proxy.ts';
import type { ConnectProxy } from '../../helpers/connect-proxy.ts';
import { freePort } from '../../helpers/sshd.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { ServerCertificate, TestCa } from '../../helpers/tls.ts';
import { asFastMcp, makeRig } from './harness.ts';
import type { RigOptions } from './harness.ts';

const missing = 'needs the Debian package openssl';

describe.skipIf(!opensslAvailable)(
  `HTTPS through a proxy (${opensslAvailable ? 'openssl' : missing})`,
  () => {
    let ca: TestCa;
    let pair: ServerCertificate;
    let server: https.Server;
    let serverPort = 0;
    let proxy: ConnectProxy;
    const served: { url: string | undefined; headers: http.IncomingHttpHeaders }[] = [];
    const ends: (() => unknown)[] = [];
    const read = (file: string) => fs.readFileSync(file, 'latin1');

    beforeAll(async () => {
      ca = makeCa();
      pair = ca.issue('far', { names: ['droplet.test'] });
      server = https.createServer({ cert: read(pair.cert), key: read(pair.key) }, (request, response) => {
        served.push({ url: request.url, headers: request.headers });
        if (request.url === '/hang') response.flushHeaders();
        else asFastMcp(request, response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      serverPort = (server.address() as net.AddressInfo).port;
    });
    afterAll(() => {
      server?.closeAllConnections();
      server?.close();
      ca?.remove();
    });
    afterEach(async () => {
      served.length = 0;
      for (const end of ends.splice(0).toReversed()) await end();
    });

    const started = async (tls?: { cert: string; key: string }) => {
      proxy = await startConnectProxy({ to: serverPort, ...(tls ? { tls } : {}) });
      ends.push(proxy.stop);
      return proxy;
    };
    const link = (change: object = {}): LinkConfig => ({
      kind: 'https',
      url: 'https://droplet.test/mcp',
      apiKeyHeader: 'X-API-Key',
      caFile: ca.caFile,
      ...change,
    });
    const rigOf = (config: LinkConfig, options: Partial<RigOptions> = {}) => {
      const rig = makeRig({
        links: [config],
        secrets: { 'api-key': 'k-8d11' },
        proxyFor: () => Promise.resolve(proxy.url),
        ...options,
      });
      ends.push(rig.dispose);
      rig.link.connect();
      return rig;
    };

    it('speaks TLS with the droplet itself inside the tunnel: the proxy resolves the name and sees no key', async () => {
      await started();
      await rigOf(link()).until('live');
      expect(proxy.asked[0]).toBe('droplet.test:443');
      expect(served[0]?.headers).toMatchObject({ host: 'droplet.test', 'x-api-key': 'k-8d11' });
      expect(served[0]?.headers).not.toHaveProperty('proxy-authorization');
      expect(proxy.credentials[0]).toBeUndefined();
    });

    it('sends the credentials of the proxy URL to the proxy alone, and shows them nowhere', async () => {
      await started();
      const url = new URL(proxy.url);
      url.username = 'jo';
      url.password = 'p@ss:wörd';
      const rig = rigOf(link(), { proxyFor: () => Promise.resolve(url) });
      await rig.until('live');
      const [sent = ''] = proxy.credentials;
      expect(Buffer.from(sent?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('jo:p@ss:wörd');
      proxy.mood = 407;
      proxy.cut();
      const blocked = await rig.until('blocked');
      expect(blocked).toMatchObject({ reason: 'config', error: { code: 'LINK_PROXY_REFUSED' } });
      expect(blocked.error.message).toContain(`127.0.0.1:${proxy.port}`);
      expect(JSON.stringify(rig.states)).not.toMatch(/p@ss|p%40ss|jo:|Basic/);
    });

    it('keeps name, CA and pin of the droplet in force inside the tunnel', async () => {
      await started();
      const { caFile: _none, ...bare } = link() as Extract<LinkConfig, { kind: 'https' }>;
      expect((await rigOf(link({ url: 'https://other.test/mcp' })).until('blocked')).error.code).toBe(
        'LINK_TLS_NAME',
      );
      expect((await rigOf(bare).until('blocked')).error.code).toBe('LINK_TLS_UNTRUSTED');
      const wrongPin = await rigOf(link({ pinSha256: 'ab'.repeat(32) })).until('blocked');
      expect(wrongPin).toMatchObject({ reason: 'certificate', error: { code: 'LINK_TLS_PIN' } });
      expect(served).toEqual([]);
      await rigOf({ ...bare, pinSha256: pair.sha256 }).until('live');
    });

    it.each([
      [407, 'blocked', 'LINK_PROXY_REFUSED', 'user name and password'],
      [403, 'blocked', 'LINK_PROXY_REFUSED', 'does not allow connections to droplet.test:443'],
      [502, 'reconnecting', 'LINK_PROXY_FAILED', 'cannot reach droplet.test:443'],
      [405, 'reconnecting', 'LINK_PROXY_FAILED', 'HTTP 405'],
      ['silent', 'reconnecting', 'LINK_PROXY_FAILED', 'did not answer in time'],
      ['lie', 'reconnecting', 'LINK_PROXY_FAILED', 'is not HTTPS'],
      ['lie-at-once', 'reconnecting', 'LINK_PROXY_FAILED', 'sent bytes'],
      ['hang-up', 'reconnecting', 'LINK_PROXY_FAILED', 'without an answer'],
    ] as const)('a proxy whose answer is %s: %s, %s', async (mood, state, code, words) => {
      await started();
      proxy.mood = mood;
      const rig = rigOf(link(), mood === 'silent' ? { timing: { connectMs: 400 } } : {});
      const reached = await rig.until(state);
      const error = reached.state === 'blocked' ? reached.error : reached.lastError;
      expect(error.code).toBe(code);
      expect(error.message).toContain(words);
      expect(error.message).toContain(`127.0.0.1:${proxy.port}`);
      expect(served).toEqual([]);
    });

    it('names a proxy that is not there, and is live once it is', async () => {
      const port = await freePort();
      let url = new URL(`http://127.0.0.1:${port}`);
      const rig = rigOf(link(), { proxyFor: () => Promise.resolve(url) });
      const waiting = await rig.until('reconnecting');
      expect(waiting.lastError).toMatchObject({
        code: 'LINK_PROXY_FAILED',
        message: `Nothing listens at the proxy 127.0.0.1:${port}.`,
      });
      url = (await started()).url;
      rig.link.retry();
      await rig.until('live');
    });

    it('leaves live when the proxy dies in mid stream, and comes back with it', async () => {
      await started();
      const rig = rigOf(link(), { timing: { connectMs: 300, probeMs: 600 } });
      await rig.until('live');
      const route = rig.link.transport?.route({ to: 'mcp' });
      if (!route) throw new Error('no route');
      const asked = exchange({ ...route, url: new URL('/hang', route.url) }, { timeoutMs: 5_000 });
      asked.catch(() => {});
      await expect.poll(() => served.some(({ url }) => url === '/hang')).toBe(true);
      proxy.mood = 'silent';
      proxy.cut();
      await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
      await rig.until('reconnecting');
      proxy.mood = 'carry';
      rig.link.retry();
      await rig.until('live');
    });

    it('reaches a proxy over TLS only if its own certificate is trusted', async () => {
      await started({ cert: read(pair.cert), key: read(pair.key) });
      const waiting = await rigOf(link()).until('reconnecting');
      expect(waiting.lastError.code).toBe('LINK_PROXY_FAILED');
      expect(proxy.asked).toEqual([]);
    });

    it('says that a SOCKS proxy is not supported, and goes past none', async () => {
      await started();
      const blocked = await rigOf(link(), {
        proxyFor: () => Promise.resolve(new URL('socks5://10.0.0.1:1080')),
      }).until('blocked');
      expect(blocked.error).toMatchObject({ code: 'LINK_PROXY_REFUSED' });
      expect(blocked.error.message).toContain('10.0.0.1:1080');
      expect(blocked.error.message).toContain('SOCKS');
    });

    it('reaches this computer itself past any proxy, as a name and as an address', async () => {
      await started();
      proxy.mood = 407;
      for (const host of ['localhost', '127.0.0.1']) {
        const rig = rigOf(link({ url: `https://${host}:${serverPort}/mcp`, pinSha256: pair.sha256 }));
        await rig.until('live');
      }
      expect(proxy.asked).toEqual([]);
    });

    it('takes the setting of the environment as serve does', async () => {
      await started();
      const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}`, NO_PROXY: 'elsewhere.test' };
      await rigOf(link(), { proxyFor: async (url) => proxyFromEnvironment(url, env) }).until('live');
      expect(proxy.asked[0]).toBe('droplet.test:443');
      const broken = { HTTPS_PROXY: 'http://jo:secret-5@' };
      const blocked = await rigOf(link(), {
        proxyFor: async (url) => proxyFromEnvironment(url, broken),
      }).until('blocked');
      expect(blocked.error.code).toBe('LINK_PROXY_REFUSED');
      expect(JSON.stringify(blocked)).not.toContain('secret-5');
    });

    it('waits no longer for a setting script that never ends than for the connection', async () => {
      await started();
      const rig = rigOf(link(), { proxyFor: () => new Promise(() => {}), timing: { connectMs: 200 } });
      expect((await rig.until('reconnecting')).lastError.code).toBe('LINK_TIMEOUT');
    });

    it('opens no tunnel for a link that was given up', async () => {
      await started();
      const stop = new AbortController();
      stop.abort(new Error('given up'));
      await expect(openTunnel(proxy.url, { host: 'droplet.test', port: 443 }, stop.signal)).rejects.toThrow();
      expect(proxy.asked).toEqual([]);
    });
  },
);

describe('plain HTTP through a proxy', () => {
  it('asks for a tunnel to a host of the LAN, so that the proxy reads nothing', async () => {
    const server = http.createServer((request, response) => response.end(`${request.url} as asked`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const proxy = await startConnectProxy({ to: port });
    const agent = plainAgent({ connectMs: 1_000, proxyFor: () => Promise.resolve(proxy.url) });
    try {
      const url = new URL('http://box.lan:5000/mcp?a=1');
      const answer = await exchange({ url, agent, headers: {} }, { timeoutMs: 2_000 });
      expect(answer.body.toString()).toBe('/mcp?a=1 as asked');
      expect(proxy.asked).toEqual(['box.lan:5000']);
    } finally {
      agent.destroy();
      await proxy.stop();
      server.close();
    }
  });
});
