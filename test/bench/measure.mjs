// One target, one round, in a fresh process: node measure.mjs '{"kind":"stdio"|"http", …}' → one JSON line.
// With "starts" that many starts alone; with "soak" that many calls by 32 at a time, and what memory the target has after each tenth of them;
// with "bulk" that many answers of 8 MB.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';

const spec = JSON.parse(process.argv[2]);
const now = () => performance.now();
const INIT = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } };

export function quantile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
}

const rssMB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** A client of a child's stdio. */
function stdio() {
  const started = now();
  const child = spawn(spec.command[0], spec.command.slice(1), {
    env: { ...process.env, ...spec.env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = new Map();
  let parts = [];
  let next = 1;
  child.stdout.on('data', (chunk) => {
    let from = 0;
    for (let at; (at = chunk.indexOf(10, from)) !== -1; from = at + 1) {
      parts.push(chunk.subarray(from, at));
      const message = JSON.parse(parts.length === 1 ? parts[0] : Buffer.concat(parts));
      parts = [];
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  });
  const request = (method, params) =>
    new Promise((resolve) => {
      const id = next++;
      waiting.set(id, resolve);
      child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n');
    });
  const close = () =>
    new Promise((resolve) => {
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      child.once('exit', () => {
        clearTimeout(late);
        resolve();
      });
      child.stdin.end();
    });
  return {
    started,
    request,
    close,
    pid: child.pid,
    tell: (m) => child.stdin.write(JSON.stringify(m) + '\n'),
  };
}

/** A client straight over HTTP, as lean as node:http allows. */
function direct() {
  const agent = new http.Agent({ keepAlive: true });
  const url = new URL(spec.url);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  };
  let next = 1;
  const request = (method, params) =>
    new Promise((resolve) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: next++, method, params });
      const length = { 'content-length': String(body.length) };
      const options = { host: url.hostname, port: url.port, path: url.pathname, method: 'POST', agent };
      http
        .request({ ...options, headers: { ...headers, ...length } }, (response) => {
          if (response.headers['mcp-session-id'])
            headers['mcp-session-id'] = response.headers['mcp-session-id'];
          const got = [];
          response.on('data', (part) => got.push(part));
          response.on('end', () => {
            const body = Buffer.concat(got);
            // decoded as UTF-8 like the lines of the other targets: latin1 would be faster, and wrong
            resolve(JSON.parse(body[0] === 0x65 ? body.subarray(body.indexOf('data: ') + 6) : body));
          });
        })
        .end(body);
    });
  return { started: now(), request, close: async () => agent.destroy(), tell: () => {} };
}

const open = spec.kind === 'http' ? direct : stdio;

async function begin() {
  const client = open();
  const answer = await client.request('initialize', INIT);
  if (!answer.result) throw new Error(JSON.stringify(answer));
  const start = now() - client.started;
  client.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return { client, start };
}

const BLOB = 8e6;

async function call(client, name, args) {
  const answer = await client.request('tools/call', { name, arguments: args });
  const text = answer.result?.content?.[0]?.text;
  if (text === undefined || (args.bytes && text.length !== args.bytes))
    throw new Error(JSON.stringify(answer).slice(0, 300));
}

async function flood(client, calls) {
  let left = calls;
  const started = now();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (left-- > 0) await call(client, 'echo', { text: 'hello' });
    }),
  );
  return calls / ((now() - started) / 1000);
}

async function measure() {
  const { client } = await begin();
  const found = {};
  for (let i = 0; i < 200; i++) await call(client, 'echo', { text: 'warm' });
  const times = [];
  for (let i = 0; i < spec.calls; i++) {
    const t = now();
    await call(client, 'echo', { text: 'hello' });
    times.push(now() - t);
  }
  found.p50 = quantile(times, 0.5);
  found.p99 = quantile(times, 0.99);
  if (client.pid) found.rss = rssMB(client.pid);
  found.rate = await flood(client, spec.flood);
  await call(client, 'blob', { bytes: BLOB });
  const bulk = [];
  for (let i = 0; i < 10; i++) {
    const t = now();
    await call(client, 'blob', { bytes: BLOB });
    bulk.push(BLOB / 1000 / (now() - t));
  }
  found.bulk = quantile(bulk, 0.5);
  if (client.pid) found.rssAfter = rssMB(client.pid);
  await client.close();
  return found;
}

/** Milliseconds from spawning to the answer of initialize. */
async function starts() {
  // what ran before has collected its garbage by then
  await new Promise((resolve) => setTimeout(resolve, 200));
  const start = [];
  for (let i = 0; i < spec.starts; i++) {
    const begun = await begin();
    start.push(begun.start);
    await begun.client.close();
  }
  return { start };
}

async function soak() {
  const { client } = await begin();
  const rss = [];
  for (let i = 0; i < 10; i++) {
    await flood(client, spec.soak / 10);
    rss.push(rssMB(client.pid));
  }
  await client.close();
  return { rss };
}

async function bulkOnly() {
  const { client } = await begin();
  for (let i = 0; i < spec.bulk; i++) await call(client, 'blob', { bytes: BLOB });
  await client.close();
  return {};
}

const task = spec.starts ? starts : spec.soak ? soak : spec.bulk ? bulkOnly : measure;
const found = await task();
process.stdout.write(JSON.stringify(found) + '\n', () => process.exit(0));
