import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { Shape } from '../helpers/errors.ts';
import { checkError, errorOf, secret } from '../helpers/errors.ts';
import type { Nginx } from '../helpers/nginx.ts';
import { nginxAvailable, nginxMissing, startNginx } from '../helpers/nginx.ts';
import { settledSnapshot, snapshot, traces } from '../helpers/snapshot.ts';
import type { Sshd } from '../helpers/sshd.ts';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../helpers/sshd.ts';
import type { TestCa } from '../helpers/tls.ts';
import { makeCa, opensslAvailable } from '../helpers/tls.ts';

const preset = ['--preset', 'catalyst'];

const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');

const listen = (server: net.Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
  );

describe('bad input with a running app', () => {
  let user: TestUser;
  let app: RunningApp;
  let config: string;
  const servers: net.Server[] = [];

  const run = async (args: string[], input = '') => await user.run(args, { input });
  const state = () => snapshot(user.home, traces);
  const linkOf = async (name: string) => (await run(['status', name, '--json'])).json().link;
  const add = async (name: string, ...options: string[]) => {
    const added = await run(['profile', 'add', name, ...options]);
    expect(added.code, added.stderr).toBe(0);
  };

  /** Starts connecting in the way of `connect`, without its wait for a link that is tried again and again. */
  async function failure(name: string): Promise<{ state: string; reason?: string; error: Shape }> {
    const waiting = run(['connect', name, '--json']);
    const link = await eventually(`an outcome for ${name}`, async () => {
      const found = await linkOf(name);
      return ['off', 'connecting'].includes(found.state) ? undefined : found;
    });
    const error = link.error ?? link.lastError;
    checkError(error);
    await run(['disconnect', name]);
    await waiting;
    return { state: link.state, reason: link.reason, error };
  }

  beforeAll(async () => {
    user = await createUser();
    config = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
    await fs.mkdir(path.dirname(config), { recursive: true });
    await fs.writeFile(config, '{ "mcpServers": {} }\n');
    app = await user.serve();
  });
  afterAll(async () => {
    await user?.dispose();
    for (const server of servers) server.close();
  });

  it.each([
    ['a closed port', 'closed', () => Promise.resolve(1), 'LINK_PORT_CLOSED'],
    ['a web server', 'web-port', () => webServer(), 'LINK_NOT_SSH'],
    ['a mail server', 'mail-port', () => serverThat('220 mail ready\r\n'), 'LINK_NOT_SSH'],
    ['a server that hangs up', 'hang-up', () => serverThat(undefined), 'LINK_LOST'],
  ])('ssh to %s', async (_what, name, portOf, code) => {
    await add(name, ...preset, '--ssh', `root@127.0.0.1:${await portOf()}`, '--identity', await goodKey());
    const before = await state();
    const { state: shown, error } = await failure(name);
    expect(error.code).toBe(code);
    expect(shown).toBe('reconnecting');
    expect(await state()).toEqual(before);
  });

  async function serverThat(says: string | undefined): Promise<number> {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      if (says === undefined) socket.destroy();
      else socket.end(says);
    });
    servers.push(server);
    return await listen(server);
  }

  async function webServer(): Promise<number> {
    const server = http.createServer((_request, response) => response.end('<html>'));
    servers.push(server);
    return await listen(server);
  }

  async function goodKey(): Promise<string> {
    const file = path.join(user.home, 'id_test');
    if (!(await fs.stat(file).catch(() => undefined)))
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    return file;
  }

  it('a name that does not resolve', async () => {
    await add('nowhere', ...preset, '--ssh', 'root@host.invalid', '--identity', await goodKey());
    const before = await state();
    const { error } = await failure('nowhere');
    expect(error.code).toBe('LINK_HOST_NOT_FOUND');
    expect(error.message).toContain('host.invalid');
    expect(await state()).toEqual(before);
  });

  it.each([
    ['no-key', 'LINK_KEY_MISSING', () => undefined],
    ['key-folder', 'LINK_KEY_UNREADABLE', (file: string) => fs.mkdir(file)],
    ['no-key-at-all', 'LINK_KEY_FORMAT', (file: string) => fs.writeFile(file, 'hello\n')],
    ['public-half', 'LINK_KEY_FORMAT', async (file: string) => fs.copyFile(`${await goodKey()}.pub`, file)],
    [
      'locked-key',
      'LINK_KEY_ENCRYPTED',
      (file: string) => execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', secret, '-f', file]),
    ],
  ] as const)('key file: %s', async (name, code, make) => {
    const file = path.join(user.home, `key-${name}`);
    await make(file);
    // nothing listens there: what is wrong with the key is said before anything is dialled
    await add(name, ...preset, '--ssh', 'root@127.0.0.1:1', '--identity', file);
    const before = await state();
    const result = await run(['connect', name]);
    const error = errorOf(result);
    expect(error.code).toBe(code);
    expect(error.message).toContain(file);
    expect(result.stdout).toBe(`${name}: Blocked\n`);
    await run(['disconnect', name]);
    expect(await state()).toEqual(before);
  });

  it('a wrong passphrase, and the right one, which lets it go on to the next problem', async () => {
    await run(['secret', 'set', 'locked-key', 'passphrase'], `${secret}-not`);
    expect(errorOf(await run(['connect', 'locked-key'])).code).toBe('LINK_KEY_PASSPHRASE_WRONG');
    await run(['secret', 'set', 'locked-key', 'passphrase'], secret);
    expect((await failure('locked-key')).error.code).toBe('LINK_PORT_CLOSED');
    for (const [name, bytes] of await everyFile(user.state)) expect(bytes.includes(secret), name).toBe(false);
  });

  async function everyFile(dir: string): Promise<[string, Buffer][]> {
    const found: [string, Buffer][] = [];
    for (const name of await fs.readdir(dir, { recursive: true })) {
      const file = path.join(dir, name);
      if ((await fs.lstat(file)).isFile()) found.push([name, await fs.readFile(file)]);
    }
    return found;
  }

  it('a Kubernetes link is not available yet', async () => {
    await add('kube', '--preset', 'kubernetes', '--kube', 'context/namespace/service:80');
    const error = errorOf(await run(['connect', 'kube']));
    expect(error).toMatchObject({
      code: 'LINK_KIND_UNSUPPORTED',
      message: 'Kubernetes links are not available yet.',
    });
    expect(error.next).toContain('--direct');
  });

  it.each([
    ['gone', 404, 'text/plain', 'MCP_NOT_FOUND'],
    ['page', 200, 'text/html', 'MCP_NOT_MCP'],
    ['keyless', 401, 'application/json', 'LINK_API_KEY_REFUSED'],
    ['forbidden', 403, 'application/json', 'LINK_FORBIDDEN'],
    ['failing', 500, 'text/plain', 'MCP_SERVER_ERROR'],
  ])('an MCP endpoint that is %s: HTTP %i %s', async (name, status, type, code) => {
    const server = http.createServer((_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end('<html>');
    });
    servers.push(server);
    await add(name, '--preset', 'generic', '--direct', `http://127.0.0.1:${await listen(server)}/mcp`);
    const before = await state();
    const connected = await run(['connect', name, '--json']);
    // the server answers, its MCP alone fails: degraded, and said so, is what design calls connected
    expect(connected.code).toBe(0);
    const { link } = connected.json();
    expect(link).toMatchObject({ state: 'degraded', reason: 'mcp', error: { code } });
    checkError(link.error);
    expect((await run(['connect', name])).stdout).toContain(link.error.next);
    expect((await run(['status', name])).stdout).toContain(link.error.message);
    await run(['disconnect', name]);
    expect(await state()).toEqual(before);
  });

  it('refuses what a profile may not be, and knows no unknown one', async () => {
    const before = await state();
    const gives = async (code: string, ...args: string[]) =>
      expect(errorOf(await run(args, 'x')).code, args.join(' ')).toBe(code);
    await Promise.all([
      gives('PROFILE_EXISTS', 'profile', 'add', 'demo', ...preset, '--ssh', 'a@b'),
      gives('PROFILE_EXISTS', 'profile', 'add', 'kube', ...preset, '--ssh', 'a@b'),
      gives('PROFILE_INVALID', 'profile', 'remove', 'demo'),
      ...[
        'connect',
        'disconnect',
        'status',
        'logs',
        'stop',
        'profile show',
        'profile remove',
        'tools list',
      ].map((words) => gives('PROFILE_UNKNOWN', ...words.split(' '), 'nobody')),
      gives('PROFILE_UNKNOWN', 'secret', 'set', 'nobody', 'api-key'),
      gives('PROFILE_UNKNOWN', 'call', 'nobody', 'tool'),
      gives('PROFILE_UNKNOWN', 'read', 'nobody', 'catalyst://system/health'),
      gives('PROFILE_UNKNOWN', 'trust', 'nobody', 'SHA256:abc'),
      gives('PROFILE_UNKNOWN', 'clients', 'install', 'claude-desktop', 'nobody', '--yes'),
      gives('LINK_HOST_KEY_UNKNOWN', 'trust', 'kube', 'SHA256:abc'),
      gives('LINK_HOST_KEY_UNKNOWN', 'untrust', 'kube', 'SHA256:abc'),
    ]);
    expect(errorOf(await run(['secret', 'set', 'kube', 'api-key'])).code).toBe('SECRET_EMPTY');
    expect(await state()).toEqual(before);
  });

  it('says why there are no log lines, and not what was the reason before', async () => {
    const quiet = await run(['logs', 'closed']);
    expect(quiet.code).toBe(0);
    // the app's own lines are there; none pretends to be the droplet's
    expect(quiet.stdout).toMatch(/^(app \| .*\n)*$/);
    expect(quiet.stderr).toContain('not connected');
    const child = spawn(process.execPath, [cli, 'connect', 'closed'], { env: user.env });
    // the wait of 30 s is not a silent one
    const [said] = (await once(child.stderr, 'data')) as [Buffer];
    expect(said.toString()).toContain('Nothing listens on 127.0.0.1:1.');
    const { logs, link } = await eventually('the reason of the logs', async () => {
      const found = (await run(['status', 'closed', '--json'])).json();
      return found.link.state === 'reconnecting' ? found : undefined;
    });
    expect(logs.reason).toContain(link.lastError.message);
    await eventually('the reason between two tries', async () =>
      (await run(['logs', 'closed'])).stderr.includes('Nothing listens on 127.0.0.1:1'),
    );
    const ended = once(child, 'exit');
    await run(['disconnect', 'closed']);
    expect(await ended).toEqual([1, null]);
  });

  it('refuses unknown tools and resources', async () => {
    const before = await state();
    expect(errorOf(await run(['call', 'demo', 'drain_account'])).code).toBe('TOOL_UNKNOWN');
    expect(errorOf(await run(['tools', 'show', 'demo', 'drain_account'])).code).toBe('TOOL_UNKNOWN');
    expect(errorOf(await run(['tools', 'block', 'demo', 'drain_account'])).code).toBe('TOOL_UNKNOWN');
    expect(errorOf(await run(['tools', 'approve', 'demo', 'drain_account'])).code).toBe('TOOL_UNKNOWN');
    expect(errorOf(await run(['read', 'demo', 'catalyst://nothing'])).code).toBe('MCP_SERVER_ERROR');
    const json = await run(['call', 'demo', 'drain_account', '--json']);
    expect(json.json().result.isError).toBe(true);
    expect(await state()).toEqual(before);
  });

  it('says so when a stop cannot be delivered, and how to stop by hand', async () => {
    const report = await run(['stop', 'closed']);
    const error = errorOf(report);
    expect(error.code).toBe('LINK_NOT_CONNECTED');
    expect(error.next).toContain('ssh -p 1 ');
    expect(report.stdout).toContain('NOT DELIVERED');
    expect((await run(['stop', 'closed', '--json'])).json()).toMatchObject({ result: 'not-delivered' });
  });

  it('does not start twice; it points to the running one', async () => {
    const before = await settledSnapshot(user.home);
    const error = errorOf(await run(['serve', '--no-open']));
    expect(error.code).toBe('APP_ALREADY_RUNNING');
    expect(error.next).toContain(app.origin);
    const port = new URL(app.origin).port;
    expect(errorOf(await run(['serve', '--no-open', '--port', port])).code).toBe('APP_ALREADY_RUNNING');
    expect(await settledSnapshot(user.home)).toEqual(before);
    expect((await run(['audit', 'verify'])).code).toBe(0);
  });

  it('names a port that is in use, and makes nothing for that', async () => {
    const other = await createUser();
    try {
      const port = await serverThat('');
      const error = errorOf(await other.run(['serve', '--no-open', '--port', String(port)]));
      expect(error.code).toBe('APP_PORT_IN_USE');
      expect(error.message).toContain(String(port));
      expect(await snapshot(other.home)).toEqual({});
    } finally {
      await other.dispose();
    }
  });

  it('when the app hangs: prints the stop command within 3 s, and starts no second app', async () => {
    const kept = () => settledSnapshot(user.home);
    const before = await kept();
    process.kill(app.pid, 'SIGSTOP');
    try {
      const started = performance.now();
      const error = errorOf(await run(['stop', 'closed']));
      // ten times what it may take: a hang is what is looked for, not a busy machine
      expect(performance.now() - started).toBeLessThan(30_000);
      expect(error.code).toBe('APP_NOT_RUNNING');
      expect(error.next).toContain('ssh -p 1 ');
      expect(errorOf(await run(['serve', '--no-open'])).code).toBe('APP_ALREADY_RUNNING');
      expect(await kept()).toEqual(before);
    } finally {
      process.kill(app.pid, 'SIGCONT');
    }
  });

  it.skipIf(!sshdAvailable)(`a key that the server does not know (${sshdMissing})`, async () => {
    const sshd: Sshd = await startSshd();
    try {
      const key = sshd.makeKey('stranger');
      await add('stranger', ...preset, '--ssh', `${sshd.user}@127.0.0.1:${sshd.port}`, '--identity', key);
      const before = await state();
      expect(errorOf(await run(['connect', 'stranger'])).code).toBe('LINK_HOST_KEY_UNKNOWN');
      const wrong = await run(['trust', 'stranger', 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']);
      expect(errorOf(wrong).code).toBe('LINK_HOST_KEY_UNKNOWN');
      const refused = errorOf(await run(['trust', 'stranger', sshd.fingerprint()]));
      expect(refused.code).toBe('LINK_AUTH_REFUSED');
      await run(['disconnect', 'stranger']);
      // the key of a host that never let us in is not kept
      expect(await state()).toEqual(before);
    } finally {
      await sshd.stop();
    }
  });

  it.skipIf(!nginxAvailable || !opensslAvailable)(
    `HTTPS with a missing key, a wrong key, no trust and an expired certificate (${nginxMissing})`,
    async () => {
      const ca: TestCa = makeCa();
      const running: Nginx[] = [];
      const serve = async (name: string, expired: boolean) => {
        const port = await freePort();
        const { cert, key } = ca.issue(name, { expired });
        const block = `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${cert}; ssl_certificate_key ${key};
          if ($http_x_api_key != "right") { return 401; } location / { return 403; } }`;
        running.push(await startNginx(block, port));
        return `https://127.0.0.1:${port}/mcp`;
      };
      try {
        const url = await serve('now', false);
        const old = await serve('old', true);
        const link = ['--api-key-header', 'X-API-Key'];
        await add('tls', ...preset, '--https', url, ...link, '--ca', ca.caFile);
        await add('tls-old', ...preset, '--https', old, ...link, '--ca', ca.caFile);
        await add('tls-alien', ...preset, '--https', url, ...link);
        await add(
          'tls-no-ca',
          ...preset,
          '--https',
          url,
          ...link,
          '--ca',
          path.join(user.home, 'nothing.pem'),
        );
        expect(errorOf(await run(['connect', 'tls'])).code).toBe('LINK_API_KEY_MISSING');
        await run(['disconnect', 'tls']);
        for (const name of ['tls', 'tls-old', 'tls-alien', 'tls-no-ca'])
          expect((await run(['secret', 'set', name, 'api-key'], secret)).code).toBe(0);
        const before = await state();
        const wrong = errorOf(await run(['connect', 'tls']));
        expect(wrong.code).toBe('LINK_API_KEY_REFUSED');
        expect(wrong.next).toContain('secret set tls api-key');
        expect(errorOf(await run(['connect', 'tls-old'])).code).toBe('LINK_TLS_EXPIRED');
        expect(errorOf(await run(['connect', 'tls-alien'])).code).toBe('LINK_TLS_UNTRUSTED');
        expect(errorOf(await run(['connect', 'tls-no-ca'])).code).toBe('LINK_CA_UNREADABLE');
        for (const name of ['tls', 'tls-old', 'tls-alien', 'tls-no-ca']) await run(['disconnect', name]);
        expect(await state()).toEqual(before);
        await run(['secret', 'set', 'tls', 'api-key'], 'right');
        expect(errorOf(await run(['connect', 'tls'])).code).toBe('LINK_FORBIDDEN');
      } finally {
        for (const nginx of running) await nginx.stop();
        ca.remove();
      }
    },
  );

  it('wrote neither a secret nor a stack to its log or to standard error', async () => {
    const log = await fs.readFile(path.join(user.state, 'logs', 'app.log'), 'utf8').catch(() => '');
    expect(log + app.stderr()).not.toContain(secret);
    expect(app.stderr()).toBe('');
    expect(await fs.readFile(config, 'utf8')).toBe('{ "mcpServers": {} }\n');
  });
});
