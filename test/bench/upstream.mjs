// The cheapest MCP server that can be had: hand-written over node:http, answers by SSE (or JSON with --json).
import http from 'node:http';

const sse = !process.argv.includes('--json');
const blobs = new Map();
const blob = (bytes) => blobs.get(bytes) ?? blobs.set(bytes, 'x'.repeat(bytes)).get(bytes);
const text = (value) => ({ content: [{ type: 'text', text: value }] });

function answer({ method, params }) {
  if (method === 'initialize')
    return {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'bench', version: '1' },
    };
  if (method === 'tools/list')
    return { tools: ['echo', 'blob'].map((name) => ({ name, inputSchema: { type: 'object' } })) };
  if (method === 'tools/call') {
    const { name, arguments: args } = params;
    return text(name === 'blob' ? blob(args.bytes) : args.text);
  }
  return undefined;
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    if (request.method !== 'POST') return response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    const message = JSON.parse(Buffer.concat(parts).toString());
    if (message.id === undefined) return response.writeHead(202).end();
    const result = answer(message);
    const body = JSON.stringify(
      result === undefined
        ? { jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'no such method' } }
        : { result, jsonrpc: '2.0', id: message.id },
    );
    const head = message.method === 'initialize' ? { 'mcp-session-id': 'bench' } : {};
    if (sse)
      response
        .writeHead(200, { ...head, 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
        .end(`event: message\ndata: ${body}\n\n`);
    else response.writeHead(200, { ...head, 'content-type': 'application/json' }).end(body);
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
process.stdin.on('end', () => process.exit(0)).resume();
