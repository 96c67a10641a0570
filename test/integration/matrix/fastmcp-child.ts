// The matrix's tools on fastmcp for TypeScript, at /mcp; prints the port that it listens on.
import net from 'node:net';
import { FastMCP, jsonSchemaAdapter } from 'fastmcp';

const nothing = () => {};
const server = new FastMCP({
  name: 'matrix-fastmcp',
  version: '1.0.0',
  logger: { debug: nothing, error: nothing, info: nothing, log: nothing, warn: nothing },
  ping: { enabled: false },
});
let cancelled = 0;
let begun = 0;
let toggled = true;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const one = (name: string) =>
  jsonSchemaAdapter({ type: 'object', properties: { [name]: { type: 'string' } }, required: [name] });

const toggle = {
  name: 'test_toggled',
  description: 'Comes and goes.',
  execute: () => Promise.resolve('here'),
};
server.addTools([
  {
    name: 'test_simple_text',
    description: 'Answers one text.',
    execute: () => Promise.resolve('This is a simple text response for testing.'),
  },
  {
    name: 'test_tool_with_progress',
    description: 'Reports progress three times.',
    execute: async (_args, { reportProgress }) => {
      for (const progress of [0, 50, 100]) {
        await reportProgress({ progress, total: 100 });
        await pause(50);
      }
      return 'done';
    },
  },
  {
    name: 'test_endless',
    description: 'Answers only when it is cancelled.',
    execute: (_args, { signal }) =>
      new Promise<string>((resolve) => {
        begun++;
        signal.addEventListener('abort', () => {
          cancelled++;
          resolve('cancelled');
        });
      }),
  },
  {
    name: 'test_cancelled',
    description: 'How many calls were cancelled.',
    execute: () => Promise.resolve(String(cancelled)),
  },
  {
    name: 'test_begun',
    description: 'How many calls of test_endless have arrived.',
    execute: () => Promise.resolve(String(begun)),
  },
  toggle,
  {
    name: 'test_trigger_tool_change',
    description: 'Adds or removes test_toggled.',
    execute: () => {
      toggled = !toggled;
      if (toggled) server.addTool(toggle);
      else server.removeTool('test_toggled');
      return Promise.resolve(toggled ? 'there' : 'gone');
    },
  },
]);
server.addTool({
  name: 'test_elicitation',
  description: 'Asks the user for name and address.',
  parameters: one('message'),
  execute: async (args, { elicit }) => {
    const text = { type: 'string' as const };
    const { action, content } = await elicit({
      message: (args as { message: string }).message,
      requestedSchema: {
        type: 'object',
        properties: { username: text, email: text },
        required: ['username', 'email'],
      },
    });
    return `User response: action: ${action}, content: ${String(content?.['username'])}`;
  },
});
server.addTool({
  name: 'test_sampling',
  description: 'Asks the client for a message of its model.',
  parameters: one('prompt'),
  execute: async (args, { sessionId }) => {
    const session = server.sessions.find((each) => each.sessionId === sessionId);
    const answer = await session?.requestSampling({
      messages: [{ role: 'user', content: { type: 'text', text: (args as { prompt: string }).prompt } }],
      maxTokens: 100,
    });
    return JSON.stringify(answer?.content);
  },
});
server.addResource({
  uri: 'test://static-text',
  name: 'static-text',
  mimeType: 'text/plain',
  load: () => Promise.resolve({ text: 'This is the content of the static text resource.' }),
});

/** The library does not say which port the system gave it. */
const port = await new Promise<number>((resolve) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = probe.address() as net.AddressInfo;
    probe.close(() => resolve(free));
  });
});
await server.start({
  transportType: 'httpStream',
  httpStream: { port, host: '127.0.0.1', endpoint: '/mcp' },
});
process.stdout.write(`${port}\n`);
