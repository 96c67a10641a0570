import { execFile, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { generateSshKey } from '../../../electron/core/ssh-key.ts';
import { parseFault } from '../../../electron/core/demo/faults.ts';
import {
  afterThisTest,
  droplet,
  exec,
  fetchRaw,
  forward,
  portOf,
  serviceUrl,
  signIn,
  until,
} from './droplet.ts';

const IN_DIR = 'cd ~/catalyst-trading-mcp && ';

function publicHalf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return `ssh-ed25519 ${parsed.getPublicSSH().toString('base64')}`;
}

describe('signing in over SSH', () => {
  it('takes the key of this run and nothing else', async () => {
    const it = await droplet();
    await expect(signIn(it)).resolves.toBeDefined();
    await expect(signIn(it, { privateKey: generateSshKey('other').privateKey })).rejects.toThrow(
      /authentication/,
    );
    await expect(signIn(it, { username: 'root' })).rejects.toThrow(/authentication/);
    const passwordOnly = { privateKey: undefined as never, password: 'demo' };
    await expect(signIn(it, passwordOnly)).rejects.toThrow(/authentication/);
  });

  it.each([64, 0, 3])(
    'refuses the right key with a signature of %i bytes that is not its own',
    async (length) => {
      const it = await droplet();
      class Liar extends ssh2.BaseAgent<string> {
        override getIdentities(done: (error?: Error, keys?: string[]) => void): void {
          done(undefined, [publicHalf(it.ssh.clientKey)]);
        }
        override sign(_key: unknown, _data: Buffer, ...rest: unknown[]): void {
          const done = rest.at(-1) as (error: Error | undefined, signature: Buffer) => void;
          done(undefined, Buffer.alloc(length, 1));
        }
      }
      const lying = { privateKey: undefined as never, agent: new Liar() as never };
      await expect(signIn(it, lying)).rejects.toThrow(/authentication/);
    },
  );

  it('has other keys in every run', async () => {
    const [a, b] = [await droplet(), await droplet()];
    expect(a.ssh.hostKeyFingerprint).not.toBe(b.ssh.hostKeyFingerprint);
    await expect(signIn(a, { privateKey: b.ssh.clientKey })).rejects.toThrow(/authentication/);
  });
});

