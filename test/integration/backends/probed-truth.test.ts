import http from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthModel, TradingModel } from '../../../electron/contract/models.ts';
import { presetProfile } from '../../../electron/core/backends/presets.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createHealth, type Health } from '../../../electron/core/health/prober.ts';
import type { LinkHandle, Transport } from '../../../electron/core/link/transport.ts';
import type { RecordsModel } from '../../../electron/contract/records.ts';
import { createRecords, type Records } from '../../../electron/core/positions/records.ts';
import { createTrading, emptyTrading, type Trading } from '../../../electron/core/positions/trading.ts';
import type { McpReader, RpcAnswer } from '../../../electron/core/seams.ts';
import {
  catalystDroplet,
  startCatalystDroplet,
  type CatalystDroplet,
} from '../../helpers/catalyst-droplet.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A link that needs no tunnel: everything is on loopback. */
function directLink(services: readonly { name: string; url: string }[]) {
  const agent = new http.Agent({ keepAlive: true });
  const listeners = new Set<() => void>();
  let proofs = 0;
  const transport: Transport = {
    via: { index: 0, kind: 'direct', label: 'direct' },
    route(destination) {
      if (destination.to === 'mcp') return undefined;
      const service = services.find(({ name }) => name === destination.name);
      return service && { url: new URL(destination.path, service.url), agent, headers: {} };
    },
    closed: new Promise(() => undefined),
    close: () => agent.destroy(),
  };
  let current: Transport | undefined = transport;
  const link: LinkHandle = {
    get transport() {
      return current;
    },
    whenOpen: () => Promise.resolve(current),
    reason: () => 'The link is off.',
    proof: () => {
      proofs += 1;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    link,
    proofs: () => proofs,
    cut() {
      current = undefined;
      for (const listener of listeners) listener();
    },
    close: () => agent.destroy(),
  };
}

/** The least reader that does the work, on the official SDK. */
function sdkReader(client: Client): McpReader {
  const answer = async (work: Promise<unknown>): Promise<RpcAnswer> => {
    try {
      return { result: await work };
    } catch (error) {
      const { code, message } = error as { code: number; message: string };
      return { error: { code, message } };
    }
  };
  return {
    resources: async () => (await client.listResources()).resources,
    tools: async () => (await client.listTools()).tools,
    read: (uri) => answer(client.readResource({ uri })),
    call: (name, args) => answer(client.callTool({ name, arguments: args })),
  };
}

async function until<T>(read: () => T | undefined, ms = 60_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`not seen within ${ms} ms: ${read.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.skipIf(!catalystDroplet.available)(
  `a real Catalyst droplet${catalystDroplet.available ? '' : ` (skipped: ${catalystDroplet.reason})`}`,
  () => {
    let droplet: CatalystDroplet;
    let client: Client;
    let direct: ReturnType<typeof directLink>;
    let health: Health;
    let trading: Trading;
    const healths: HealthModel[] = [];
    const tradings: TradingModel[] = [];
    let records: Records;
    const recorded: RecordsModel[] = [];

    beforeAll(async () => {
      droplet = await startCatalystDroplet({ databaseDown: ['pattern'], without: ['news'] });
      client = new Client({ name: 'test', version: '1' });
      await client.connect(new StreamableHTTPClientTransport(new URL(droplet.mcpUrl)));
      direct = directLink(droplet.services);
      const profile = {
        ...presetProfile('real', 'catalyst'),
        environment: 'live' as const,
        links: [{ kind: 'direct' as const, url: droplet.mcpUrl }],
        mcpUrl: droplet.mcpUrl,
        services: droplet.services,
      };
      const deps = {
        profile: () => profile,
        link: direct.link,
        reader: sdkReader(client),
        clock: systemClock,
        log,
      };
      health = createHealth({ ...deps, publish: (model) => healths.push(model) });
      trading = createTrading({ ...deps, publish: (model) => tradings.push(model) });
      records = createRecords({
        ...deps,
        trading: () => tradings.at(-1) ?? emptyTrading('not read', 0),
        publish: (model) => recorded.push(model),
      });
      health.start();
      trading.start();
      records.start();
    });

    afterAll(async () => {
      health?.stop();
      trading?.stop();
      records?.stop();
      direct?.close();
      await client?.close();
      await droplet?.stop();
    });

    const latest = () => {
      const model = healths.at(-1);
      const done = model?.reported && model.services.every((service) => service.probedAt !== null);
      return done ? model : undefined;
    };

    it('shows the services as probed, with the one whose database is down and the one that is gone', async () => {
      const model = await until(latest);
      const verdicts = Object.fromEntries(model.services.map(({ name, verdict }) => [name, verdict]));
      expect(verdicts).toEqual({
        orchestration: 'up',
        scanner: 'up',
        pattern: 'degraded',
        technical: 'up',
        'risk-manager': 'up',
        trading: 'up',
        workflow: 'up',
        news: 'down',
        reporting: 'up',
      });
      const of = (name: string) => model.services.find((service) => service.name === name)!;
      expect(of('pattern').reason).toContain('its database is down');
      expect(of('news').reason).toBe('nothing listens on its port');
      expect(of('orchestration').version).toBe('6.0.3');
      expect(of('scanner').latencyMs).toBeGreaterThan(0);
      expect(direct.proofs()).toBeGreaterThan(7);
    });

    it('shows beside it what the orchestrator reports, and that this is its own fault', async () => {
      const model = await until(latest);
      expect(model.reported).toMatchObject({ verdict: 'degraded', text: 'degraded' });
      expect(model.reported!.failed).toContain('risk-manager');
      const scanner = model.services.find(({ name }) => name === 'scanner')!;
      expect(scanner.reported).toMatchObject({ verdict: 'down', text: 'error: Event loop is closed' });
      expect(model.hint).toContain('6 of 7 answer when probed directly');
    });

    it('reads positions, P&L, workflow and cycle from where they can be had', async () => {
      const model = await until(() => {
        const last = tradings.at(-1);
        return last && Object.values(last).every(({ state }) => state === 'known') ? last : undefined;
      });
      if (model.positions.state !== 'known' || model.pnl.state !== 'known') throw new Error('unreachable');
      expect(model.positions.source).toEqual({ kind: 'rest', ref: 'trading /api/v1/positions/active' });
      expect(model.positions.value.rows.map(({ symbol, unrealized }) => [symbol, unrealized])).toEqual([
        ['AAPL', '434'],
        ['MSFT', null],
      ]);
      expect(model.positions.value.totals).toEqual([
        { currency: 'USD', count: 2, unrealized: '434', missing: 1, winners: 1, losers: 0 },
      ]);
      expect(model.pnl.source.ref).toBe('risk-manager /api/v1/metrics/20251121-093000');
      expect(model.pnl.value.daily).toBe('570.25');
      expect(model.workflow).toMatchObject({ value: { running: false, status: 'idle' } });
      expect(model.cycle).toMatchObject({ value: { active: false }, source: { kind: 'mcp-resource' } });
    });

    it('reads what else it offers, and says of each thing that it does not why it is not known', async () => {
      const model = await until(() => {
        const last = recorded.at(-1);
        const { left: _left, ...parts } = last ?? { left: [] };
        const asked = Object.values(parts).filter(
          (part) => part.state === 'known' || part.reason !== 'Not read yet.',
        );
        return asked.length === 8 ? last : undefined;
      });
      expect(model).toMatchObject({
        scan: {
          state: 'known',
          source: { kind: 'rest', ref: 'scanner /api/v1/candidates' },
          value: { rows: [{ symbol: 'AAPL', company: null, score: '0.74' }] },
        },
        cycles: {
          state: 'known',
          source: { kind: 'rest', ref: 'trading /api/v1/cycles/active' },
          value: { rows: [{ id: '20251121-093000', status: 'active' }] },
        },
        closed: { state: 'unknown', reason: 'MCP lists no resource for it', last: null },
        orders: { state: 'unknown', reason: 'trading /orders: HTTP 404: Not Found', last: null },
        runs: {
          state: 'unknown',
          reason: expect.stringContaining('column "start_time" does not exist') as string,
        },
        news: { state: 'unknown', reason: expect.stringContaining('nothing listens on its port') as string },
        performance: { state: 'unknown', reason: expect.stringContaining('HTTP 422') as string },
        day: { state: 'unknown', reason: expect.stringContaining('the server could not answer') as string },
      });
    });

    it('reads the state again for an emergency stop', async () => {
      const workflow = droplet.services.find(({ name }) => name === 'workflow')!.url;
      const post = (path: string) =>
        fetch(workflow + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        });
      await post('/api/v1/workflow/start');
      expect((await trading.readStopState()).workflow.running).toBe(true);
      await post('/api/v1/workflow/stop');
      const state = await trading.readStopState();
      expect(state.workflow).toEqual({
        running: false,
        text: 'idle (rest workflow /api/v1/workflow/status)',
      });
      expect(state.cycle.active).toBe(false);
      expect((await droplet.calls()).map(({ what }) => what)).toContain('POST /api/v1/workflow/stop');
    });

    it('knows nothing any more when the link is cut, and keeps what was last known', async () => {
      direct.cut();
      const model = healths.at(-1)!;
      expect(new Set(model.services.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
      expect(new Set(model.services.map(({ reason }) => reason))).toEqual(new Set(['The link is off.']));
      const { positions } = tradings.at(-1)!;
      if (positions.state !== 'unknown') throw new Error('positions are still shown as known');
      expect(positions.reason).toBe('The link is off.');
      expect(positions.last?.value.rows).toHaveLength(2);
      expect((await trading.readStopState()).workflow.running).toBeNull();
      expect(recorded.at(-1)?.scan).toMatchObject({ state: 'unknown', last: { value: { total: 1 } } });
    });
  },
);
