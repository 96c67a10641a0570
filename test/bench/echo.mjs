// What lies behind the tunnels: POST /json gives the body back in one write, POST /sse as an event stream in three
// (head, a millisecond later the event, end: as MCP servers do), GET /bulk?mb=N streams N MB; everything else is an empty 200.
import http from 'node:http';

const BLOCK = Buffer.alloc(65_536, 120);

function stream(response, bytes) {
  let left = bytes;
  response.writeHead(200, { 'content-length': bytes });
  const more = () => {
    while (left > 0) {
      const block = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
      left -= block.length;
      if (!response.write(block)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

function asEvents(response, body) {
  response
    .writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    .flushHeaders();
  setTimeout(() => {
    response.write(`event: message\ndata: ${body}\n\n`);
    setImmediate(() => response.end());
  }, 1);
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (url.pathname === '/bulk') return stream(response, Number(url.searchParams.get('mb')) * 1e6);
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString();
    const length = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    if (url.pathname === '/sse') asEvents(response, body);
    else if (url.pathname === '/json') response.writeHead(200, length).end(body);
    else response.end();
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
