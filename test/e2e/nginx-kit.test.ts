import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NginxKit } from '../../electron/contract/droplet.ts';
import type { TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { CatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { catalystDroplet, startCatalystDroplet } from '../helpers/catalyst-droplet.ts';
import type { Nginx } from '../helpers/nginx.ts';
import { nginxAvailable, startNginx } from '../helpers/nginx.ts';
import { freePort } from '../helpers/sshd.ts';
import type { TestCa } from '../helpers/tls.ts';
import { makeCa, opensslAvailable } from '../helpers/tls.ts';

const ready = nginxAvailable && opensslAvailable && catalystDroplet.available;

/** An MCP server that says one event and the next only when it is told to. */
async function startSlow() {
  const seen: http.IncomingMessage[] = [];
  let goOn = () => {};
  const server = http.createServer((request, response) => {
    seen.push(request);
    request.resume();
    if (request.url === '/mcp/') {
      // as FastMCP behind a proxy that it does not trust
      response.writeHead(307, { location: `http://${request.headers.host}/mcp` }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: first\n\n');
    goOn = () => response.end('data: second\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, seen, goOn: () => goOn(), port: (server.address() as AddressInfo).port };
}

describe.skipIf(!ready)(
  'the nginx file that the app writes (Debian packages nginx, openssl; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let droplet: CatalystDroplet;
    let slow: Awaited<ReturnType<typeof startSlow>>;
    let ca: TestCa & { caText: string };
    let nginx: Nginx;
    let port: number;
    let plainPort: number;
    let key: string;
    let bearer: string;
    let cert: { cert: string; key: string };
    let dir: string;

    /** What a droplet's owner has in /etc is in a folder of ours; each place must be there to be replaced. */
    const placed = (kit: NginxKit, domain: string) => {
      const replace = (text: string, from: string, to: string) => {
        expect(text).toContain(from);
        return text.replaceAll(from, to);
      };
      const pairs = [
        ['listen [::]:443 ssl;', ''],
        ['listen [::]:80;', ''],
        ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
        ['listen 80;', `listen 127.0.0.1:${plainPort};`],
        [`/etc/letsencrypt/live/${kit.domain}/fullchain.pem`, cert.cert],
        [`/etc/letsencrypt/live/${kit.domain}/privkey.pem`, cert.key],
        [kit.keyFile, path.join(dir, path.basename(kit.keyFile))],
        ['/var/www/html', dir],
        [kit.domain, domain],
      ] as const;
      return pairs.reduce((text, [from, to]) => replace(text, from, to), kit.config);
    };

    /** The key, made by the very command that the file tells. */
    const makeKey = (kit: NginxKit) => {
      const step = kit.steps.find(({ title }) => title.startsWith('Make the API key'))!;
      const command = step.command
        .replace('sudo ', '')
        .replace(kit.keyFile, path.join(dir, path.basename(kit.keyFile)));
      return execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim();
    };

    const kitOf = async (name: string, domain: string): Promise<NginxKit> => {
      const made = await user.run(['nginx', name, '--domain', domain, '--json']);
      expect(made).toMatchObject({ code: 0, stderr: '' });
      return made.json();
    };

    interface Asked {
      host?: string;
      headers?: Record<string, string>;
      method?: string;
      agent?: https.Agent;
      body?: Buffer;
    }
    const ask = (to: string, { host = 'localhost', headers = {}, method = 'GET', body, agent }: Asked = {}) =>
      new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }>((resolve, reject) => {
        const request = https.request(
          {
            host: '127.0.0.1',
            port,
            path: to,
            method,
            servername: host,
            ca: ca.caText,
            agent: agent ?? false,
            headers: { host, ...headers },
          },
          (response) => {
            let text = '';
            response.on('data', (part: Buffer) => (text += part.toString()));
            response.on('end', () =>
              resolve({ status: response.statusCode!, headers: response.headers, body: text }),
            );
          },
        );
        request.on('error', reject);
        request.end(body);
      });
    const withKey = (headers: Record<string, string> = {}) => ({ 'X-API-Key': key, ...headers });

    beforeAll(async () => {
      user = await createUser();
      droplet = await startCatalystDroplet();
      slow = await startSlow();
      const made = makeCa();
      ca = Object.assign(made, { caText: await fs.readFile(made.caFile, 'utf8') });
      cert = ca.issue('server', { names: ['localhost', 'second.example.com', '127.0.0.1'] });
      dir = await fs.mkdtemp(path.join(user.home, 'etc-'));
      [port, plainPort] = [await freePort(), await freePort()];
      const common = ['--preset', 'catalyst', '--api-key-header'];
      const services = droplet.services.flatMap(({ name, url }) => ['--service', `${name}=${url}`]);
      const link = ['--https', `https://trading.example.com/mcp`];
      await user.run([
        'profile',
        'add',
        'web',
        ...link,
        ...common,
        'X-API-Key',
        '--mcp-url',
        droplet.mcpUrl,
        ...services,
      ]);
      const second = `http://127.0.0.1:${slow.port}`;
      await user.run(
        [
          'profile',
          'add',
          'slow-one',
          '--preset',
          'generic',
          '--https',
          'https://second.example.com/mcp',
        ].concat([
          '--api-key-header',
          'Authorization',
          '--mcp-url',
          `${second}/mcp`,
          '--service',
          `base=${second}/base`,
        ]),
      );
      const kits = [
        await kitOf('web', 'trading.example.com'),
        await kitOf('slow-one', 'second.example.com'),
      ] as const;
      key = makeKey(kits[0]);
      bearer = makeKey(kits[1]);
      const texts = [placed(kits[0], 'localhost'), placed(kits[1], 'second.example.com')];
      nginx = await startNginx(texts.join('\n'), port, { workers: true });
    });

    afterAll(async () => {
      await user?.dispose();
      await nginx?.stop();
      slow?.server.closeAllConnections();
      slow?.server.close();
      await droplet?.stop();
      ca?.remove();
    });

    it('is accepted by nginx -t without a warning, two profiles in one server', () => {
      const conf = path.join(nginx.dir, 'nginx.conf');
      const { status, stderr } = spawnSync(
        '/usr/sbin/nginx',
        ['-t', '-p', nginx.dir, '-c', conf, '-e', 'stderr'],
        {
          encoding: 'utf8',
        },
      );
      expect(stderr).toMatch(/syntax is ok/);
      expect(stderr).not.toMatch(/\[(?:warn|emerg)\]/);
      expect(status).toBe(0);
    });

    it('lets the HTTPS link through: live, tools listed, every service healthy, stop confirmed', async () => {
      const url = `https://localhost:${port}/mcp`;
      const options = [
        '--preset',
        'catalyst',
        '--https',
        url,
        '--api-key-header',
        'X-API-Key',
        '--ca',
        ca.caFile,
      ];
      expect((await user.run(['profile', 'add', 'through', ...options])).code).toBe(0);
      await user.serve();
      expect((await user.run(['connect', 'through'])).stderr).toContain('LINK_API_KEY_MISSING');
      await user.run(['secret', 'set', 'through', 'api-key'], { input: `not-${key}` });
      expect((await user.run(['connect', 'through'])).stderr).toContain('LINK_API_KEY_REFUSED');
      await user.run(['secret', 'set', 'through', 'api-key'], { input: key });
      expect((await user.run(['connect', 'through', '--json'])).json().link.state).toBe('live');
      const tools = (await user.run(['tools', 'list', 'through', '--json'])).json().tools as {
        name: string;
      }[];
      expect(tools.map(({ name }) => name)).toContain('get_risk_metrics');
      const state = await eventually('services and positions', async () => {
        const found = (await user.run(['status', 'through', '--json'])).json();
        const probed = found.health.services.every((each: any) => each.probedAt !== null);
        return probed && found.trading.positions.state === 'known' ? found : undefined;
      });
      expect(state.health.services.map((each: any) => `${each.name} ${each.verdict}`)).toEqual(
        droplet.services.map(({ name }) => `${name} up`),
      );
      const stopped = (await user.run(['stop', 'through', '--json'])).json();
      expect(stopped.parts.every((part: { sent: boolean }) => part.sent)).toBe(true);
    });

    it('keeps the redirect of a trailing slash on this origin, with the path alone', async () => {
      const { status, headers } = await ask('/mcp/', { headers: withKey(), method: 'POST' });
      expect({ status, location: headers.location }).toEqual({ status: 307, location: '/mcp' });
      const downgraded = await ask('/mcp/', {
        host: 'second.example.com',
        headers: { Authorization: bearer },
      });
      expect(downgraded.headers.location).toBe('/mcp');
      const link = [
        '--https',
        `https://localhost:${port}/mcp/`,
        '--api-key-header',
        'X-API-Key',
        '--ca',
        ca.caFile,
      ];
      await user.run(['profile', 'add', 'slash', '--preset', 'catalyst', ...link]);
      await user.run(['secret', 'set', 'slash', 'api-key'], { input: key });
      expect((await user.run(['connect', 'slash', '--json'])).json().link.state).toBe('live');
    });

    it.each([
      ['no key', '/mcp', {}, 401],
      ['no key, whatever the path', '/nothing', {}, 401],
      ['another key', '/health', { 'X-API-Key': 'x' }, 401],
      ['a longer key', '/health', { 'X-API-Key': 'KEYa' }, 401],
      ['the key in capitals', '/health', { 'X-API-Key': 'UPPER' }, 401],
      ["the other profile's key", '/health', { 'X-API-Key': 'OTHER' }, 401],
      ['an unknown path', '/nothing', { 'X-API-Key': 'KEY' }, 404],
      ['the root', '/', { 'X-API-Key': 'KEY' }, 404],
      ['an unknown service', '/svc/nobody/health', { 'X-API-Key': 'KEY' }, 404],
      ['a path below MCP', '/mcp/admin', { 'X-API-Key': 'KEY' }, 404],
      ['health', '/health', { 'X-API-Key': 'KEY' }, 200],
    ] as const)('answers a request with %s', async (_what, to, headers, status) => {
      const real = Object.entries(headers).map(([name, value]) => [
        name,
        value.replace('KEY', key).replace('UPPER', key.toUpperCase()).replace('OTHER', bearer),
      ]);
      expect((await ask(to, { headers: Object.fromEntries(real) as Record<string, string> })).status).toBe(
        status,
      );
    });

    it('serves its own name only', async () => {
      const other = await ask('/health', { headers: withKey({ host: 'evil.example.com' }) });
      expect(other.status).toBe(421);
    });

    it('passes each event on as it comes, with the scheme and without the key', async () => {
      const headers = { Authorization: bearer, host: 'second.example.com', accept: 'text/event-stream' };
      const events = await new Promise<string[]>((resolve, reject) => {
        const found: string[] = [];
        const request = https.get(
          { host: '127.0.0.1', port, path: '/mcp', servername: 'second.example.com', ca: ca.caText, headers },
          (response) => {
            // the second event exists only after the first has arrived here
            response.on('data', (part: Buffer) => {
              found.push(part.toString());
              slow.goOn();
            });
            response.on('end', () => resolve(found));
          },
        );
        request.on('error', reject);
      });
      expect(events).toEqual(['data: first\n\n', 'data: second\n\n']);
      const { headers: arrived, url } = slow.seen.at(-1)!;
      expect(url).toBe('/mcp');
      expect(arrived).toMatchObject({ host: 'second.example.com', 'x-forwarded-proto': 'https' });
      expect(JSON.stringify(arrived)).not.toContain(bearer.replace('Bearer ', ''));
    });

    it('keeps the path of a service below its own', async () => {
      const request = ask('/svc/base/health?x=1', {
        host: 'second.example.com',
        headers: { Authorization: bearer },
      });
      await eventually('the request', () => slow.seen.at(-1)!.url === '/base/health?x=1');
      slow.goOn();
      expect((await request).status).toBe(200);
    });

    it('refuses a message that is too large, and passes on none that breaks half-way', async () => {
      const big = await ask('/mcp', {
        headers: withKey(),
        method: 'POST',
        body: Buffer.alloc((4 << 20) + 1),
      }).catch((error: Error) => ({ status: /EPIPE|ECONNRESET/.test(error.message) ? 413 : 0 }));
      expect(big.status).toBe(413);
      const before = slow.seen.length;
      await new Promise<void>((resolve) => {
        const half = https.request({
          host: '127.0.0.1',
          port,
          path: '/mcp',
          method: 'POST',
          servername: 'second.example.com',
          ca: ca.caText,
          headers: { host: 'second.example.com', Authorization: bearer, 'content-length': '100' },
        });
        half.on('error', () => {});
        half.on('close', () => resolve());
        half.write('{"half":', () => half.destroy());
      });
      await eventually('the broken request in the log', () =>
        /"POST \/mcp HTTP\/1\.1" 4\d\d/.test(nginx.log()),
      );
      expect(slow.seen.length).toBe(before);
    });

    it('sends plain HTTP to HTTPS, but for what certbot asks for', async () => {
      const plain = (to: string) =>
        fetch(`http://127.0.0.1:${plainPort}${to}`, { redirect: 'manual', headers: { host: 'localhost' } });
      const moved = await plain('/mcp?a=1');
      expect([moved.status, moved.headers.get('location')]).toEqual([301, 'https://localhost/mcp?a=1']);
      await fs.mkdir(path.join(dir, '.well-known/acme-challenge'), { recursive: true });
      await fs.writeFile(path.join(dir, '.well-known/acme-challenge/token'), 'proof');
      await fs.chmod(user.home, 0o755);
      await fs.chmod(dir, 0o755);
      expect(await (await plain('/.well-known/acme-challenge/token')).text()).toBe('proof');
    });

    it('answers 429 beyond the limit and recovers', async () => {
      const agent = new https.Agent({ keepAlive: true, maxSockets: 32 });
      const answers = await Promise.all(
        Array.from({ length: 300 }, () => ask('/health', { headers: withKey(), agent })),
      );
      agent.destroy();
      const codes = answers.map(({ status }) => status);
      expect(new Set(codes)).toEqual(new Set([200, 429]));
      await eventually(
        'room again',
        async () => (await ask('/health', { headers: withKey() })).status === 200,
      );
    });

    it('has no secret in what was printed, and the file with the key is private', async () => {
      const { stdout } = await user.run(['nginx', 'web', '--domain', 'trading.example.com']);
      expect(stdout).not.toContain(key);
      expect(stdout).toMatch(/^# nginx in front of web/);
      expect((await fs.stat(path.join(dir, 'companion-web.key'))).mode & 0o777).toBe(0o600);
    });

    it('refuses a domain that is none, with what to give', async () => {
      const refused = await user.run(['nginx', 'web', '--domain', 'https://trading.example.com/mcp']);
      expect(refused).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('INPUT_INVALID'),
      });
      expect((await user.run(['nginx', 'web'])).code).toBe(2);
    });
  },
);
