import { Client as ModernSdk } from '@modelcontextprotocol/client';
import type { ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldSdk } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModernSdkServer } from '../../fixtures/mcp/modern-sdk.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';
import { SdkServer } from '../../fixtures/mcp/sdk-server.ts';
import { STUB } from '../../fixtures/mcp/stub-client.ts';

const WHO = { name: 'claude-ai', version: '0.1.0' };
const ANSWER = { action: 'accept' as const, content: { n: 3 } };

/** What is asked of every client; the SDKs name the same things differently here and there. */
interface Driven {
  era(): string | undefined;
  tools(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>, onProgress?: (n: number) => void): Promise<unknown>;
  read(uri: string): Promise<unknown>;
  /** Resolves at the next announcement that the tools changed. */
  changed: Promise<void>;
  close(): Promise<void>;
}

const command = (rig: Rig) => ({
  command: process.execPath,
  args: [STUB, 'demo'],
  env: { CATALYST_COMPANION_HOME: rig.dir },
  stderr: 'ignore' as const,
});

/** A transport of somebody's own: the SDK then probes in place, on the very pipe that it goes on with. */
class OwnStdio extends ModernStdio {}

async function modern(
  rig: Rig,
  versionNegotiation: ClientOptions['versionNegotiation'],
  Transport: typeof ModernStdio = ModernStdio,
): Promise<Driven> {
  let announce = () => {};
  const changed = new Promise<void>((resolve) => (announce = resolve));
  const client = new ModernSdk(WHO, {
    capabilities: { elicitation: { form: {} } },
    listChanged: { tools: { autoRefresh: false, onChanged: () => announce() } },
    ...(versionNegotiation ? { versionNegotiation } : {}),
  });
  client.setRequestHandler('elicitation/create', () => ANSWER);
  await client.connect(new Transport(command(rig)));
  return {
    era: () => client.getProtocolEra(),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, onProgress) =>
      await client.callTool(
        { name, arguments: args },
        onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {},
      ),
    read: async (uri) => await client.readResource({ uri }),
    changed,
    close: () => client.close(),
  };
}

async function old(rig: Rig): Promise<Driven> {
  let announce = () => {};
  const changed = new Promise<void>((resolve) => (announce = resolve));
  const client = new OldSdk(WHO, {
    capabilities: { elicitation: {} },
    listChanged: { tools: { autoRefresh: false, onChanged: () => announce() } },
  });
  client.setRequestHandler(ElicitRequestSchema, () => ANSWER);
  await client.connect(new OldStdio(command(rig)));
  return {
    era: () => 'legacy',
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, onProgress) =>
      await client.callTool(
        { name, arguments: args },
        undefined,
        onProgress ? { onprogress: ({ progress }) => onProgress(progress) } : {},
      ),
    read: async (uri) => await client.readResource({ uri }),
    changed,
    close: () => client.close(),
  };
}

const CLIENTS: [string, 'modern' | 'legacy', (rig: Rig) => Promise<Driven>][] = [
  ['SDK 2.4, probing with a sibling', 'modern', (rig) => modern(rig, { mode: 'auto' })],
  ['SDK 2.4, probing in place', 'modern', (rig) => modern(rig, { mode: 'auto' }, OwnStdio)],
  ['SDK 2.4, pinned', 'modern', (rig) => modern(rig, { mode: { pin: '2026-07-28' } })],
  ['SDK 2.4, legacy', 'legacy', (rig) => modern(rig, { mode: 'legacy' })],
  ['SDK 1.32', 'legacy', old],
];

interface Server {
  listen(): Promise<string>;
  close(): Promise<void>;
  /** What get_slowly waits for before its result. */
  beforeDone: () => Promise<void>;
}
const SERVERS: [string, () => Server][] = [
  ['SDK 1.32 with sessions', () => new SdkServer()],
  ['SDK 1.32 with JSON answers', () => new SdkServer(true)],
  ['SDK 2.4, modern only', () => new ModernSdkServer('reject')],
  ['SDK 2.4, both eras', () => new ModernSdkServer('stateless')],
];

async function approveAll(rig: Rig): Promise<void> {
  await rig.bridge.refresh('demo');
  const { catalogue } = rig.bridge;
  const wanted = catalogue.view('demo').tools.map(({ name, hash }) => ({ name, hash }));
  await catalogue.approve('demo', wanted);
}

describe.each(SERVERS)('a server on %s', (serverName, makeServer) => {
  let server: Server;
  let rig: Rig;
  beforeEach(async () => {
    server = makeServer();
    rig = await Rig.start(await server.listen());
    await approveAll(rig);
  });
  afterEach(async () => {
    await rig.stop();
    await server.close();
  });

  it.each(CLIENTS)('serves %s', async (_name, era, connect) => {
    const client = await connect(rig);
    expect(client.era()).toBe(era);
    expect(await client.tools()).toEqual(expect.arrayContaining(['echo', 'companion_status']));
    expect(await client.call('echo', { text: 'ünï' })).toMatchObject({ content: [{ text: 'ünï' }] });
    expect(await client.call('companion_status')).toMatchObject({ content: [{ type: 'text' }] });
    expect(await client.read('test://one')).toMatchObject({ contents: [{ text: 'ünï' }] });
    await until(() => rig.clients.some(({ name }) => name === 'claude-ai'));
    // an answer as one JSON body leaves a server of 2025 nothing to ask or tell on, nor can one without sessions ask
    const isMute = serverName.includes('JSON');
    if (!isMute && !(serverName.includes('both') && era === 'legacy'))
      expect(JSON.stringify(await client.call('get_answer'))).toContain('accept');
    if (!isMute) {
      const seen: number[] = [];
      server.beforeDone = () => until(() => seen.length > 0, 30_000);
      await client.call('get_slowly', {}, (n) => seen.push(n));
      expect(seen).toContain(1);
    }
    const calls = rig.gate.calls.filter(({ tool }) => tool === 'get_answer');
    expect(calls.every(({ client: who }) => who === 'claude-ai 0.1.0')).toBe(true);
    await client.close();
  });

  it.each(CLIENTS)('announces its changes to %s', async (_name, _era, connect) => {
    const client = await connect(rig);
    await client.tools();
    await rig.bridge.catalogue.block('demo', ['echo']);
    await client.changed;
    expect(await client.tools()).not.toContain('echo');
    await client.close();
  });
});

describe('a client of either era while the link is away', () => {
  it.each(CLIENTS)('%s connects, lists and reads why nothing can be called', async (_name, era, connect) => {
    const server = new SdkServer();
    const rig = await Rig.start(await server.listen());
    await approveAll(rig);
    rig.link.down();
    const client = await connect(rig);
    expect(client.era()).toBe(era);
    expect(await client.tools()).toContain('echo');
    expect(await client.call('echo', { text: 'x' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('link to demo is down') }],
    });
    await client.close();
    await rig.stop();
    await server.close();
  });
});
