import fs from 'node:fs';
import type http from 'node:http';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { nginxAvailable, nginxMissing, startNginx } from '../../helpers/nginx.ts';
import type { Nginx } from '../../helpers/nginx.ts';
import { freePort } from '../../helpers/sshd.ts';
import { startFaultyLink } from '../../helpers/faulty-link.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { ServerCertificate, TestCa } from '../../helpers/tls.ts';
import { asFastMcp, makeRig, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

const usable = nginxAvailable && opensslAvailable;

describe.skipIf(!usable)(`HTTPS link (${usable ? 'real nginx' : nginxMissing})`, () => {
  let ca: TestCa;
  let droplet: Droplet;
  let nginx: Nginx;
  let good: ServerCertificate;
  const ports = { good: 0, expired: 0, name: 0, self: 0, moved: 0 };
  const ends: (() => unknown)[] = [];
  const key = 'k-5f1c0a';

  beforeAll(async () => {
    ca = makeCa();
    droplet = await startDroplet();
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    good = ca.issue('good');
    const certificates = {
      good,
      expired: ca.issue('expired', { expired: true }),
      name: ca.issue('name', { names: ['other.test'] }),
      self: ca.selfSigned('self'),
      moved: good,
    };
    const server = (name: keyof typeof ports, body: string) => `server {
      listen 127.0.0.1:${ports[name]} ssl;
      ssl_certificate ${certificates[name].cert};
      ssl_certificate_key ${certificates[name].key};
      ${body}
    }`;
    const proxy = `if ($http_x_api_key != "${key}") { return 401; }
      location /mcp { proxy_pass http://127.0.0.1:${droplet.port}; proxy_set_header Host $http_host; }
      location = /health { proxy_pass http://127.0.0.1:${droplet.port}/health; }
      location /svc/news/ { proxy_pass http://127.0.0.1:${droplet.port}/; }`;
    nginx = await startNginx(
      [
        server('good', proxy),
        server('expired', proxy),
        server('name', proxy),
        server('self', proxy),
        server('moved', `location / { return 302 https://127.0.0.1:${ports.good}/mcp; }`),
      ].join('\n'),
      ports.moved,
    );
  });
  afterAll(async () => {
    await nginx?.stop();
    await droplet?.stop();
    ca?.remove();
  });
  afterEach(async () => {
    droplet.mcp = asFastMcp;
    for (const end of ends.splice(0).toReversed()) await end();
  });

  type Https = Extract<LinkConfig, { kind: 'https' }>;
  const https = (port: number, change: Partial<Https> = {}): LinkConfig => ({
    kind: 'https',
    url: `https://127.0.0.1:${port}`,
    apiKeyHeader: 'X-API-Key',
    caFile: ca.caFile,
    ...change,
  });
  const rigOf = (link: LinkConfig, options: Partial<RigOptions> = {}) => {
    const rig = makeRig({
      links: [link],
      secrets: { 'api-key': key },
      services: [{ name: 'news', url: 'http://127.0.0.1:5008' }],
      ...options,
    });
    ends.push(rig.dispose);
    rig.link.connect();
    return rig;
  };

  it('is live with the right key and CA, reaches services, and adds /mcp to a bare origin', async () => {
    const rig = rigOf(https(ports.good));
    await rig.until('live');
    const { transport } = rig.link;
    expect(transport?.route({ to: 'mcp' })?.url.href).toBe(`https://127.0.0.1:${ports.good}/mcp`);
    for (const [name, text] of [
      ['orchestration', 'https://127.0.0.1:PORT/health'],
      ['news', 'https://127.0.0.1:PORT/svc/news/health'],
    ]) {
      const route = transport?.route({ to: 'service', name, path: '/health' });
      if (!route) throw new Error('no route');
      expect(route.url.href).toBe(text.replace('PORT', String(ports.good)));
      expect((await exchange(route, { timeoutMs: 2_000 })).body.toString()).toContain('healthy');
    }
    expect(transport?.route({ to: 'service', name: 'nobody', path: '/health' })).toBeUndefined();
  });

  it('sends nothing of a stored key that no header can carry, and stays up', async () => {
    const before = nginx.log().length;
    const rig = rigOf(https(ports.good), { secrets: { 'api-key': 'two\nlines' } });
    expect(await rig.until('blocked')).toMatchObject({
      reason: 'config',
      error: { code: 'SECRET_UNREADABLE', message: expect.stringContaining('line break') },
    });
    expect(nginx.log().length).toBe(before);
  });

  it('asks for the API key where none is stored, and connects nowhere', async () => {
    const before = nginx.log().length;
    const rig = rigOf(https(ports.good), { secrets: {} });
    expect(await rig.until('blocked')).toMatchObject({
      reason: 'config',
      error: { code: 'LINK_API_KEY_MISSING' },
    });
    expect(nginx.log().length).toBe(before);
    rig.secrets['api-key'] = key;
    rig.link.retry();
    await rig.until('live');
  });

  it('stops at a refused API key, which appears in no message', async () => {
    const rig = rigOf(https(ports.good), { secrets: { 'api-key': 'wrong-key-7' } });
    const blocked = await rig.until('blocked');
    expect(blocked).toMatchObject({ reason: 'auth-refused', error: { code: 'LINK_API_KEY_REFUSED' } });
    expect(JSON.stringify(rig.states)).not.toContain('wrong-key-7');
  });

  it.each([
    ['expired', 'LINK_TLS_EXPIRED'],
    ['name', 'LINK_TLS_NAME'],
    ['self', 'LINK_TLS_UNTRUSTED'],
  ] as const)('blocks a certificate with the fault "%s" before the key is sent', async (fault, code) => {
    const before = droplet.requests.length;
    const rig = rigOf(https(ports[fault]));
    expect(await rig.until('blocked')).toMatchObject({ reason: 'certificate', error: { code } });
    expect(droplet.requests.length).toBe(before);
  });

  it('does not trust the test CA unless it is given', async () => {
    const { caFile: _none, ...link } = https(ports.good) as Https;
    expect((await rigOf(link).until('blocked')).error.code).toBe('LINK_TLS_UNTRUSTED');
  });

  it('accepts exactly the pinned certificate', async () => {
    const { caFile: _none, ...link } = https(ports.good, { pinSha256: good.sha256 }) as Https;
    await rigOf(link).until('live');
    const before = droplet.requests.length;
    const other = await rigOf({ ...link, url: `https://127.0.0.1:${ports.self}` }).until('blocked');
    expect(other).toMatchObject({ reason: 'certificate', error: { code: 'LINK_TLS_PIN' } });
    expect(droplet.requests.length).toBe(before);
  });

  it('goes to no other origin, and follows the trailing slash on its own without a downgrade', async () => {
    const before = droplet.requests.length;
    const refused = await rigOf(https(ports.moved)).until('blocked');
    expect(refused).toMatchObject({ reason: 'config', error: { code: 'LINK_REDIRECT_REFUSED' } });
    expect(droplet.requests.length).toBe(before);

    // as uvicorn behind a proxy without forwarded headers: it names http
    droplet.mcp = (request, response) => {
      if (request.url === '/mcp/') asFastMcp(request, response);
      else response.writeHead(307, { location: `http://127.0.0.1:${ports.good}/mcp/` }).end();
    };
    const rig = rigOf(https(ports.good));
    await rig.until('live');
    expect(rig.link.transport?.route({ to: 'mcp' })?.url.href).toBe(`https://127.0.0.1:${ports.good}/mcp/`);
  });

  it('refuses an unreadable CA file and a host in disguise', async () => {
    const file = path.join(ca.dir, 'empty.pem');
    fs.writeFileSync(file, 'no certificate');
    expect((await rigOf(https(ports.good, { caFile: file })).until('blocked')).error.code).toBe(
      'LINK_CA_UNREADABLE',
    );
    fs.writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const broken = await rigOf(https(ports.good, { caFile: file })).until('blocked');
    expect(broken.error).toMatchObject({
      code: 'LINK_CA_UNREADABLE',
      message: expect.stringContaining('certificate 1 is broken'),
    });
    const odd = https(ports.good, { url: `https://0x7f.1:${ports.good}/mcp` });
    expect((await rigOf(odd).until('blocked')).error.code).toBe('PROFILE_INVALID');
  });

  it('retries where nothing listens or nothing speaks TLS', async () => {
    const closed = await rigOf(https(await freePort())).until('reconnecting');
    expect(closed.lastError.code).toBe('LINK_PORT_CLOSED');
    const plain = await rigOf(https(droplet.port)).until('reconnecting');
    expect(plain.lastError.code).toBe('LINK_UNREACHABLE');
  });

  it('leaves live when the network swallows everything, and comes back', async () => {
    const proxy = await startFaultyLink({ port: ports.good });
    ends.push(proxy.stop);
    const rig = rigOf(https(proxy.port), { timing: { probeMs: 300, connectMs: 300 } });
    await rig.until('live');
    proxy.blackhole();
    await rig.until('reconnecting');
    expect(rig.link.transport).toBeUndefined();
    await proxy.heal();
    await rig.until('live');
  });

  it('tells a dead MCP endpoint from a dead link', async () => {
    const rig = rigOf(https(ports.good), { timing: { probeMs: 300 } });
    await rig.until('live');
    droplet.mcp = () => {};
    const degraded = await rig.until('degraded');
    expect(degraded).toMatchObject({ reason: 'mcp', error: { code: 'MCP_TIMEOUT' } });
    expect(rig.link.transport).toBeDefined();
    droplet.mcp = asFastMcp;
    await rig.until('live');
  });
});

describe('direct link and the chain', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('uses the first link that works', async () => {
    const closed = await freePort();
    const droplet = await startDroplet();
    ends.push(droplet.stop);
    const rig = makeRig({
      links: [
        { kind: 'kubernetes', context: 'c', namespace: 'n', service: 's', port: 80 },
        { kind: 'direct', url: `http://127.0.0.1:${closed}/mcp` },
        { kind: 'direct', url: droplet.mcpUrl },
      ],
      services: [{ name: 'news', url: `http://127.0.0.1:${closed}/base/` }],
    });
    ends.push(rig.dispose);
    rig.link.connect();
    const live = await rig.until('live');
    expect(live.via).toEqual({ index: 2, kind: 'direct', label: `direct 127.0.0.1:${droplet.port}/mcp` });
    const route = rig.link.transport?.route({ to: 'service', name: 'news', path: '/health?deep=1' });
    expect(route?.url.href).toBe(`http://127.0.0.1:${closed}/base/health?deep=1`);
    rig.link.disconnect();
    expect(rig.link.state).toEqual({ state: 'off' });
    expect(rig.link.transport).toBeUndefined();
    expect(await rig.link.whenOpen(60_000)).toBeUndefined();
  });

  it('says that Kubernetes is not available yet', async () => {
    const rig = makeRig({
      links: [{ kind: 'kubernetes', context: 'c', namespace: 'n', service: 's', port: 80 }],
    });
    ends.push(rig.dispose);
    rig.link.connect();
    expect(await rig.link.settled(5_000)).toMatchObject({
      state: 'blocked',
      reason: 'config',
      error: { code: 'LINK_KIND_UNSUPPORTED' },
    });
  });

  it('keeps answers of services apart from MCP and leaves nothing running after dispose', async () => {
    const droplet = await startDroplet();
    ends.push(droplet.stop);
    const rig = makeRig({ links: [{ kind: 'direct', url: droplet.mcpUrl }] });
    ends.push(rig.dispose);
    rig.link.connect();
    await rig.until('live');
    droplet.mcp = (_request: http.IncomingMessage, response: http.ServerResponse) =>
      response.writeHead(502).end();
    const degraded = await rig.until('degraded');
    rig.link.proof();
    expect(rig.link.state).toMatchObject({ state: 'degraded', reason: 'mcp', since: degraded.since });
    rig.link.dispose();
    const asked = droplet.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(droplet.requests.length).toBe(asked);
  });
});
