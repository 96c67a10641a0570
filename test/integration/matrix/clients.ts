import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export interface CallOptions {
  onprogress?: (progress: { progress: number }) => void;
  signal?: AbortSignal;
}

/** What a cell needs of a client, whichever SDK it is of. */
export interface Peer {
  /** The revision that client and stub agreed upon. */
  revision: string;
  tools(): Promise<string[]>;
  /** The text of a call's first content. Throws where the call failed. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  /** The text of a resource. */
  read(uri: string): Promise<string>;
  close(): Promise<void>;
}

export interface Command {
  command: string;
  args: string[];
  env: Record<string, string>;
}

export interface ClientKind {
  name: string;
  /** Connects; `onTools` is called whenever the client learns that the tools changed. */
  connect(command: Command, onTools: () => void): Promise<Peer>;
}

const info = { name: 'matrix', version: '1' };
const capabilities = { elicitation: { form: {} }, sampling: {} };
const elicited = () => ({
  action: 'accept' as const,
  content: { username: 'ann', email: 'ann@example.org', name: 'ann' },
});
const sampled = () => ({
  role: 'assistant' as const,
  model: 'none',
  content: { type: 'text' as const, text: 'Paris' },
});

function textOf(result: object): string {
  const { content, isError } = result as { content?: unknown; isError?: unknown };
  const { text = '' } = (content as { text?: string }[] | undefined)?.[0] ?? {};
  if (isError === true) throw new Error(text);
  return text;
}

const textIn = ({ contents }: { contents: object[] }) =>
  (contents[0] as { text?: string } | undefined)?.text ?? '';

async function v1(command: Command, onTools: () => void): Promise<Peer> {
  const client = new Client(info, { capabilities, listChanged: { tools: { onChanged: () => onTools() } } });
  client.setRequestHandler(ElicitRequestSchema, elicited);
  client.setRequestHandler(CreateMessageRequestSchema, sampled);
  const transport = new StdioClientTransport({ ...command, stderr: 'ignore' });
  let revision = '';
  const connected = client.connect(
    Object.assign(transport, { setProtocolVersion: (version: string) => void (revision = version) }),
  );
  await connected;
  return {
    revision,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, options = {}) =>
      textOf(await client.callTool({ name, arguments: args }, undefined, options)),
    read: async (uri) => textIn(await client.readResource({ uri })),
    close: () => client.close(),
  };
}

/** Not the SDK's exact class: the SDK then probes in place, as Claude's shared pool does. */
class OwnTransport extends StdioV2 {}

type Mode = 'legacy' | 'auto' | { pin: string };

const v2 = (mode: Mode, inPlace = false) =>
  async function connect(command: Command, onTools: () => void): Promise<Peer> {
    const client = new ClientV2(info, {
      capabilities,
      versionNegotiation: { mode },
      listChanged: { tools: { onChanged: () => onTools() } },
    });
    client.setRequestHandler('elicitation/create', elicited);
    client.setRequestHandler('sampling/createMessage', sampled);
    const parameters = { ...command, stderr: 'ignore' as const };
    await client.connect(inPlace ? new OwnTransport(parameters) : new StdioV2(parameters));
    return {
      revision: client.getNegotiatedProtocolVersion() ?? '',
      tools: async () =>
        (await client.listTools(undefined, { cacheMode: 'refresh' })).tools.map(({ name }) => name),
      call: async (name, args = {}, options = {}) =>
        textOf(await client.callTool({ name, arguments: args }, options)),
      read: async (uri) => textIn(await client.readResource({ uri }, { cacheMode: 'bypass' })),
      close: () => client.close(),
    };
  };

/** The official clients, as hosts use them. */
export const CLIENTS: readonly ClientKind[] = [
  { name: '1.32', connect: v1 },
  { name: '2.4 legacy', connect: v2('legacy') },
  { name: '2.4 auto, sibling probe', connect: v2('auto') },
  { name: '2.4 auto, probe in place', connect: v2('auto', true) },
  { name: '2.4 pinned 2026-07-28', connect: v2({ pin: '2026-07-28' }) },
];
