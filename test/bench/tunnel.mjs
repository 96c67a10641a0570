// One way through SSH, one round, in a fresh process: node tunnel.mjs '{"way":"ours"|"openssh", …}' → one JSON line.
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';

const spec = JSON.parse(process.argv[2]);
const { ssh, echo } = spec;
const now = () => performance.now();
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function ours() {
  const { createSupervisor } = await import('../../electron/core/link/supervisor.ts');
  const { systemClock } = await import('../../electron/core/clock.ts');
  const { Profile } = await import('../../electron/contract/profile.ts');
  const auth = [{ kind: 'key', file: ssh.key }];
  const profile = Profile.parse({
    name: 'bench',
    preset: 'generic',
    environment: 'demo',
    links: [{ kind: 'ssh', host: '127.0.0.1', port: ssh.port, user: ssh.user, auth }],
    mcpUrl: `http://127.0.0.1:${echo}/mcp`,
    services: [{ name: 'echo', url: `http://127.0.0.1:${echo}` }],
  });
  const link = createSupervisor({
    profile: () => profile,
    secrets: { get: async () => undefined },
    clock: systemClock,
    log: quiet,
    random: Math.random,
    knownHostsFile: path.join(ssh.dir, 'known_hosts_of_ours'),
    userKnownHostsFiles: [ssh.knownHosts],
    publish: () => {},
  });
  link.connect();
  const transport = await link.whenOpen(10_000);
  if (!transport) throw new Error(`no link: ${link.reason()}`);
  const to = (file) => {
    const { url, agent } = transport.route({ to: 'service', name: 'echo', path: file });
    return { agent, host: url.hostname, port: url.port, path: url.pathname + url.search };
  };
  return { to, close: () => link.dispose() };
}

const isOpen = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function openssh() {
  const port = await freePort();
  const options = ['BatchMode=yes', 'ExitOnForwardFailure=yes', 'StrictHostKeyChecking=yes'];
  const args = ['-F', '/dev/null', '-N', '-L', `127.0.0.1:${port}:127.0.0.1:${echo}`, '-p', String(ssh.port)];
  args.push('-i', ssh.key, '-c', 'aes128-gcm@openssh.com');
  for (const option of [...options, `UserKnownHostsFile=${ssh.knownHosts}`]) args.push('-o', option);
  const child = spawn('ssh', [...args, `${ssh.user}@127.0.0.1`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  process.on('exit', () => child.kill());
  for (const until = now() + 10_000; !(await isOpen(port));) {
    if (child.exitCode !== null || now() > until) throw new Error(`ssh: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const agent = new http.Agent({ keepAlive: true });
  return { to: (file) => ({ agent, host: '127.0.0.1', port, path: file }), close: () => child.kill() };
}

function request(way, file, body) {
  return new Promise((resolve, reject) => {
    const head = body ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {};
    const sent = http.request(
      { ...way.to(file), method: body ? 'POST' : 'GET', headers: head },
      (response) => {
        let size = 0;
        response.on('data', (data) => (size += data.length));
        response.on('end', () => resolve(size));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const text = 'x'.repeat(120);
const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'echo', arguments: { text } },
});

/** Median milliseconds; the first half warms up, as a link stays open all day. A slow way gets fewer requests. */
async function latency(way, file) {
  const times = [];
  for (const until = now() + 1500; times.length < spec.calls && now() < until;) {
    const t = now();
    await request(way, file, body);
    times.push(now() - t);
  }
  return median(times.slice(times.length >> 1));
}

/** Requests per second, 16 in flight. */
async function rate(way, file) {
  const started = now();
  let count = 0;
  const lane = async () => {
    while (count < spec.flood && now() - started < 1500) {
      count++;
      await request(way, file, body);
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return count / ((now() - started) / 1000);
}

async function bulk(way) {
  const found = [];
  for (let i = 0; i < 3; i++) {
    const started = now();
    const size = await request(way, `/bulk?mb=${spec.mb}`);
    if (size !== spec.mb * 1e6) throw new Error(`bulk: ${size} bytes`);
    found.push(spec.mb / ((now() - started) / 1000));
  }
  return median(found);
}

const way = await (spec.way === 'ours' ? ours() : openssh());
const found = {
  request: await latency(way, '/json'),
  sse: await latency(way, '/sse'),
  rate: await rate(way, '/json'),
  bulk: await bulk(way),
};
way.close();
process.stdout.write(JSON.stringify(found) + '\n', () => process.exit(0));
