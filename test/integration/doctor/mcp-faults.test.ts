import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeState } from '../../../electron/core/files.ts';
import { definitionOf } from '../../../electron/core/catalogue/definition.ts';
import { LegacySseServer } from '../../fixtures/mcp/legacy-sse-server.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { freePort } from '../../helpers/sshd.ts';
import { examine, makeState, named } from './examine.ts';
import type { Patient } from './examine.ts';

describe('doctor on faults of the MCP server and the services', () => {
  let server: RawUpstream;
  const ends: (() => unknown)[] = [];

  beforeEach(async () => {
    server = new RawUpstream();
    await server.listen();
    ends.push(() => server.close());
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const look = (change: Partial<Patient> = {}) =>
    examine({ links: [{ kind: 'direct', url: server.url }], ...change });

  /** A service that answers /health so. */
  const service = async (status: number, body: unknown) => {
    const web = http.createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    ends.push(() => web.close());
    return `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  };

  it('names a server that forgets the session it has just given', async () => {
    server.on = (message) => {
      if (message?.method === 'ping') server.sessions.clear();
      return false;
    };
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'session', check: 'session.kept' });
    expect(run.of('session.kept')?.remedy?.text).toContain('workers');
  });

  it('names a server that forgets it at once, while the handshake itself is fine', async () => {
    server.on = (message) => {
      if (message?.method === 'notifications/initialized') server.sessions.clear();
      return false;
    };
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'session', check: 'session.kept' });
    expect(run.of('mcp.initialize')?.state).toBe('ok');
  });

  it('warns of a server that fails on a session that never was', async () => {
    server.on = (message, response, request) => {
      const session = request.headers['mcp-session-id'];
      if (session === undefined || server.sessions.has(String(session))) return false;
      response.writeHead(500).end('boom');
      return true;
    };
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'session', check: 'session.unknown' });
  });

  it('names initialize that is answered with an error', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'initialize') return false;
      server.reply(response, { ...message, method: '' }, { error: { code: -32603, message: 'no database' } });
      return true;
    };
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'mcp', check: 'mcp.initialize' });
    expect(run.of('mcp.initialize')?.seen).toContain('no database');
  });

  it('names initialize that is never answered', async () => {
    server.on = (message) => message?.method === 'initialize';
    const run = await look({ ports: { timing: { probeMs: 2_000 } } });
    expect(named(run)).toEqual({ result: 'broken', layer: 'mcp', check: 'mcp.initialize' });
    expect(run.of('mcp.initialize')?.seen).toContain('was not answered');
  });

  it('names a server without any tool, and warns of one that has resources alone', async () => {
    server.tools = [];
    const alone = await look();
    expect(named(alone)).toEqual({ result: 'warnings', layer: 'tools', check: 'tools.list' });
    server.resources = [];
    expect(named(await look())).toEqual({ result: 'broken', layer: 'tools', check: 'tools.list' });
  });

  it('names tools/list that fails', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/list') return false;
      server.reply(response, message, { error: { code: -32603, message: 'Event loop is closed' } });
      return true;
    };
    const run = await look();
    expect(named(run)).toEqual({ result: 'broken', layer: 'tools', check: 'tools.list' });
    expect(run.of('tools.list')?.seen).toContain('Event loop is closed');
  });

  it('warns of a name that Claude would refuse the whole list for', async () => {
    server.tools.push({ name: 'get.quote', inputSchema: { type: 'object' } });
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'tools', check: 'tools.names' });
    expect(run.of('tools.names')?.seen).toContain('get.quote');
  });

  it('warns of tools that are new, changed or gone since they were approved', async () => {
    const home = makeState();
    ends.push(() => fs.rmSync(home.dir, { recursive: true, force: true }));
    const saved = (tool: object, approved: string | null) => {
      const { name, hash, text } = definitionOf(JSON.stringify(tool)) ?? { name: '', hash: '', text: '' };
      const approvedHash = approved === 'now' ? hash : approved;
      return {
        name,
        definition: text,
        hash,
        approvedHash,
        approvedDefinition: null,
        approvedAs: null,
        blocked: false,
        present: true,
      };
    };
    const [first, second, ...rest] = server.tools;
    const tools = [
      ...[first].map((tool) => saved(tool, 'now')),
      ...[second].map((tool) => saved(tool, 'f'.repeat(64))),
      saved({ name: 'was_here', inputSchema: { type: 'object' } }, 'now'),
      ...rest.slice(0, -1).map((tool) => saved(tool, 'now')),
    ];
    const catalogue = {
      version: 1,
      revision: '',
      serve: {},
      reads: [],
      savedAt: 1,
      server: null,
      tools,
      resources: [],
      templates: [],
      prompts: null,
      initialize: null,
    };
    await writeState(`${home.catalogue}/real.json`, JSON.stringify(catalogue));
    const run = await look({ home });
    expect(named(run)).toEqual({ result: 'warnings', layer: 'tools', check: 'tools.catalogue' });
    expect(run.of('tools.catalogue')?.seen).toContain('new: odd_one; changed: echo; gone: was_here');
  });

  it('follows a redirect to a trailing slash, and says what to write instead', async () => {
    server.on = (_message, response, request) => {
      if (request.url !== '/mcp') return false;
      response.writeHead(307, { location: '/mcp/' }).end();
      return true;
    };
    const run = await look();
    expect(named(run)).toEqual({ result: 'warnings', layer: 'mcp', check: 'mcp.redirect' });
    expect(run.of('mcp.redirect')?.remedy?.command).toBe(`${server.url}/`);
    expect(run.of('tools.list')?.state).toBe('ok');
  });

  it('names the host guard behind a 403 over a direct link', async () => {
    server.on = (_message, response) => {
      response.writeHead(403).end('Invalid Origin header');
      return true;
    };
    expect(named(await look())).toEqual({ result: 'broken', layer: 'mcp', check: 'mcp.host-guard' });
  });

  it('is content with a server of 2024-11-05', async () => {
    const old = new LegacySseServer();
    const url = await old.listen();
    ends.push(() => old.close());
    const run = await look({ links: [{ kind: 'direct', url }] });
    expect(run.checks.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(run.of('mcp.initialize')?.seen).toContain('HTTP+SSE');
  });

  it('names a service whose 200 hides a database that is down', async () => {
    const url = await service(200, {
      status: 'unhealthy',
      service: 'trading',
      error: 'database_unavailable',
      message: '[Errno 111] Connect call failed',
    });
    const run = await look({ services: [{ name: 'trading', url }] });
    expect(named(run)).toEqual({ result: 'broken', layer: 'services', check: 'services.health' });
    expect(run.of('services.health')).toMatchObject({ subject: 'trading', state: 'failed' });
    expect(run.of('services.health')?.remedy?.command).toContain('docker compose');
  });

  it('names a service that is down among others that are up', async () => {
    const url = await service(200, { status: 'healthy', service: 'scanner', version: '5.5.0' });
    const dead = `http://127.0.0.1:${await freePort()}`;
    const run = await look({
      services: [
        { name: 'scanner', url },
        { name: 'news', url: dead },
      ],
    });
    expect(named(run)).toEqual({ result: 'broken', layer: 'services', check: 'services.health' });
    const health = run.checks.filter(({ id }) => id === 'services.health');
    expect(health.map(({ subject, state }) => `${subject} ${state}`).sort()).toEqual([
      'news failed',
      'scanner ok',
    ]);
  });

  it('warns of a clock that is wrong', async () => {
    const run = await look({
      ports: {
        clock: {
          now: () => Date.now() + 600_000,
          monotonic: () => performance.now(),
          after: () => () => undefined,
        },
      },
    });
    expect(run.of('web.clock')?.state).toBe('warning');
  });

  it('ends at once and closes what it opened when the caller leaves', async () => {
    const { examineProfile } = await import('../../../electron/core/doctor/doctor.ts');
    const { portsOf, profileOf } = await import('./examine.ts');
    const home = makeState();
    ends.push(() => fs.rmSync(home.dir, { recursive: true, force: true }));
    server.on = (message) => message?.method === 'tools/list';
    const patient: Patient = { links: [{ kind: 'direct', url: server.url }] };
    const control = new AbortController();
    const seen: string[] = [];
    for await (const event of examineProfile(portsOf(home, patient), profileOf(patient), control.signal)) {
      seen.push(event.type);
      if (event.type === 'running' && event.id === 'tools.list') control.abort();
    }
    expect(seen).not.toContain('end');
    await expect.poll(() => server.deleted.length).toBe(server.count('initialize'));
  });
});
