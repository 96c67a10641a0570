import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import { ClaudeDesktop } from '../helpers/claude.ts';
import { errorOf } from '../helpers/errors.ts';

const MCPB = path.join(import.meta.dirname, '../../node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
const run = promisify(execFile);
const mcpb = (...args: string[]) => run(process.execPath, [MCPB, ...args]);

interface Manifest {
  manifest_version: string;
  server: { type: string; mcp_config: { command: string; args: string[]; env?: Record<string, string> } };
}

describe('the extension for Claude Desktop', () => {
  let user: TestUser;
  let file: string;
  let claude: ClaudeDesktop | undefined;

  beforeAll(async () => {
    user = await createUser();
    file = path.join(user.home, 'demo.mcpb');
  });
  afterAll(async () => {
    await claude?.close();
    await user?.dispose();
  });

  it('is written as asked, the same bytes each time, and an existing file only after asking', async () => {
    const { file: out, sha256, bytes } = (await user.run(['mcpb', 'demo', '--out', file, '--json'])).json();
    expect([out, bytes < 100_000]).toEqual([file, true]);
    const before = await fs.readFile(file);
    expect((await user.run(['mcpb', 'demo', '--out', file])).stderr).toContain('nobody can be asked');
    await fs.writeFile(file, 'something else');
    const again = await user.run(['mcpb', 'demo', '--out', file, '--yes', '--json'], {
      env: { TZ: 'Asia/Kathmandu' },
    });
    expect(again.json().sha256).toBe(sha256);
    expect((await fs.readFile(file)).equals(before)).toBe(true);
    const folder = path.join(user.home, 'folder');
    await fs.mkdir(folder);
    await user.run(['mcpb', 'demo', '--out', folder]);
    expect(await fs.readdir(folder)).toEqual(['catalyst-demo.mcpb']);
    expect(errorOf(await user.run(['mcpb', 'demo']), 2).message).toContain('--out is missing');
    expect(errorOf(await user.run(['mcpb', 'nobody', '--out', file])).code).toBe('PROFILE_UNKNOWN');
  });

  it('is what the official tool calls valid, and starts as its manifest says', async () => {
    const folder = path.join(user.home, 'unpacked extension');
    await mcpb('unpack', file, folder);
    const { stdout } = await mcpb('validate', path.join(folder, 'manifest.json'));
    expect(stdout).toMatch(/validation passes/i);
    const manifest = JSON.parse(await fs.readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
    expect(manifest).toMatchObject({ manifest_version: '0.3', server: { type: 'node' } });
    const { command, args, env } = manifest.server.mcp_config;
    expect(command).toBe('node');
    const place = (text: string) => text.replaceAll('${__dirname}', folder);

    await user.serve(['--demo']);
    claude = ClaudeDesktop.fromEntry(
      // Claude brings its own Node for this word
      { command: process.execPath, args: args.map(place), ...(env === undefined ? {} : { env }) },
      user.home,
    );
    expect((await claude.initialize()).result.serverInfo).toBeDefined();
    const tools = await claude.request('tools/list');
    const names = tools.result.tools.map((tool: { name: string }) => tool.name);
    expect(names).toContain('companion_positions');
    const health = await claude.read('catalyst://system/health');
    expect(health.result.contents[0].text).toContain('scanner');
    expect(claude.junk).toEqual([]);
    expect(await claude.close()).toBe(0);
  });
});
