import http from 'node:http';
import ssh2 from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach } from 'vitest';
import { startDemoDroplet, type DemoDroplet } from '../../../electron/core/demo/demo-droplet.ts';
import { parseFault } from '../../../electron/core/demo/faults.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});
export function afterThisTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export async function droplet(...faults: string[]): Promise<DemoDroplet> {
  const started = await startDemoDroplet({ seed: 1, faults: faults.map(parseFault), log: quiet });
  afterThisTest(() => started.stop());
  return started;
}

export async function until(check: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not so within ${ms} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An ssh2 client that is signed in; checks the host key against the announced one. */
export function signIn(to: DemoDroplet, change: Partial<ConnectConfig> = {}): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  afterThisTest(() => client.destroy());
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.on('error', reject);
    // cut while signing in: ssh2 tells no error then
    client.once('close', () => reject(new Error('the connection was closed before signing in')));
    client.connect({
      host: to.ssh.host,
      port: to.ssh.port,
      username: to.ssh.user,
      privateKey: to.ssh.clientKey,
      hostVerifier: (key: Buffer) => to.ssh.hostKeyLine.endsWith(` ssh-ed25519 ${key.toString('base64')}`),
      ...change,
    });
  });
}

export function forward(client: ssh2.Client, port: number, host = '127.0.0.1'): Promise<ssh2.ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    );
  });
}

export function exec(
  client: ssh2.Client,
  command: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let [stdout, stderr] = ['', ''];
      channel.on('data', (part: Buffer) => (stdout += part.toString()));
      channel.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
      channel.on('close', (code: number | null) => resolve({ code, stdout, stderr }));
    });
  });
}

/** Whatever JSON.parse gives; tests look into it freely. */
type Parsed = ReturnType<typeof JSON.parse>;

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  json: Parsed;
}

/** One plain HTTP exchange; rejects when the connection ends before the answer does. */
export function fetchRaw(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; agent?: http.Agent } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, agent = new http.Agent() } = options;
    const request = http.request(url, { method, headers, agent }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          get json() {
            return JSON.parse(text);
          },
        }),
      );
    });
    request.on('error', reject);
    request.end(options.body);
  });
}

export const serviceUrl = (of: DemoDroplet, name: string): string =>
  of.services.find((service) => service.name === name)?.url ?? '';

export const portOf = (url: string): number => Number(new URL(url).port);

/** The official SDK's client, connected to the droplet's MCP server. */
export async function mcpClient(of: DemoDroplet): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(of.mcpUrl)));
  afterThisTest(() => client.close());
  return client;
}

export async function readJson(client: Client, uri: string): Promise<Parsed> {
  const { contents } = await client.readResource({ uri });
  return JSON.parse((contents[0] as { text: string }).text);
}
