import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Conformance2025 } from '../../fixtures/mcp/conformance-2025.ts';
import { Conformance2026 } from '../../fixtures/mcp/conformance-2026.ts';
import { SseServer } from '../../fixtures/mcp/conformance-sse.ts';

export const STEPS = [
  'connect',
  'tools',
  'call',
  'read',
  'progress',
  'cancel',
  'changed',
  'elicit',
  'sample',
] as const;
export type Step = (typeof STEPS)[number];

/** What a step calls and what it has to answer. */
interface Ask {
  tool: string;
  args?: Record<string, unknown>;
  answer: RegExp;
}

export interface ServerKind {
  name: string;
  /** Why it cannot run here. */
  missing?: string;
  call: Ask;
  read: { uri: string; answer: RegExp };
  progress: Ask;
  endless: Ask;
  elicit: Ask;
  sample: Ask;
  /** Steps that cannot work with this server whatever stands between, and why. */
  without: Partial<Record<Step, string>>;
  start(): Promise<Running>;
}

export interface Running {
  url: string;
  /** How many calls saw their cancellation; undefined: only the tool `test_cancelled` can say. */
  cancelled?: () => number;
  /** How many calls of test_endless have arrived; undefined: only the tool `test_begun` can say. */
  begun?: () => number;
  stop(): Promise<void>;
}

const PYTHON = process.env['COMPANION_TEST_PYTHON'] ?? '/opt/companion-test/bin/python3';
const ROOT = path.resolve(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const EVERYTHING = path.join(
  path.dirname(require.resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
);

/** The names that all servers of our own share. */
const OURS = {
  call: { tool: 'test_simple_text', answer: /^This is a simple text/ },
  read: { uri: 'test://static-text', answer: /^This is the content of the static text/ },
  progress: { tool: 'test_tool_with_progress', answer: /^done$/ },
  endless: { tool: 'test_endless', answer: /^$/ },
  elicit: { tool: 'test_elicitation', args: { message: 'Who?' }, answer: /accept.*ann/ },
  sample: { tool: 'test_sampling', args: { prompt: 'What is the capital of France?' }, answer: /Paris/ },
};

interface InProcess {
  cancelled: number;
  begun: number;
  listen(): Promise<string>;
  close(): Promise<void>;
}

const here = (make: () => InProcess) => async (): Promise<Running> => {
  const server = make();
  const url = await server.listen();
  return { url, cancelled: () => server.cancelled, begun: () => server.begun, stop: () => server.close() };
};

/** Starts a program that prints its port and waits until it answers there. */
const program =
  (command: string, args: string[], port: RegExp, env: Record<string, string> = {}) =>
  async (): Promise<Running> => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const found = await portOf(child, port);
    const url = `http://127.0.0.1:${found}/mcp`;
    const end = Date.now() + 60_000;
    for (;;) {
      const answers = await fetch(url, { method: 'DELETE' }).then(
        () => true,
        () => false,
      );
      if (answers) break;
      if (Date.now() > end) throw new Error(`nothing answers at ${url}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { url, stop: () => stopped(child) };
  };

function portOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = pattern.exec(said)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.once('exit', () => reject(new Error(`the server ended at once: ${said}`)));
  });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

const OTHER_INSTANCE = 'without sessions each message meets another instance of the server';

export const SERVERS: readonly ServerKind[] = [
  { name: 'SDK 1.32, sessions', ...OURS, without: {}, start: here(() => new Conformance2025()) },
  {
    name: 'SDK 1.32, stateless',
    ...OURS,
    without: {
      cancel: OTHER_INSTANCE,
      changed: 'without sessions it has no stream to say so',
      elicit: OTHER_INSTANCE,
      sample: OTHER_INSTANCE,
    },
    start: here(() => new Conformance2025({ stateless: true })),
  },
  { name: 'SDK 2.4, modern only', ...OURS, without: {}, start: here(() => new Conformance2026()) },
  {
    name: 'SDK 2.4, both eras',
    ...OURS,
    without: {},
    start: here(() => new Conformance2026({ legacy: true })),
  },
  { name: 'legacy HTTP+SSE', ...OURS, without: {}, start: here(() => new SseServer()) },
  {
    name: 'FastMCP 4 (Python)',
    ...(fs.existsSync(PYTHON) ? {} : { missing: 'FastMCP in a venv, needs python3-venv' }),
    ...OURS,
    without: { sample: 'FastMCP 4 has no sampling' },
    start: program(PYTHON, [path.join(import.meta.dirname, 'fastmcp_server.py')], /(\d+)/),
  },
  {
    name: 'fastmcp 4 (TypeScript)',
    ...OURS,
    without: {},
    start: program(process.execPath, [path.join(import.meta.dirname, 'fastmcp-child.ts')], /(\d+)/),
  },
  {
    name: 'server-everything',
    call: { tool: 'echo', args: { message: 'hello' }, answer: /hello/ },
    read: { uri: 'demo://resource/dynamic/text/1', answer: /Resource 1/ },
    progress: {
      tool: 'trigger-long-running-operation',
      args: { duration: 0.2, steps: 3 },
      answer: /completed/,
    },
    endless: { tool: 'trigger-long-running-operation', args: { duration: 60, steps: 1 }, answer: /^$/ },
    elicit: { tool: 'trigger-elicitation-request', answer: /User provided/ },
    sample: { tool: 'trigger-sampling-request', args: { prompt: 'What?' }, answer: /Paris/ },
    without: { changed: 'its tools do not change' },
    start: program(
      process.execPath,
      [
        '--import',
        path.join(ROOT, 'test/fixtures/mcp/conformance-loopback.mjs'),
        EVERYTHING,
        'streamableHttp',
      ],
      /PORT (\d+)/,
      { PORT: '0' },
    ),
  },
];
