import { describe, expect, it } from 'vitest';
import { parseFault } from '../../../electron/core/demo/faults.ts';
import { droplet, fetchRaw, mcpClient, readJson, type Reply } from './droplet.ts';
import type { DemoDroplet } from '../../../electron/core/demo/demo-droplet.ts';

const BOTH = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} });

const post = (to: DemoDroplet, body: string, headers: Record<string, string> = {}): Promise<Reply> =>
  fetchRaw(to.mcpUrl, { method: 'POST', body, headers: { ...BOTH, ...headers } });

async function session(to: DemoDroplet): Promise<Record<string, string>> {
  const { headers } = await post(to, INITIALIZE);
  return { 'mcp-session-id': String(headers['mcp-session-id']) };
}

const call = (name: string, args: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name, arguments: args } });

describe('the surface, as the official client sees it', () => {
  it('lists tools as v6.0.3 does: defaults, free results, no annotations', async () => {
    const client = await mcpClient(await droplet());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'start_trading_cycle',
      'stop_trading',
      'analyze_symbol',
      'get_risk_metrics',
    ]);
    expect(tools[0].inputSchema).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        mode: { default: 'normal', type: 'string' },
        scan_frequency: { default: 300, type: 'integer' },
        max_positions: { default: 5, type: 'integer' },
        risk_level: { default: 0.5, type: 'number' },
      },
    });
    expect(tools[2].inputSchema.required).toEqual(['symbol']);
    expect(tools.every(({ annotations }) => annotations === undefined)).toBe(true);
    expect(client.getServerVersion()?.name).toBe('catalyst-orchestration');
  });

  it('serves the resources as text/plain JSON, positions also under their other name', async () => {
    const client = await mcpClient(await droplet());
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      'catalyst://system/health',
      'catalyst://trading-cycle/current',
      'catalyst://market-scan/latest',
      'catalyst://portfolio/positions/open',
      'catalyst://analytics/daily-summary',
      'catalyst://positions/active',
      'catalyst://positions/history',
      'catalyst://trading-cycle/history',
    ]);
    expect(new Set(resources.map(({ mimeType }) => mimeType))).toEqual(new Set(['text/plain']));
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([]);
    const health = await readJson(client, 'catalyst://system/health');
    expect(health).toMatchObject({
      status: 'healthy',
      failed_services: [],
      services: { risk_manager: 'healthy' },
    });
    expect(Object.keys(health.services)).not.toContain('workflow');
    for (const uri of ['catalyst://portfolio/positions/open', 'catalyst://positions/active']) {
      const { positions, count } = await readJson(client, uri);
      expect(count).toBe(positions.length);
      expect(count).toBeGreaterThanOrEqual(3);
    }
    expect((await readJson(client, 'catalyst://market-scan/latest')).candidates).toHaveLength(10);
    expect(
      (await readJson(client, 'catalyst://analytics/daily-summary')).summary.open_positions,
    ).toBeGreaterThan(2);
    await expect(client.readResource({ uri: 'catalyst://nothing' })).rejects.toThrow(/Resource not found/);
  });

  it('starts and stops a cycle, with progress, and counts what it carried out', async () => {
    const it = await droplet();
    const client = await mcpClient(it);
    expect(await readJson(client, 'catalyst://trading-cycle/current')).toMatchObject({
      status: 'no_active_cycle',
    });
    const progress: string[] = [];
    const start = { name: 'start_trading_cycle', arguments: { mode: 'aggressive', max_positions: 7 } };
    const started = await client.callTool(start, undefined, {
      onprogress: ({ message }) => progress.push(message ?? ''),
    });
    expect(started.isError).toBe(false);
    expect(started.structuredContent).toMatchObject({
      success: true,
      status: 'started',
      mode: 'aggressive',
      configuration: { scan_frequency: 300, max_positions: 7, risk_level: 0.5 },
    });
    expect(JSON.parse((started.content as { text: string }[])[0].text)).toEqual(started.structuredContent);
    expect(progress).toHaveLength(2);
    expect(await readJson(client, 'catalyst://trading-cycle/current')).toMatchObject({
      status: 'active',
      mode: 'aggressive',
      max_positions: 7,
      runtime_formatted: expect.stringMatching(/^0:00:0\d$/) as string,
    });
    expect((await client.callTool(start)).structuredContent).toMatchObject({ success: false });
    const stopped = await client.callTool({ name: 'stop_trading', arguments: { close_positions: true } });
    expect(stopped.structuredContent).toMatchObject({ success: true, status: 'stopped', reason: 'manual' });
    expect((stopped.structuredContent as any).positions_closed).toBeGreaterThanOrEqual(3);
    const again = await client.callTool({ name: 'stop_trading', arguments: {} });
    expect(again.structuredContent).toEqual({ success: true, message: 'No active trading cycle to stop' });
    expect(it.counts()).toEqual({ start_trading_cycle: 2, stop_trading: 2 });
  });

  it('refuses arguments in words and carries nothing out', async () => {
    const it = await droplet();
    const client = await mcpClient(it);
    for (const [name, args, words] of [
      [
        'start_trading_cycle',
        { max_positions: 50 },
        /max_positions\n {2}Input should be less than or equal to 10/,
      ],
      ['start_trading_cycle', { mode: 'yolo' }, /'conservative', 'normal', 'aggressive'/],
      ['start_trading_cycle', { leverage: 9 }, /leverage\n {2}Unexpected keyword argument/],
      ['stop_trading', { close_positions: 'yes' }, /valid boolean/],
      ['analyze_symbol', {}, /symbol\n {2}Missing required argument/],
      ['emergency_stop', {}, /Unknown tool: 'emergency_stop'/],
    ] as const) {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError).toBe(true);
      expect((result.content as { text: string }[])[0].text).toMatch(words);
    }
    expect(it.counts()).toEqual({});
  });

  it('analyses a symbol and says success with every part failed for one it does not know', async () => {
    const client = await mcpClient(await droplet());
    const known = await client.callTool({ name: 'analyze_symbol', arguments: { symbol: 'aapl' } });
    expect(known.structuredContent).toMatchObject({
      analysis: { symbol: 'AAPL', technical: { symbol: 'AAPL' } },
    });
    const unknown = await client.callTool({ name: 'analyze_symbol', arguments: { symbol: 'ZZZZ' } });
    expect(unknown.structuredContent).toMatchObject({
      success: true,
      analysis: { technical: { error: expect.any(String) as string } },
    });
  });

  it('keeps Python spelling on the wire, also in structured results', async () => {
    const it = await droplet();
    const reply = await post(it, call('get_risk_metrics', {}), await session(it));
    expect(reply.text.match(/"daily_loss_limit_usd":2000\.0/g)).toHaveLength(1);
    expect(reply.text).toContain('\\"daily_loss_limit_usd\\":2000.0');
  });
});

