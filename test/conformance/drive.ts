import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { appFor, stubCommand } from '../fixtures/mcp/conformance-app.ts';

/** The era of the local client. */
export type Era = '2025' | '2026';

interface Wanted {
  url: string;
  scenario: string;
  context: { toolCalls?: { name: string; arguments: Record<string, unknown> }[] };
}

/** What the scenarios need of a client, whichever SDK it is of. */
interface Peer {
  tools(): Promise<{ name: string; inputSchema: unknown }[]>;
  call(name: string, args?: Record<string, unknown>): Promise<unknown>;
  readFirst(): Promise<void>;
  close(): Promise<void>;
}

const info = { name: 'conformance-driver', version: '1' };
const capabilities = { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} };
/** Says yes to all forms; what is left out gets the form's defaults. */
const accepted = () => ({ action: 'accept' as const, content: {} });

async function peer2025(home: string): Promise<Peer> {
  const client = new Client(info, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, accepted);
  await client.connect(new StdioClientTransport({ ...stubCommand(home), stderr: 'ignore' }));
  return {
    tools: async () => (await client.listTools()).tools,
    call: (name, args = {}) => client.callTool({ name, arguments: args }),
    readFirst: async () => {
      const [resource] = (await client.listResources()).resources;
      await client.readResource({ uri: resource?.uri ?? '' });
      const [prompt] = (await client.listPrompts()).prompts;
      await client.getPrompt({ name: prompt?.name ?? '' });
    },
    close: () => client.close(),
  };
}

async function peer2026(home: string): Promise<Peer> {
  const client = new ClientV2(info, { capabilities, versionNegotiation: { mode: 'auto' } });
  client.setRequestHandler('elicitation/create', accepted);
  await client.connect(new StdioV2({ ...stubCommand(home), stderr: 'ignore' }));
  return {
    tools: async () => (await client.listTools()).tools,
    call: (name, args = {}) => client.callTool({ name, arguments: args }),
    readFirst: async () => {
      const [resource] = (await client.listResources()).resources;
      await client.readResource({ uri: resource?.uri ?? '' });
      const [prompt] = (await client.listPrompts()).prompts;
      await client.getPrompt({ name: prompt?.name ?? '' });
    },
    close: () => client.close(),
  };
}

async function act(peer: Peer, { scenario, context }: Wanted): Promise<void> {
  // our own tools never reach the server
  const tools = (await peer.tools()).filter(({ name }) => !name.startsWith('companion_'));
  switch (scenario) {
    case 'tools_call':
      await peer.call('add_numbers', { a: 5, b: 3 });
      return;
    case 'http-custom-headers':
      for (const call of context.toolCalls ?? []) await peer.call(call.name, call.arguments);
      return;
    case 'http-standard-headers':
      await peer.call('test_headers');
      await peer.readFirst();
      return;
    case 'json-schema-2020-12-preservation': {
      const focal = tools.find(({ name }) => name === 'json_schema_2020_12_tool');
      await peer.call('json_schema_echo', { schema: focal?.inputSchema });
      return;
    }
    case 'sep-2322-client-request-state':
      await Promise.all([peer.call('test_mrtr_echo_state'), peer.call('test_mrtr_unrelated')]);
      await peer.call('test_mrtr_no_state');
      await peer.call('test_mrtr_no_result_type');
      return;
    case 'http-invalid-tool-headers':
    case 'elicitation-sep1034-client-defaults':
    case 'sse-retry':
      for (const { name } of tools) await peer.call(name, { region: 'here' });
      return;
    default:
  }
}

/** One scenario: the whole app with a direct link to the suite's server, and a client over a real stub. */
async function drive(wanted: Wanted, era: Era): Promise<void> {
  const whole = await appFor(wanted.url);
  try {
    const peer = await (era === '2026' ? peer2026(whole.dir) : peer2025(whole.dir));
    try {
      await act(peer, wanted);
    } finally {
      await peer.close();
    }
  } finally {
    await whole.stop();
  }
}

/** What the suite's client program calls; `close` ends it. */
export async function startDriver(era: Era): Promise<{ url: string; close(): Promise<void> }> {
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      drive(JSON.parse(Buffer.concat(parts).toString('utf8')) as Wanted, era).then(
        () => response.end(),
        (error: unknown) => response.writeHead(500).end(String((error as Error).stack)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