describe('forwards', () => {
  it('reach the MCP server and each service, many at a time', async () => {
    const it = await droplet();
    const client = await signIn(it);
    const urls = [it.mcpUrl.replace('/mcp', '/health'), ...it.services.map(({ url }) => `${url}/health`)];
    const replies = await Promise.all(
      urls
        .flatMap((url) => [url, url, url])
        .map(async (url) => {
          const channel = await forward(client, portOf(url));
          const agent = new http.Agent();
          agent.createConnection = () => channel;
          return fetchRaw(url, { agent });
        }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(replies[0].text).toBe('OK - Orchestration v6.0.3');
  });

  it('are refused to other ports and other hosts', async () => {
    const it = await droplet();
    const stranger = http.createServer((_request, response) => response.end('secret'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    afterThisTest(() => stranger.close());
    const { port } = stranger.address() as { port: number };
    const client = await signIn(it);
    await expect(forward(client, port)).rejects.toThrow();
    await expect(forward(client, it.ssh.port)).rejects.toThrow();
    await expect(forward(client, portOf(it.mcpUrl), '127.0.0.2')).rejects.toThrow();
    await expect(
      new Promise((resolve, reject) =>
        client.forwardIn('127.0.0.1', 0, (error, bound) => (error ? reject(error) : resolve(bound))),
      ),
    ).rejects.toThrow();
  });

  it('deliver the last byte to a reader that is slower than the window, though the service has hung up', async () => {
    const it = await droplet();
    const channel = await forward(await signIn(it), portOf(serviceUrl(it, 'trading')));
    channel.pause();
    const requests = 2_150;
    const request = 'GET /api/v1/positions/active HTTP/1.1\r\nHost: 127.0.0.1\r\n';
    channel.write(`${request}\r\n`.repeat(requests - 1) + `${request}Connection: close\r\n\r\n`);
    // window and buffers take 4 MiB: the rest waits on the droplet, and the service is done before we read on
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    let text = '';
    channel.on('data', (part: Buffer) => (text += part.toString('latin1')));
    channel.resume();
    await new Promise<void>((resolve) => channel.once('close', () => resolve()));
    expect(text.length).toBeGreaterThan(4 << 20);
    expect(text.match(/^\{"success":true.*\}/gm)).toHaveLength(requests);
  });

  it('fail at once to a service that is down, and work when it is back', async () => {
    const it = await droplet('service-down=news');
    const client = await signIn(it);
    const port = portOf(serviceUrl(it, 'news'));
    await expect(forward(client, port)).rejects.toThrow();
    await it.clearFault(parseFault('service-down=news'));
    await expect(forward(client, port)).resolves.toBeDefined();
  });
});

describe('commands', () => {
  it('answers ps, logs and true; knows no other command', async () => {
    const it = await droplet('service-down=news');
    const client = await signIn(it);
    expect(await exec(client, 'true')).toEqual({ code: 0, stdout: '', stderr: '' });
    const ps = await exec(client, `${IN_DIR}docker-compose ps`);
    expect(ps.code).toBe(0);
    expect(ps.stdout).toMatch(/^catalyst-news +\S.* Exit 1$/m);
    expect(ps.stdout).toMatch(/^catalyst-trading +.* Up \(healthy\) +0\.0\.0\.0:\d+->\d+\/tcp$/m);
    const logs = await exec(client, `${IN_DIR}docker-compose logs --tail=3 trading`);
    expect(logs.code).toBe(0);
    expect(logs.stdout.split('\n').filter((line) => line.startsWith('catalyst-trading  | '))).toHaveLength(3);
    const refused = await exec(client, 'touch /tmp/should-not-exist');
    expect(refused.code).toBe(127);
    expect(refused.stderr).toContain('touch: command not found');
  });

  it('follows logs in docker-compose v1 shape until told to stop', async () => {
    const it = await droplet();
    const client = await signIn(it);
    const lines: string[] = [];
    let closed = false;
    let terminate = () => {};
    client.exec(`${IN_DIR}docker-compose logs --tail=0 -f`, (error, channel) => {
      if (error) throw error;
      channel.on('data', (part: Buffer) => lines.push(...part.toString().split('\n').filter(Boolean)));
      channel.on('close', () => (closed = true));
      terminate = () => channel.signal('TERM');
    });
    await until(() => lines.length >= 8);
    terminate();
    await until(() => closed);
    expect(lines[0]).toMatch(/^Attaching to catalyst-orchestration, catalyst-scanner/);
    expect(lines.slice(1).every((line) => /^catalyst-[a-z-]+ +\| /.test(line))).toBe(true);
    const shape =
      /^catalyst-([a-z-]+) +\| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - \1 - (INFO|WARNING|ERROR) - \S/;
    expect(lines.filter((line) => shape.test(line)).length).toBeGreaterThanOrEqual(3);
  });
});

const hasOpenSsh = spawnSync('ssh', ['-V']).error === undefined;
describe.skipIf(!hasOpenSsh)('OpenSSH as the client (Debian package openssh-client)', () => {
  async function sshArguments() {
    const it = await droplet();
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'demo-ssh-'));
    afterThisTest(() => fs.rm(dir, { recursive: true }));
    const [key, hosts] = [path.join(dir, 'key'), path.join(dir, 'known_hosts')];
    await fs.writeFile(key, it.ssh.clientKey, { mode: 0o600 });
    await fs.writeFile(hosts, `${it.ssh.hostKeyLine}\n`);
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      'IdentitiesOnly=yes',
      `UserKnownHostsFile=${hosts}`,
    ];
    const args = [
      '-F',
      '/dev/null',
      '-i',
      key,
      '-p',
      String(it.ssh.port),
      ...options.flatMap((o) => ['-o', o]),
    ];
    return { it, args, target: `${it.ssh.user}@${it.ssh.host}` };
  }

  it('accepts the announced host key and prints the same fingerprint', async () => {
    const { it, args, target } = await sshArguments();
    const { stderr } = await promisify(execFile)('ssh', ['-v', ...args, target, 'true']);
    expect(stderr).toContain(`Server host key: ssh-ed25519 ${it.ssh.hostKeyFingerprint}`);
  });

  it('carries HTTP through ssh -W and passes exit codes on', async () => {
    const { it, args, target } = await sshArguments();
    const child = spawn('ssh', [...args, '-W', `127.0.0.1:${portOf(it.mcpUrl)}`, target]);
    afterThisTest(() => child.kill());
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    child.stdin.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    await until(() => text.includes('OK - Orchestration v6.0.3'));
    await expect(promisify(execFile)('ssh', [...args, target, 'reboot'])).rejects.toMatchObject({
      code: 127,
    });
  });
});

describe('drop-link', () => {
  it('cuts connections every so often, and lets them come back', async () => {
    const it = await droplet('drop-link=0.3');
    let cuts = 0;
    while (cuts < 2) {
      const client = await signIn(it).catch(() => undefined); // it may be cut while it signs in
      if (!client) continue;
      await new Promise<void>((resolve) => client.once('close', () => resolve()));
      cuts += 1;
    }
    await it.clearFault(parseFault('drop-link=0.3'));
    const client = await signIn(it);
    let cut = false;
    client.once('close', () => (cut = true));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(cut).toBe(false);
    it.cutLink();
    await until(() => cut);
  });
});
