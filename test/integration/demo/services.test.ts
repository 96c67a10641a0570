import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../electron/core/demo/faults.ts';
import { SERVICE_NAMES } from '../../../electron/core/demo/names.ts';
import { afterThisTest, droplet, fetchRaw, portOf, serviceUrl, until } from './droplet.ts';
import type { DemoDroplet } from '../../../electron/core/demo/demo-droplet.ts';

const get = (of: DemoDroplet, service: string, path: string) => fetchRaw(`${serviceUrl(of, service)}${path}`);
const post = (of: DemoDroplet, service: string, path: string, body = '') =>
  fetchRaw(`${serviceUrl(of, service)}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });

describe('health of the eight services', () => {
  it('is as different as the real ones are', async () => {
    const it = await droplet();
    expect(it.services.map(({ name }) => name)).toEqual([...SERVICE_NAMES]);
    const health = Object.fromEntries(
      await Promise.all(
        SERVICE_NAMES.map(async (name) => [name, (await get(it, name, '/health')).json] as const),
      ),
    );
    expect(health['scanner']).toMatchObject({ database: 'connected', redis: 'connected', version: '5.5.0' });
    expect(health['pattern']).toMatchObject({ service: 'pattern-service', uses_time_id: true });
    expect(health['technical']).toMatchObject({ database: 'healthy' });
    expect(health['risk-manager']).not.toHaveProperty('timestamp');
    expect(health['trading']).toMatchObject({ error_handling: 'rigorous' });
    expect(health['workflow']).toMatchObject({ service: 'workflow-coordinator', current_status: 'scanning' });
    expect(health['news'].processing_stats.current_backlog).toBe(0);
    expect(health['reporting']).toEqual({
      status: 'healthy',
      service: 'reporting',
      version: '5.1.0',
      database: 'connected',
    });
  });

  it('lies without a database just as the real ones do', async () => {
    const it = await droplet(...SERVICE_NAMES.map((name) => `database-down=${name}`));
    const replies = Object.fromEntries(
      await Promise.all(SERVICE_NAMES.map(async (name) => [name, await get(it, name, '/health')] as const)),
    );
    for (const name of ['scanner', 'risk-manager', 'workflow', 'reporting'] as const) {
      expect([replies[name].status, replies[name].json.status]).toEqual([200, 'healthy']);
    }
    expect([replies['trading'].status, replies['trading'].json.error]).toEqual([200, 'database_unavailable']);
    expect([replies['news'].status, replies['news'].text]).toEqual([500, 'Internal Server Error']);
    expect([replies['pattern'].status, replies['pattern'].json.status]).toEqual([503, 'unhealthy']);
    expect(replies['technical'].json).toMatchObject({ status: 'degraded', database: 'disconnected' });
    const positions = await get(it, 'trading', '/api/v1/positions/active');
    expect([positions.status, positions.json.detail.error]).toEqual([503, 'Database unavailable']);
  });
});

describe('REST', () => {
  it('serves positions that move, and cycles with their configuration in a string', async () => {
    const it = await droplet();
    const first = (await get(it, 'trading', '/api/v1/positions/active')).json;
    expect(first.count).toBeGreaterThanOrEqual(3);
    expect(Object.keys(first.positions[0])).toHaveLength(22);
    expect((await get(it, 'trading', '/api/v1/positions/active?cycle_id=other')).json.positions).toEqual([]);
    await until(async () => {
      const next = (await get(it, 'trading', '/api/v1/positions/active')).json;
      return next.positions[0].unrealized_pnl !== first.positions[0].unrealized_pnl;
    });
    const { cycles } = (await get(it, 'trading', '/api/v1/cycles/active')).json;
    expect(JSON.parse(cycles[0].configuration)).toEqual({ name: 'demo' });
    expect(cycles[0].current_positions).toBe(0);
    const metrics = (await get(it, 'risk-manager', `/api/v1/metrics/${cycles[0].cycle_id}`)).json;
    expect(metrics).toMatchObject({ cycle_id: cycles[0].cycle_id, daily_loss_limit_usd: 2000 });
  });

  it('answers the other paths', async () => {
    const it = await droplet();
    for (const [service, path, key] of [
      ['scanner', '/api/v1/candidates', 'candidates'],
      ['risk-manager', '/api/v1/exposure/x', 'sector_exposures'],
      ['risk-manager', '/api/v1/parameters/x', 'max_positions'],
      ['workflow', '/api/v1/workflow/history?limit=3', 'history'],
      ['news', '/api/v1/catalysts', 'catalysts'],
      ['news', '/api/v1/stats', 'stats'],
      ['technical', '/api/v1/indicators/MSFT', 'rsi'],
      ['reporting', '/api/v1/reports/daily?cycle_id=x', 'summary'],
      ['reporting', '/api/v1/reports/performance?cycle_id=x', 'win_rate'],
    ] as const) {
      const reply = await get(it, service, path);
      expect([path, reply.status, key in reply.json]).toEqual([path, 200, true]);
    }
    const scan = (await post(it, 'scanner', '/api/v1/scan')).json;
    expect([typeof scan.candidates, Array.isArray(scan.picks)]).toEqual(['number', true]);
    expect((await post(it, 'pattern', '/api/v1/detect', '{"symbol":"TSLA"}')).json.symbol).toBe('TSLA');
    const daily = (await get(it, 'reporting', '/api/v1/reports/daily?cycle_id=x')).json;
    expect(daily.positions[0].entry_price).toMatch(/^\d+\.\d\d$/);
  });

  it('wraps errors as FastAPI does', async () => {
    const it = await droplet();
    expect((await get(it, 'trading', '/api/v1/positions/open')).json).toEqual({ detail: 'Not Found' });
    expect((await get(it, 'workflow', '/api/v1/workflow/stop')).status).toBe(405);
    const missing = await get(it, 'reporting', '/api/v1/reports/daily');
    expect([missing.status, missing.json.detail[0].loc]).toEqual([422, ['query', 'cycle_id']]);
    expect((await post(it, 'workflow', '/api/v1/workflow/start', '{"max_positions":99}')).status).toBe(422);
    expect((await post(it, 'pattern', '/api/v1/detect', '{')).json.detail[0].type).toBe('json_invalid');
  });

  it('starts and stops the workflow, once at a time', async () => {
    const it = await droplet();
    const running = await post(it, 'workflow', '/api/v1/workflow/start', '{}');
    expect([running.status, running.json.detail]).toEqual([409, 'Workflow already running: scanning']);
    expect((await post(it, 'workflow', '/api/v1/workflow/stop')).json).toEqual({
      success: true,
      message: 'Workflow stop requested',
      previous_status: 'scanning',
    });
    expect((await get(it, 'workflow', '/api/v1/workflow/status')).json.status).toBe('idle');
    expect((await post(it, 'workflow', '/api/v1/workflow/stop')).json.success).toBe(false);
    const started = await post(
      it,
      'workflow',
      '/api/v1/workflow/start',
      '{"mode":"conservative","max_positions":3}',
    );
    expect(started.json).toMatchObject({
      success: true,
      status: 'started',
      mode: 'conservative',
      max_positions: 3,
    });
    expect(it.counts()).toEqual({
      'POST workflow /api/v1/workflow/start': 2,
      'POST workflow /api/v1/workflow/stop': 2,
    });
  });
});

describe('faults of services', () => {
  it('stop-fails: the workflow says it stops and goes on', async () => {
    const it = await droplet('stop-fails');
    expect((await post(it, 'workflow', '/api/v1/workflow/stop')).json.success).toBe(true);
    expect((await get(it, 'workflow', '/api/v1/workflow/status')).json.status).not.toBe('idle');
  });

  it('service-down closes one port, which comes back under the same number', async () => {
    const it = await droplet();
    await it.setFault(parseFault('service-down=news'));
    await expect(get(it, 'news', '/health')).rejects.toThrow(/ECONNREFUSED/);
    expect((await get(it, 'scanner', '/health')).status).toBe(200);
    await it.clearFault(parseFault('service-down=news'));
    expect((await get(it, 'news', '/health')).status).toBe(200);
  });

  it('says so when another program has taken the port meanwhile', async () => {
    const it = await droplet('service-down=news');
    const thief = net.createServer();
    afterThisTest(() => thief.close());
    await new Promise<void>((resolve) => thief.listen(portOf(serviceUrl(it, 'news')), '127.0.0.1', resolve));
    await expect(it.clearFault(parseFault('service-down=news'))).rejects.toMatchObject({
      code: 'APP_PORT_IN_USE',
    });
    expect((await get(it, 'scanner', '/health')).status).toBe(200);
  });

  it('slow=NAME:MS delays that service alone', async () => {
    const it = await droplet('slow=trading:2000');
    const started = performance.now();
    const answered: string[] = [];
    const ask = async (name: string) => {
      await get(it, name, '/health');
      answered.push(name);
    };
    await Promise.all([ask('trading'), ask('scanner')]);
    expect(answered).toEqual(['scanner', 'trading']);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_995);
  });
});
