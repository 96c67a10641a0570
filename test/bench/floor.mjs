// The floor: a bare Node program that answers every request itself, straight from stdin to stdout.
let tail = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (tail + chunk).split('\n');
  tail = lines.pop();
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined) continue;
    const args = params?.arguments;
    const text = args?.bytes ? 'x'.repeat(args.bytes) : args?.text;
    const result =
      method === 'initialize'
        ? {
            protocolVersion: params.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: 'floor', version: '1' },
          }
        : { content: [{ type: 'text', text }] };
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n');
  }
});
