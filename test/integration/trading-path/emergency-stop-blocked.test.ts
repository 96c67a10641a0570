import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StopReport } from '../../../electron/contract/bridge.ts';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';

const STOP = 'stop_trading';
const START = 'start_trading_cycle';
/** What is promised is 1 s; this bounds hanging, and the figure is printed. */
const BOUND_MS = 30_000;

/** When the two stops of a back end arrived, by this process's clock. */
class Droplet {
  readonly up = new RawUpstream();
  readonly arrived: { what: 'mcp' | 'post'; at: number }[] = [];
  running = true;
  /** Everything but a stop is taken and never answered. */
  hangs = false;
  /** Everything but a stop is cut. */
  cuts = false;
  readonly held = new Set<http.ServerResponse>();
  readonly #workflow = http.createServer((request, response) => {
    if (request.method === 'POST') {
      this.arrived.push({ what: 'post', at: performance.now() });
      this.running = false;
    } else if (this.hangs) return void this.held.add(response);
    const body = JSON.stringify({ status: this.running ? 'scanning' : 'idle', current_cycle: null });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });

  async listen(): Promise<{ url: string; services: { name: string; url: string }[] }> {
    this.up.tools = ['get_risk_metrics', START, STOP, 'odd_one'].map((name) => ({
      name,
      inputSchema: { type: 'object' },
    }));
    this.up.resources = [{ uri: 'catalyst://trading-cycle/current', name: 'cycle' }];
    const answer = this.up.answer.bind(this.up);
    const idle = { uri: 'catalyst://trading-cycle/current', text: '{"status":"no_active_cycle"}' };
    this.up.answer = (message) =>
      message.method === 'resources/read' ? { result: { contents: [idle] } } : answer(message);
    this.up.on = (message, response) => {
      if (message?.params?.name === STOP) {
        this.arrived.push({ what: 'mcp', at: performance.now() });
        return false;
      }
      if (this.cuts) response.destroy();
      else if (this.hangs) this.held.add(response);
      return this.cuts || this.hangs;
    };
    await new Promise<void>((resolve) => this.#workflow.listen(0, '127.0.0.1', resolve));
    const { port } = this.#workflow.address() as AddressInfo;
    return { url: await this.up.listen(), services: [{ name: 'workflow', url: `http://127.0.0.1:${port}` }] };
  }

  async close(): Promise<void> {
    await this.up.close();
    this.#workflow.closeAllConnections();
    await new Promise((resolve) => this.#workflow.close(resolve));
  }
}

describe('the emergency stop while everything else is stuck', () => {
  let droplet: Droplet;
  let whole: WholeApp;
  let undo: (() => void | Promise<void>)[];

  beforeEach(() => {
    droplet = new Droplet();
    undo = [];
  });
  afterEach(async () => {
    droplet.hangs = false;
    for (const response of droplet.held) response.destroy();
    for (const one of undo.splice(0).toReversed()) await one();
    await whole.stop();
    await droplet.close();
  });

  const start = async (dir?: string, more: object = {}) => {
    const { url, services } = await droplet.listen();
    whole = await WholeApp.start(url, { ...(dir ? { dir } : {}), profile: { services, ...more } });
    await until(() => whole.tools()[START] === 'listed');
  };

  /** Presses stop, checks that both stops arrive soon, and gives the report. */
  const press = async (what: string, expected: readonly string[] = ['mcp', 'post']): Promise<StopReport> => {
    droplet.arrived.length = 0;
    const begun = performance.now();
    const report = await whole.rpc.trading.stop({ profile: 'real' });
    const took = (name: string) =>
      Math.round((droplet.arrived.find((one) => one.what === name)?.at ?? Infinity) - begun);
    console.log(`stop delivered, ${what}: mcp ${took('mcp')} ms, workflow ${took('post')} ms`);
    for (const name of expected) expect(took(name)).toBeLessThan(BOUND_MS);
    return report;
  };

  it('by nothing', async () => {
    await start();
    expect((await press('nothing stuck')).result).toBe('confirmed');
  });

  it('by a server that answers nothing else: it is sent, and not called confirmed', async () => {
    await start();
    const client = await whole.client();
    // its session with the server is made by its first call
    await client.call('get_risk_metrics');
    droplet.hangs = true;
    client.raw(
      `{"jsonrpc":"2.0","id":70,"method":"tools/call","params":{"name":"get_risk_metrics","arguments":{}}}\n`,
    );
    await until(() => droplet.held.size > 0);
    expect((await press('hung engine call')).result).toBe('sent-not-confirmed');
  });

  it('by 256 calls in flight, from the page and from the client itself', async () => {
    await start();
    const client = await whole.client();
    // its session with the server is made by its first call
    await client.call('get_risk_metrics');
    droplet.hangs = true;
    for (let id = 100; id < 400; id += 1)
      client.raw(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"get_risk_metrics","arguments":{"n":${id}}}}\n`,
      );
    await until(() => droplet.up.count('tools/call', 'get_risk_metrics') >= 200);
    await press('256 in flight');
    droplet.arrived.length = 0;
    const begun = performance.now();
    client.raw(
      `{"jsonrpc":"2.0","id":999,"method":"tools/call","params":{"name":"${STOP}","arguments":{}}}\n`,
    );
    await until(() => droplet.arrived.length > 0, BOUND_MS);
    console.log(`stop of a client, 256 in flight: ${Math.round(performance.now() - begun)} ms`);
  });

  it('by an open consent dialog and 16 more requests; what waits is denied', async () => {
    await start();
    const client = await whole.client();
    for (let id = 100; id < 120; id += 1)
      client.raw(
        `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${START}","arguments":{"n":${id}}}}\n`,
      );
    await until(() => whole.state.consents.length > 0);
    expect((await press('open dialog, starts queued')).result).toBe('confirmed');
    await until(() => whole.state.consents.length === 0);
    expect(droplet.up.count('tools/call', START)).toBe(0);
  });

  it('by a client that asks as fast as it can', async () => {
    await start();
    const client = await whole.client();
    const flooding = { on: true };
    undo.push(() => void (flooding.on = false));
    const flood = async () => {
      for (let id = 1_000; flooding.on; id += 1) {
        client.raw(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"odd_one"}}\n`);
        if (id % 50 === 0) await new Promise(setImmediate);
      }
    };
    void flood();
    await press('flood of refused calls');
  });

  it('by an open breaker: calls that all fail', async () => {
    await start();
    const client = await whole.client();
    await client.call('get_risk_metrics');
    droplet.cuts = true;
    for (let n = 0; n < 30; n += 1) void client.call('get_risk_metrics', { n }).catch(() => undefined);
    await until(() => droplet.up.count('tools/call', 'get_risk_metrics') >= 5);
    await press('breaker open, reads fail');
  });

  it('by a client whose session with the server is never made', async () => {
    await start();
    const client = await whole.client();
    droplet.hangs = true;
    client.raw(
      `{"jsonrpc":"2.0","id":70,"method":"tools/call","params":{"name":"get_risk_metrics","arguments":{}}}\n`,
    );
    await until(() => droplet.up.seen.at(-1)?.message?.method === 'initialize' && droplet.held.size > 0);
    await press('session of a client stuck');
  });

  it('by sessions that the server has lost and gives out slowly', async () => {
    await start();
    droplet.up.sessions.clear();
    const report = await press('session lost');
    expect(report.parts[0]?.sent).toBe(true);
  });

  it('by an audit writer that hangs', async () => {
    await start();
    const probe = await fs.open(path.join(whole.dir, 'probe'), 'w');
    const prototype = Object.getPrototypeOf(probe) as Record<string, unknown>;
    await probe.close();
    let goOn = () => {};
    const going = new Promise<void>((resolve) => (goOn = resolve));
    for (const name of ['sync', 'datasync', 'write', 'appendFile', 'writeFile']) {
      const real = prototype[name] as (...args: unknown[]) => Promise<unknown>;
      prototype[name] = async function (this: unknown, ...args: unknown[]) {
        await going;
        return await real.apply(this, args);
      };
      undo.push(() => void (prototype[name] = real));
    }
    undo.push(() => goOn());
    expect((await press('audit writer hangs')).result).toBe('confirmed');
  });

  const canMount = process.getuid?.() === 0 && mounts();
  it.skipIf(!canMount)('by a full disk (needs root and tmpfs; package: mount)', async () => {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', dir]);
    try {
      await start(dir);
      await fs.writeFile(path.join(dir, 'ballast'), Buffer.alloc(4 << 20)).catch(() => undefined);
      await expect(fs.writeFile(path.join(dir, 'more'), Buffer.alloc(8192))).rejects.toThrow('ENOSPC');
      expect((await press('disk full')).result).toBe('confirmed');
      await fs.rm(path.join(dir, 'ballast'));
      await whole.app.stop();
    } finally {
      execFileSync('umount', ['-l', dir]);
    }
  });

  it('by a link in the middle of changing: the preferred one is tried and proves itself', async () => {
    const preferred = new RawUpstream();
    const away = await preferred.listen();
    const { port } = preferred;
    await preferred.close();
    const { url, services } = await droplet.listen();
    const links = [
      { kind: 'direct', url: away },
      { kind: 'direct', url },
    ];
    whole = await WholeApp.start(url, { profile: { services, links, mcpUrl: url } });
    await until(() => whole.tools()[START] === 'listed');
    const states = () => whole.state.profiles['real'].chain.map(({ state }) => state);
    expect(states()[1]).toBe('in-use');
    await press('the second link in use');
    const again = new RawUpstream();
    await again.listen(port);
    undo.push(() => again.close());
    await until(() => states()[0] === 'proving', 90_000);
    console.log(`chain: ${states().join(', ')}`);
    await press('the first link proving itself');
  });

  it('is one stop for presses in quick succession, and each later press sends again', async () => {
    await start();
    const reports = await Promise.all(
      Array.from({ length: 20 }, () => whole.rpc.trading.stop({ profile: 'real' })),
    );
    expect(new Set(reports.map(({ at }) => at)).size).toBe(1);
    expect(droplet.arrived.filter(({ what }) => what === 'mcp')).toHaveLength(1);
    await whole.rpc.trading.stop({ profile: 'real' });
    expect(droplet.arrived.filter(({ what }) => what === 'mcp')).toHaveLength(2);
  });
});

function mounts(): boolean {
  try {
    execFileSync('which', ['mount'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
