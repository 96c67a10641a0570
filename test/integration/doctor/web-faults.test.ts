import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { catalystDroplet } from '../../helpers/catalyst-droplet.ts';
import { freePort } from '../../helpers/sshd.ts';
import { nginxAvailable, nginxMissing, startNginx } from '../../helpers/nginx.ts';
import type { Nginx } from '../../helpers/nginx.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { TestCa } from '../../helpers/tls.ts';
import { examine, named } from './examine.ts';
import type { Patient } from './examine.ts';

const PYTHON = process.env.COMPANION_TEST_PYTHON ?? '/opt/companion-test/bin/python3';
const usable = nginxAvailable && opensslAvailable && catalystDroplet.available;
const missing = nginxAvailable ? catalystDroplet.reason : nginxMissing;

/** A real FastMCP whose host guard is on; resolves when it answers. */
async function startFastMcp(): Promise<{ child: ChildProcess; port: number }> {
  const file = path.resolve(import.meta.dirname, '../../fixtures/mcp/fastmcp_server.py');
  const env = { ...process.env, FASTMCP_HTTP_HOST_ORIGIN_PROTECTION: 'true' };
  const child = spawn(PYTHON, [file], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout?.once('data', (data: Buffer) => resolve(Number(data.toString().trim()))),
  );
  for (let tries = 0; tries < 300; tries++) {
    if (await fetch(`http://127.0.0.1:${port}/mcp`).catch(() => undefined)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, port };
}

/** What each server does beside TLS; UP is FastMCP, HANG never answers. */
const BLOCKS = {
  good: '',
  expired: '',
  othername: '',
  selfsigned: '',
  soon: '',
  key: 'if ($http_x_api_key != "right") { return 401; }',
  forbidden: 'location = /mcp { deny all; }',
  down: 'location = /mcp { proxy_pass http://127.0.0.1:1; }',
  away: 'location = /mcp { return 503; }',
  slow: 'location = /mcp { proxy_read_timeout 1s; proxy_pass HANG; }',
  rate: 'location = /mcp { limit_req zone=few; proxy_pass UP; }',
  tiny: 'client_max_body_size 20;',
  small: 'client_max_body_size 1m;',
  page: 'location = /mcp { default_type text/html; return 200 "<html>welcome"; }',
  login: 'location = /mcp { return 302 /login?next=mcp; }',
  elsewhere: 'location = /mcp { return 307 https://example.invalid/mcp; }',
  nowhere: 'location = /mcp { return 404; }',
  accept: 'location = /mcp { proxy_set_header Accept application/json; proxy_pass UP; }',
  guard: 'location = /mcp { proxy_set_header Host trading.example; proxy_pass UP; }',
  hostword: 'location = /mcp { default_type text/plain; return 403 "Invalid Host header"; }',
  mute: 'location = /mcp { proxy_pass HANG; }',
  circle: 'location = /mcp { return 307 /mcp/; } location = /mcp/ { return 307 /mcp; }',
  json: 'location = /mcp { default_type application/json; return 200 "{}"; }',
} as const;
type Block = keyof typeof BLOCKS;
const NAMES = Object.keys(BLOCKS) as Block[];

describe.skipIf(!usable)(
  `doctor on faults of the web (${usable ? 'real nginx and FastMCP' : missing})`,
  () => {
    let ca: TestCa;
    let fast: Awaited<ReturnType<typeof startFastMcp>>;
    let hang: http.Server;
    let nginx: Nginx;
    const ports = {} as Record<Block, number>;

    beforeAll(async () => {
      ca = makeCa();
      hang = http.createServer(() => undefined);
      const listening = new Promise<void>((resolve) => hang.listen(0, '127.0.0.1', resolve));
      [fast] = await Promise.all([startFastMcp(), listening]);
      const up = `http://127.0.0.1:${fast.port}`;
      const never = `http://127.0.0.1:${(hang.address() as AddressInfo).port}`;
      for (const name of NAMES) ports[name] = await freePort();
      const good = ca.issue('good');
      const own: Partial<Record<Block, { cert: string; key: string }>> = {
        expired: ca.issue('expired', { expired: true }),
        othername: ca.issue('othername', { names: ['other.example'] }),
        selfsigned: ca.selfSigned('selfsigned'),
        soon: ca.issue('soon', { days: 5 }),
        good: ca.issue('long', { days: 200 }),
      };
      const long = own.good ?? good;
      const blocks = NAMES.map((name) => {
        const { cert, key } = own[name] ?? long;
        const text = BLOCKS[name].replaceAll('UP', up).replaceAll('HANG', never);
        return `server { listen 127.0.0.1:${ports[name]} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
          proxy_set_header Host $http_host; ${text} location / { proxy_pass ${up}; proxy_buffering off; } }`;
      });
      const zone =
        'client_max_body_size 10m; limit_req_zone $server_port zone=few:1m rate=1r/m; limit_req_status 429;';
      nginx = await startNginx(`${zone}\n${blocks.join('\n')}`, ports.json);
    });
    afterAll(async () => {
      await nginx?.stop();
      hang?.closeAllConnections();
      hang?.close();
      const gone = new Promise((resolve) => fast?.child.once('exit', resolve));
      fast?.child.kill('SIGKILL');
      if (fast) await gone;
      ca?.remove();
    });

    const look = (block: Block, link: Partial<LinkConfig> = {}, patient: Partial<Patient> = {}) => {
      const url = `https://127.0.0.1:${ports[block]}/mcp`;
      const config = { kind: 'https', url, caFile: ca.caFile, ...link } as LinkConfig;
      return examine({ links: [config], ...patient });
    };

    it('finds nothing on a FastMCP behind a good nginx', async () => {
      const run = await look('good');
      expect(run.checks.filter(({ state }) => state === 'failed' || state === 'warning')).toEqual([]);
      expect(run.of('mcp.discover')?.seen).toContain('2026-07-28');
      expect(run.of('mcp.accept')?.seen).toContain('406');
      expect(run.of('session.unknown')).toMatchObject({ state: 'ok' });
      expect(run.of('tls.certificate')?.seen).toMatch(/by Test-CA, valid until .* \(1\d\d days\)/);
    });

    it.each([
      ['expired', 'tls', 'tls.certificate', 'has expired', 'sudo certbot renew'],
      ['othername', 'tls', 'tls.certificate', 'other.example', 'openssl s_client'],
      ['selfsigned', 'tls', 'tls.certificate', 'signed by itself', 'openssl'],
      ['forbidden', 'web', 'web.api-key', 'HTTP 403', null],
      ['down', 'web', 'web.answer', 'HTTP 502', 'nginx'],
      ['away', 'web', 'web.answer', 'HTTP 503', 'nginx'],
      ['slow', 'web', 'web.answer', 'HTTP 504', 'nginx'],
      ['rate', 'web', 'web.rate-limit', 'HTTP 429', 'nginx'],
      ['tiny', 'web', 'web.body-size', 'refuses even a small message', 'nginx'],
      ['page', 'web', 'web.answer', 'web page', 'nginx'],
      ['nowhere', 'mcp', 'mcp.path', 'HTTP 404', null],
      ['login', 'mcp', 'mcp.redirect', '/login', null],
      ['elsewhere', 'mcp', 'mcp.redirect', 'another server', null],
      ['accept', 'mcp', 'mcp.accept', 'HTTP 406', null],
      ['guard', 'mcp', 'mcp.host-guard', 'HTTP 421', 'proxy_set_header Host $host;'],
      ['hostword', 'mcp', 'mcp.host-guard', 'does not accept the host name', 'proxy_set_header Host $host;'],
      ['circle', 'mcp', 'mcp.redirect', 'again and again', 'curl -sS'],
      ['json', 'mcp', 'mcp.initialize', '', null],
    ] as const)('names "%s": %s, %s', async (block, layer, check, seen, command) => {
      const run = await look(block);
      expect(named(run)).toEqual({ result: 'broken', layer, check });
      const found = run.checks.find(({ id, state }) => id === check && state === 'failed');
      expect(found?.seen).toContain(seen);
      if (command !== null) expect(found?.remedy?.command).toContain(command);
      expect(found?.remedy?.text).not.toBe('');
    });

    it('names the redirect that drops https, and goes on without following it there', async () => {
      const run = await look('good', { url: `https://127.0.0.1:${ports.good}/mcp/` });
      expect(named(run)).toEqual({ result: 'warnings', layer: 'mcp', check: 'mcp.redirect' });
      expect(run.of('mcp.redirect')?.seen).toContain('over plain http');
      expect(run.of('mcp.redirect')?.remedy?.command).toContain('X-Forwarded-Proto');
      expect(run.of('tools.list')?.state).toBe('ok');
    });

    it('warns of a certificate that ends soon, and of a limit below 1.2 MB', async () => {
      const [soon, small] = await Promise.all([look('soon'), look('small')]);
      expect(named(soon)).toEqual({ result: 'warnings', layer: 'tls', check: 'tls.certificate' });
      expect(named(small)).toEqual({ result: 'warnings', layer: 'web', check: 'web.body-size' });
      expect(small.of('web.body-size')?.remedy?.command).toBe('client_max_body_size 10m;');
      expect(small.of('tools.list')?.state).toBe('ok');
    });

    it('names another certificate than the pinned one', async () => {
      const run = await look('good', { pinSha256: 'ab'.repeat(32) });
      expect(named(run)).toEqual({ result: 'broken', layer: 'tls', check: 'tls.pin' });
    });

    it('names a CA file that cannot be read', async () => {
      const run = await look('good', { caFile: '/nowhere/ca.pem' });
      expect(named(run)).toEqual({ result: 'broken', layer: 'tls', check: 'tls.ca' });
    });

    it('names a wrong API key, a missing one, and says without the app that it cannot tell', async () => {
      const keyed = { apiKeyHeader: 'X-Api-Key' };
      const wrong = await look('key', keyed, { secrets: { 'api-key': 'wrong-key-value' } });
      expect(named(wrong)).toEqual({ result: 'broken', layer: 'web', check: 'web.api-key' });
      expect(wrong.of('web.api-key')?.remedy?.command).toBe('catalyst-companion secret set real api-key');
      const none = await look('key', keyed);
      expect(named(none)).toEqual({ result: 'broken', layer: 'web', check: 'web.api-key' });
      const away = await look('key', keyed, { secrets: null });
      expect(named(away)).toEqual({ result: 'warnings', layer: 'web', check: 'web.api-key' });
      expect(away.of('tls.certificate')?.state).toBe('ok');
      const right = await look('key', keyed, { secrets: { 'api-key': 'right' } });
      expect(right.verdict.result).toBe('healthy');
    });

    it('names a port that speaks plain HTTP, and one that nobody listens on', async () => {
      const plain = await look('good', { url: `https://127.0.0.1:${fast.port}/mcp` });
      expect(named(plain)).toEqual({ result: 'broken', layer: 'tls', check: 'tls.certificate' });
      const closed = await look('good', {
        url: `https://127.0.0.1:${await freePort()}/mcp`,
      });
      expect(named(closed)).toEqual({ result: 'broken', layer: 'tcp', check: 'tcp.connect' });
    });

    it('names a port that takes connections and says nothing of TLS, or cuts them', async () => {
      for (const [does, seen] of [
        [() => undefined, 'did not answer in time'],
        [(socket: net.Socket) => socket.destroy(), 'was cut'],
      ] as const) {
        const mute = net.createServer(does);
        await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
        const { port } = mute.address() as AddressInfo;
        const url = `https://127.0.0.1:${port}/mcp`;
        const run = await look('good', { url }, { ports: { timing: { connectMs: 2_000 } } });
        mute.close();
        expect(named(run)).toEqual({ result: 'broken', layer: 'tls', check: 'tls.certificate' });
        expect(run.of('tls.certificate')?.seen).toContain(seen);
        expect(run.of('tls.certificate')?.remedy?.command).toContain('openssl s_client');
      }
    });

    it('a web server that takes TLS and then says nothing is no fault of TLS', async () => {
      const run = await look('mute');
      expect(named(run)).toEqual({ result: 'broken', layer: 'web', check: 'web.answer' });
    });

    it('names a proxy that is not there', async () => {
      const proxy = new URL(`http://127.0.0.1:${await freePort()}`);
      const run = await examine({
        links: [{ kind: 'https', url: 'https://droplet.example/mcp' }],
        ports: { proxyFor: () => Promise.resolve(proxy) },
      });
      expect(named(run)).toEqual({ result: 'broken', layer: 'tcp', check: 'tcp.connect' });
      expect(run.of('tls.proxy')?.seen).toContain(proxy.host);
    });
  },
);
