import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';

interface Entry {
  command: string;
  args?: string[];
  env?: Record<string, string>;
}

export interface Reply {
  id: number;
  result?: any;
  error?: { code: number; message: string; data?: unknown };
}

/** What Claude Desktop gives a server beside the entry's own `env` on POSIX: the SDK's inherited variables alone. */
const INHERITED = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];

/**
 * Does what Claude Desktop does with one entry of its configuration: starts the written command with the written
 * arguments and a bare environment, and speaks newline-delimited JSON-RPC with it.
 */
export class ClaudeDesktop {
  readonly child: ChildProcess;
  readonly notifications: { method: string; params?: any }[] = [];
  /** Lines on standard output that are not JSON-RPC; a server must write none. */
  readonly junk: string[] = [];
  #id = 0;
  #tail = '';
  readonly #waiting = new Map<number, (reply: Reply) => void>();

  private constructor(entry: Entry, home: string) {
    const env: NodeJS.ProcessEnv = {};
    for (const name of INHERITED) if (process.env[name] !== undefined) env[name] = process.env[name];
    this.child = spawn(entry.command, entry.args ?? [], {
      env: { ...env, HOME: home, ...entry.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
    });
    this.child.stdout?.setEncoding('utf8').on('data', (part: string) => this.#read(part));
    this.child.stderr?.resume();
    this.child.stdin?.on('error', () => undefined);
  }

  /** Starts the server that stands under `name` in a claude_desktop_config.json. */
  static async fromConfig(file: string, name: string, home: string): Promise<ClaudeDesktop> {
    const config = JSON.parse(await fs.readFile(file, 'utf8')) as { mcpServers: Record<string, Entry> };
    return new ClaudeDesktop(config.mcpServers[name], home);
  }

  /** Starts one entry, wherever it was written. */
  static fromEntry(entry: Entry, home: string): ClaudeDesktop {
    return new ClaudeDesktop(entry, home);
  }

  #read(part: string): void {
    const lines = (this.#tail + part).split('\n');
    this.#tail = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    let message: any;
    try {
      message = JSON.parse(line);
    } catch {
      this.junk.push(line);
      return;
    }
    if (message.method === undefined) {
      this.#waiting.get(message.id)?.(message as Reply);
      this.#waiting.delete(message.id);
    } else if (message.id === undefined) this.notifications.push(message);
    else this.send({ jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'not supported' } });
  }

  send(message: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  request(method: string, params?: unknown): Promise<Reply> {
    const id = this.#id++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.send({ jsonrpc: '2.0', id, method, params });
    });
  }

  async initialize(): Promise<Reply> {
    const reply = await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {
        extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
      },
      clientInfo: { name: 'claude-ai', version: '0.1.0' },
    });
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return reply;
  }

  call(name: string, args: Record<string, unknown> = {}): Promise<Reply> {
    return this.request('tools/call', { name, arguments: args });
  }

  async read(uri: string): Promise<Reply> {
    return await this.request('resources/read', { uri });
  }

  /** Ends stdin as the host does, and resolves with the exit code; null where it had to be killed, half a minute later. */
  async close(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const gone = new Promise<number | null>((resolve) => this.child.once('exit', (code) => resolve(code)));
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
    this.child.stdin?.end();
    const code = await gone;
    clearTimeout(timer);
    return code;
  }
}
