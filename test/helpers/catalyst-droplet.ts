import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './sshd.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures/catalyst');
const PYTHON = process.env['COMPANION_TEST_PYTHON'] ?? '/opt/companion-test/bin/python3';
const START_MS = 60_000;

export interface DropletCall {
  service: string;
  /** `tools/call NAME` for MCP, `POST /path` for REST. */
  what: string;
  arguments: unknown;
}

/** The processes of a real Catalyst droplet on loopback ports of the system's choosing. */
export interface CatalystDroplet {
  mcpUrl: string;
  /** Name and URL of every service, the orchestration among them, as a profile has them. */
  services: { name: string; url: string }[];
  /** Every tools/call and every POST that arrived, MCP first. */
  calls(): Promise<DropletCall[]>;
  stop(): Promise<void>;
}

/** Whether the fixture can run here; else the reason, naming what to install. */
export const catalystDroplet: { available: boolean; reason: string } = probePython();

function probePython(): { available: boolean; reason: string } {
  const reason = `fastmcp is not installed for ${PYTHON} (Debian: python3-venv, then pip install fastmcp uvicorn; see test/setup-system.sh)`;
  if (!existsSync(PYTHON)) return { available: false, reason };
  const found = spawnSync(PYTHON, [
    '-c',
    'import importlib.util as u, sys; sys.exit(u.find_spec("fastmcp") is None)',
  ]);
  return found.status === 0 ? { available: true, reason: '' } : { available: false, reason };
}

interface Started {
  child: ChildProcess;
  first: Record<string, unknown>;
}

/** Starts a program and resolves with the JSON line that it prints first. */
function startChild(command: string, args: readonly string[]): Promise<Started> {
  const env = {
    ...process.env,
    PYTHONUNBUFFERED: '1',
    FASTMCP_CHECK_FOR_UPDATES: 'off',
    FASTMCP_LOG_ENABLED: 'false',
  };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  return new Promise((resolve, reject) => {
    let out = '';
    let errors = '';
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${path.basename(args[0] ?? command)} ${why}\n${errors.slice(-2000)}`));
    };
    const deadline = setTimeout(() => fail(`printed no port within ${START_MS / 1000} s`), START_MS);
    child.stderr.on('data', (part: Buffer) => (errors = (errors + part.toString()).slice(-20_000)));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => {
      clearTimeout(deadline);
      reject(new Error(`${path.basename(args[0] ?? command)} ended with ${code}\n${errors.slice(-2000)}`));
    });
    child.stdout.on('data', (part: Buffer) => {
      const before = out;
      out += part.toString();
      if (before.includes('\n') || !out.includes('\n')) return;
      clearTimeout(deadline);
      resolve({ child, first: JSON.parse(out.slice(0, out.indexOf('\n'))) as Record<string, unknown> });
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
}

async function getJson<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/**
 * Starts Catalyst's orchestration (Python FastMCP, v6.0.3's real behaviour) and its REST services.
 * `databaseDown` names services whose database is away; `without` names services that do not run at all.
 */
export async function startCatalystDroplet(
  options: { databaseDown?: readonly string[]; without?: readonly string[] } = {},
): Promise<CatalystDroplet> {
  const flags = [
    ...(options.databaseDown ?? []).flatMap((name) => ['--database-down', name]),
    ...(options.without ?? []).flatMap((name) => ['--without', name]),
  ];
  const started = await Promise.allSettled([
    startChild(PYTHON, [path.join(FIXTURES, 'orchestration.py')]),
    startChild(process.execPath, [path.join(FIXTURES, 'services.ts'), ...flags]),
  ]);
  const children = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.child] : []));
  const stop = async () => {
    await Promise.all(children.map(stopChild));
  };
  const [orchestration, rest] = started;
  if (orchestration.status === 'rejected' || rest.status === 'rejected') {
    await stop();
    throw (orchestration as PromiseRejectedResult).reason ?? (rest as PromiseRejectedResult).reason;
  }
  const base = `http://127.0.0.1:${orchestration.value.first['port'] as number}`;
  const ports = rest.value.first['services'] as Record<string, number>;
  const services = [
    { name: 'orchestration', url: base },
    ...Object.entries(ports).map(([name, port]) => ({ name, url: `http://127.0.0.1:${port}` })),
  ];
  for (const name of options.without ?? []) {
    services.push({ name, url: `http://127.0.0.1:${await freePort()}` });
  }
  return {
    mcpUrl: `${base}/mcp`,
    services,
    stop,
    async calls() {
      const mcp = await getJson<{ tool: string; arguments: unknown }[]>(`${base}/_calls`);
      const posts = await getJson<{ service: string; method: string; path: string; body: unknown }[]>(
        `${services[1].url}/_calls`,
      );
      return [
        ...mcp.map((call) => ({
          service: 'orchestration',
          what: `tools/call ${call.tool}`,
          arguments: call.arguments,
        })),
        ...posts.map((call) => ({
          service: call.service,
          what: `${call.method} ${call.path}`,
          arguments: call.body,
        })),
      ];
    },
  };
}
