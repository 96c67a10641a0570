import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGate } from '../../fixtures/mcp/open-gate.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';
import { SdkServer } from '../../fixtures/mcp/sdk-server.ts';
import { STUB } from '../../fixtures/mcp/stub-client.ts';

const PYTHON = process.env['COMPANION_TEST_PYTHON'] ?? '/opt/companion-test/bin/python3';
const FASTMCP = fs.existsSync(PYTHON);

const command = (rig: Rig) => ({
  command: process.execPath,
  args: [STUB, 'demo'],
  env: { CATALYST_COMPANION_HOME: rig.dir },
  stderr: 'ignore' as const,
});

/** The official client 1.32, as Claude Desktop has it. */
async function clientV1(rig: Rig): Promise<Client> {
  const client = new Client(
    { name: 'claude-ai', version: '0.1.0' },
    { capabilities: { elicitation: {}, roots: {} } },
  );
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { n: 3 } }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///é' }] }));
  await client.connect(new StdioClientTransport(command(rig)));
  return client;
}

/** The official client 2.4, which probes for 2026-07-28 with a sibling process first. */
async function clientV2(rig: Rig): Promise<ClientV2> {
  const client = new ClientV2(
    { name: 'claude-ai', version: '0.1.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  await client.connect(new StdioV2(command(rig)));
  return client;
}

/** Approves everything the server lists, as a person would. */
async function approveAll(rig: Rig): Promise<void> {
  await rig.bridge.refresh('demo');
  const { catalogue } = rig.bridge;
  await catalogue.approve(
    'demo',
    catalogue.view('demo').tools.map(({ name, hash }) => ({ name, hash })),
  );
}

describe.each([
  ['SSE answers', false],
  ['JSON answers', true],
])('the official SDK server with sessions and %s', (_name, json) => {
  let server: SdkServer;
  let rig: Rig;
  beforeEach(async () => {
    server = new SdkServer(json);
    rig = await Rig.start(await server.listen());
    await approveAll(rig);
  });
  afterEach(async () => {
    await rig.stop();
    await server.close();
  });

  it('serves the SDK client 1.32 through the bridge', async () => {
    const client = await clientV1(rig);
    const logs: unknown[] = [];
    client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      ({ params }) => void logs.push(params.data),
    );
    expect(client.getServerVersion()).toMatchObject({ name: 'sdk-fixture' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('get_typed');
    expect(await client.callTool({ name: 'echo', arguments: { text: 'ünï' } })).toEqual({
      content: [{ type: 'text', text: 'ünï' }],
    });
    expect(await client.callTool({ name: 'get_typed' })).toMatchObject({ structuredContent: { n: 5 } });
    expect(await client.readResource({ uri: 'test://one' })).toMatchObject({ contents: [{ text: 'ünï' }] });
    expect(await client.readResource({ uri: 'test://many/7' })).toMatchObject({
      contents: [{ text: 'test://many/7' }],
    });
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    expect((await client.listPrompts()).prompts).toHaveLength(1);
    expect(await client.getPrompt({ name: 'hello', arguments: { name: 'you' } })).toMatchObject({
      messages: [{ content: { text: 'hello you' } }],
    });
    if (!json) {
      const progress: number[] = [];
      server.beforeDone = () => until(() => progress.length === 3, 30_000);
      await client.callTool({ name: 'get_slowly' }, undefined, {
        onprogress: ({ progress: n }) => progress.push(n),
      });
      expect(progress).toEqual([1, 2, 3]);
      await until(() => logs.length === 3);
    }
    const asked = await client.callTool({ name: 'get_answer' });
    expect(asked).toMatchObject({ content: [{ text: '{"action":"accept","content":{"n":3}}' }] });
    expect(await client.callTool({ name: 'get_roots' })).toMatchObject({
      content: [{ text: '{"roots":[{"uri":"file:///é"}]}' }],
    });
    const stop = new AbortController();
    const endless = client.callTool({ name: 'get_forever' }, undefined, { signal: stop.signal });
    void until(() => server.endless === 1).then(() => stop.abort());
    await expect(endless).rejects.toThrow(/abort/i);
    await until(() => server.cancelled === 1);
    await client.close();
    // the reader's own session is left
    await until(() => server.sessions === 1);
  });

  it('serves the SDK client 2.4 with version negotiation', async () => {
    const client = await clientV2(rig);
    expect(client.getProtocolEra()).toBe('modern');
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('companion_status');
    expect(await client.callTool({ name: 'echo', arguments: { text: 'two' } })).toMatchObject({
      content: [{ text: 'two' }],
    });
    expect(await client.readResource({ uri: 'test://one' })).toMatchObject({ contents: [{ text: 'ünï' }] });
    await client.close();
  });

  it('may restart: the next call opens a new session', async () => {
    const client = await clientV1(rig);
    await client.callTool({ name: 'echo', arguments: { text: 'a' } });
    server.forget();
    expect(await client.callTool({ name: 'echo', arguments: { text: 'b' } })).toMatchObject({
      content: [{ text: 'b' }],
    });
    expect(server.calls).toBe(2);
    await client.close();
  });

  it('serves 200 calls of four clients at the same time, each answer to its own', async () => {
    const clients = await Promise.all([1, 2, 3, 4].map(() => clientV1(rig)));
    await Promise.all(
      clients.flatMap((client, c) =>
        Array.from({ length: 50 }, async (_none, n) => {
          const text = `${c}-${n}`;
          expect(await client.callTool({ name: 'echo', arguments: { text } })).toMatchObject({
            content: [{ text }],
          });
        }),
      ),
    );
    expect(server.calls).toBe(200);
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe.skipIf(!FASTMCP)('Python FastMCP (from pip in a venv, needs python3-venv)', () => {
  let python: ChildProcess;
  let rig: Rig;
  beforeEach(async () => {
    const file = path.resolve(import.meta.dirname, '../../fixtures/mcp/fastmcp_server.py');
    python = spawn(PYTHON, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
    const port = await new Promise<string>((resolve) =>
      python.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim())),
    );
    rig = await Rig.start(`http://127.0.0.1:${port}/mcp`, { gate: openGate() });
    const end = Date.now() + 60_000;
    for (;;) {
      const ready = await rig.bridge.refresh('demo').then(
        () => true,
        () => false,
      );
      if (ready || Date.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  afterEach(async () => {
    await rig.stop();
    const gone = new Promise((resolve) => python.once('exit', resolve));
    python.kill('SIGKILL');
    await gone;
  });

  it.each([
    ['1.32', clientV1],
    ['2.4', clientV2],
  ])('serves the SDK client %s through the bridge', async (_name, connect) => {
    const client = await connect(rig);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('start_trading_cycle');
    expect(await client.callTool({ name: 'get_state', arguments: { text: 'é' } })).toMatchObject({
      content: [{ text: 'é' }],
    });
    expect(await client.readResource({ uri: 'catalyst://system/health' })).toMatchObject({
      contents: [{ text: '{"status":"ok"}' }],
    });
    expect(await client.callTool({ name: 'start_trading_cycle', arguments: {} })).toMatchObject({
      isError: true,
    });
    await client.close();
  });
});