describe('HTTP as FastMCP answers it', () => {
  it.each([
    ['json only', { accept: 'application/json' }, 406],
    ['event stream only', { accept: 'text/event-stream' }, 406],
    ['empty', { accept: '' }, 406],
    ['anything', { accept: '*/*' }, 200],
    ['both, with parameters', { accept: 'text/event-stream;q=0.5, application/json;charset=utf-8' }, 200],
    ['both ranges', { accept: 'application/*, text/*' }, 200],
  ])('Accept %s', async (_name, headers, status) => {
    const it = await droplet();
    const reply = await post(it, INITIALIZE, headers);
    expect(reply.status).toBe(status);
    if (status === 200) {
      expect(reply.headers['content-type']).toBe('text/event-stream');
      return;
    }
    expect(reply.json).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: {
        code: -32600,
        message: 'Not Acceptable: Client must accept both application/json and text/event-stream',
      },
    });
  });

  it('refuses no Accept at all, other content types and broken JSON', async () => {
    const it = await droplet();
    const bare = await fetchRaw(it.mcpUrl, {
      method: 'POST',
      body: LIST,
      headers: { 'content-type': BOTH['content-type'] },
    });
    expect(bare.status).toBe(406);
    expect((await post(it, LIST, { 'content-type': 'text/plain' })).status).toBe(400);
    expect((await post(it, '{')).json.error.code).toBe(-32700);
  });

  it('wants a session, forgets it on DELETE, and no session id of an error is good for anything', async () => {
    const it = await droplet();
    const missing = await post(it, LIST);
    expect([missing.status, missing.json.error.message]).toEqual([400, 'Bad Request: Missing session ID']);
    const useless = String(missing.headers['mcp-session-id']);
    expect((await post(it, LIST, { 'mcp-session-id': useless })).status).toBe(404);
    const own = await session(it);
    expect((await post(it, LIST, own)).status).toBe(200);
    const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect((await post(it, notification, own)).status).toBe(202);
    expect((await fetchRaw(it.mcpUrl, { method: 'DELETE', headers: own })).status).toBe(200);
    const gone = await post(it, LIST, own);
    expect([gone.status, gone.json.error.message]).toEqual([404, 'Session not found']);
  });

  it('makes every session unknown after a restart', async () => {
    const it = await droplet();
    const own = await session(it);
    await it.forgetSessions();
    expect((await post(it, LIST, own)).status).toBe(404);
    expect((await post(it, INITIALIZE)).status).toBe(200);
  });

  it('redirects the trailing slash, gives health as text, and 404 elsewhere', async () => {
    const it = await droplet();
    const slash = await fetchRaw(`${it.mcpUrl}/`, { method: 'POST', body: LIST, headers: BOTH });
    expect([slash.status, slash.headers.location]).toEqual([307, it.mcpUrl]);
    const health = await fetchRaw(it.mcpUrl.replace('/mcp', '/health'));
    expect([health.status, health.text]).toEqual([200, 'OK - Orchestration v6.0.3']);
    expect(health.headers['content-type']).toMatch(/^text\/plain/);
    expect((await fetchRaw(it.mcpUrl.replace('/mcp', '/'))).status).toBe(404);
  });

  it('gives one GET stream a session and refuses a second', async () => {
    const it = await droplet();
    const own = await session(it);
    expect((await fetchRaw(it.mcpUrl, { headers: { ...own, accept: 'application/json' } })).status).toBe(406);
    const accept = { accept: 'text/event-stream' };
    expect((await fetchRaw(it.mcpUrl, { headers: accept })).status).toBe(400);
    const first = new AbortController();
    const stream = await fetch(it.mcpUrl, { headers: { ...own, ...accept }, signal: first.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect((await fetchRaw(it.mcpUrl, { headers: { ...own, ...accept } })).status).toBe(409);
    first.abort();
  });

  it('refuses browsers and foreign host names', async () => {
    const it = await droplet();
    expect((await post(it, INITIALIZE, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(it, INITIALIZE, { host: 'evil.example' })).status).toBe(421);
  });
});

describe('faults of the MCP server', () => {
  it('mcp-down closes the port and forgets sessions and cycle', async () => {
    const it = await droplet();
    const own = await session(it);
    await post(it, call('start_trading_cycle', {}), own);
    await it.setFault(parseFault('mcp-down'));
    await expect(post(it, LIST, own)).rejects.toThrow(/ECONNREFUSED/);
    await it.clearFault(parseFault('mcp-down'));
    expect((await post(it, LIST, own)).status).toBe(404);
    const client = await mcpClient(it);
    expect(await readJson(client, 'catalyst://trading-cycle/current')).toMatchObject({
      status: 'no_active_cycle',
    });
  });

  it('slow=MS delays every answer', async () => {
    const it = await droplet('slow=300');
    const started = performance.now();
    await post(it, INITIALIZE);
    expect(performance.now() - started).toBeGreaterThanOrEqual(295);
  });

  it('hang=TOOL takes the call, carries nothing out and never answers; other calls go on', async () => {
    const it = await droplet('hang=start_trading_cycle');
    const client = await mcpClient(it);
    const hanging = client.callTool({ name: 'start_trading_cycle', arguments: {} }, undefined, {
      timeout: 400,
    });
    expect((await client.callTool({ name: 'get_risk_metrics', arguments: {} })).isError).toBe(false);
    await expect(hanging).rejects.toThrow(/timed out/);
    expect(it.counts()).toEqual({ get_risk_metrics: 1 });
  });

  it('die-mid-answer=TOOL carries out once, then breaks off inside the answer', async () => {
    const it = await droplet('die-mid-answer=start_trading_cycle');
    const own = await session(it);
    const response = await fetch(it.mcpUrl, {
      method: 'POST',
      body: call('start_trading_cycle', {}),
      headers: { ...BOTH, ...own },
    });
    expect(response.status).toBe(200);
    let seen = '';
    const reading = (async () => {
      for await (const part of response.body ?? []) seen += Buffer.from(part).toString();
    })();
    await expect(reading).rejects.toThrow(/terminated/);
    expect(seen).toContain('"result":');
    expect(seen).not.toMatch(/\}\n\n$/);
    expect(it.counts()).toEqual({ start_trading_cycle: 1 });
    const client = await mcpClient(it);
    expect(await readJson(client, 'catalyst://trading-cycle/current')).toMatchObject({ status: 'active' });
  });

  it('stop-fails answers -32602 and leaves the cycle active', async () => {
    const it = await droplet('stop-fails');
    const own = await session(it);
    await post(it, call('start_trading_cycle', {}), own);
    const reply = await post(it, call('stop_trading', { close_positions: true }), own);
    expect(reply.text).toContain('"error":{"code":-32602,"message":"Invalid request parameters","data":""}');
    const client = await mcpClient(it);
    expect(await readJson(client, 'catalyst://trading-cycle/current')).toMatchObject({ status: 'active' });
  });

  it('a service without its database fails over MCP as the real one does, while health calls trading healthy', async () => {
    const it = await droplet('database-down=trading', 'database-down=news', 'service-down=pattern');
    const client = await mcpClient(it);
    await expect(readJson(client, 'catalyst://portfolio/positions/open')).rejects.toMatchObject({
      code: -32603,
      message: expect.stringMatching(/POSITION_RETRIEVAL_FAILED/) as string,
    });
    expect(await readJson(client, 'catalyst://system/health')).toMatchObject({
      status: 'degraded',
      services: {
        trading: 'healthy',
        news: 'unhealthy',
        pattern: expect.stringMatching(/^error: Cannot connect to host/) as string,
      },
      failed_services: ['pattern', 'news'],
    });
  });
});
