import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findClaudeCode } from '../../../electron/core/clients/claude-code.ts';
import { machine, type Machine } from './machine.ts';

const FAKE = path.join(import.meta.dirname, '../../fixtures/claude-code/claude.mjs');
const BEFORE = '{\n\t"numStartups": 3,\n\t"mcpServers": { "fs": { "command": "npx" } }\n}\n';

let m: Machine;
let program: string;
beforeEach(() => {
  m = machine();
  program = path.join(m.userHome, '.local', 'bin', 'claude');
  fs.mkdirSync(path.dirname(program), { recursive: true });
  fs.copyFileSync(FAKE, program);
  fs.chmodSync(program, 0o755);
  fs.writeFileSync(at('.claude.json'), BEFORE);
});
afterEach(() => m.remove());

const at = (name: string) => path.join(m.userHome, name);
const text = () => fs.readFileSync(at('.claude.json'), 'utf8');
const servers = () => JSON.parse(text()).mcpServers as Record<string, unknown>;
const asked = () =>
  fs
    .readFileSync(at('asked'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { args: string[]; env: string[]; cwd: string });
const mood = (name: string) => fs.writeFileSync(at('mood'), name);
const clients = (more = {}) =>
  m.clients({
    env: { PATH: path.dirname(process.execPath), SECRET_OF_OURS: 'x', NODE_OPTIONS: '--no-warnings' },
    findClaudeCode: async () => program,
    ...more,
  });
async function act(action: 'install' | 'remove' | 'undo', more = {}, despiteChanges = false) {
  const all = clients(more);
  const { token } = await all.preview('claude-code', 'demo', action, despiteChanges);
  return all.apply('claude-code', 'demo', action, token, despiteChanges);
}
const entry = () => ({
  type: 'stdio',
  command: process.execPath,
  args: [path.join(m.home.bin, 'catalyst-bridge.mjs'), 'demo'],
});

describe('Claude Code through its own program', () => {
  it('shows the exact command, runs it without a shell or our environment, and undo brings every byte back', async () => {
    const plan = await clients().preview('claude-code', 'demo', 'install');
    expect(plan.runs).toEqual([`${program} mcp add-json --scope user demo '${JSON.stringify(entry())}'`]);
    expect(fs.existsSync(at('asked'))).toBe(false);
    expect((await act('install')).warnings).toEqual([]);
    expect(servers()).toEqual({ fs: { command: 'npx' }, demo: entry() });
    expect(text()).toContain('"migrationVersion": 15');
    const [call] = asked();
    expect(call.args.slice(0, 5)).toEqual(['mcp', 'add-json', '--scope', 'user', 'demo']);
    expect(call.env).not.toContain('SECRET_OF_OURS');
    expect(call.env).not.toContain('NODE_OPTIONS');
    expect(call.cwd).toBe(fs.realpathSync(m.userHome));
    const [, target] = await clients().list();
    expect(target).toMatchObject({ program, entries: [{ key: 'demo', state: 'ours' }], others: ['fs'] });
    await act('undo');
    expect(text()).toBe(BEFORE);
  });

  it('removes, and takes a changed entry out before it adds ours', async () => {
    await act('install');
    fs.writeFileSync(at('.claude.json'), text().replace(process.execPath, '/tmp/evil'));
    const plan = await act('install');
    expect(plan.runs.map((run) => run.split(' ')[2])).toEqual(['remove', 'add-json']);
    expect(servers()['demo']).toEqual(entry());
    await act('remove');
    expect(servers()).toEqual({ fs: { command: 'npx' } });
  });

  it('is not run where nothing changes, nor over a file that is broken', async () => {
    await act('install');
    const before = asked().length;
    expect((await act('install')).runs).toEqual([]);
    expect(asked()).toHaveLength(before);
    fs.writeFileSync(at('.claude.json'), '{ broken');
    await expect(act('install')).rejects.toThrow(expect.objectContaining({ code: 'CLIENT_CONFIG_BROKEN' }));
    expect(asked()).toHaveLength(before);
  });

  it.each(['refuse', 'lie', 'greedy', 'garble'])(
    '%s: the file is edited instead, to exactly what was shown',
    async (how) => {
      mood(how);
      const plan = await act('install');
      expect(plan.warnings.join()).toContain('The file was edited instead');
      expect(servers()).toEqual({ fs: { command: 'npx' }, demo: entry() });
      expect(text()).toContain('\n\t"numStartups": 3,');
      await act('undo');
      expect(text()).toBe(BEFORE);
    },
  );

  it('half done: our entry is put there all the same', async () => {
    await act('install');
    fs.writeFileSync(at('.claude.json'), text().replace(process.execPath, '/tmp/evil'));
    mood('half');
    await act('install');
    expect(servers()).toEqual({ fs: { command: 'npx' }, demo: entry() });
  });

  it('one that never ends is given up on', async () => {
    const plan = await act('install', { runProgram: async () => ({ code: null, output: '' }) });
    expect(plan.warnings.join()).toContain('did not end');
    expect(servers()).toEqual({ fs: { command: 'npx' }, demo: entry() });
  });

  it('makes the file where there is none yet', async () => {
    fs.rmSync(at('.claude.json'));
    expect((await clients().list())[1]).toMatchObject({ found: true });
    await act('install');
    expect(servers()).toEqual({ demo: entry() });
    await act('undo');
    expect(fs.existsSync(at('.claude.json'))).toBe(false);
  });
});

describe('finding it', () => {
  const find = (env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
    findClaudeCode({ platform, env, userHome: m.userHome });
  it('takes PATH before the usual places, and programs alone', async () => {
    expect(await find()).toBe(program);
    const bin = at('bin');
    fs.mkdirSync(path.join(bin, 'claude'), { recursive: true });
    expect(await find({ PATH: `relative:${bin}` })).toBe(program);
    fs.rmdirSync(path.join(bin, 'claude'));
    fs.copyFileSync(FAKE, path.join(bin, 'claude'));
    fs.chmodSync(path.join(bin, 'claude'), 0o644);
    expect(await find({ PATH: bin })).toBe(program);
    fs.chmodSync(path.join(bin, 'claude'), 0o755);
    expect(await find({ PATH: bin })).toBe(path.join(bin, 'claude'));
  });

  it('Windows: passes over what Claude Desktop puts in PATH, and knows the program inside npm', async () => {
    const alias = 'C:\\Users\\Ana\\AppData\\Local\\Microsoft\\WindowsApps';
    const npm =
      'C:\\Users\\Ana\\AppData\\Roaming\\npm\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe';
    const there = (...files: string[]) =>
      findClaudeCode({
        platform: 'win32',
        env: { Path: `${alias};C:\\Users\\Ana\\AppData\\Local\\AnthropicClaude;D:\\tools` },
        userHome: 'C:\\Users\\Ana',
        isProgram: async (file) => files.includes(file),
      });
    const desktop = [`${alias}\\claude.exe`, 'C:\\Users\\Ana\\AppData\\Local\\AnthropicClaude\\claude.exe'];
    expect(await there(...desktop)).toBe(null);
    expect(await there(...desktop, npm)).toBe(npm);
    expect(await there(...desktop, npm, 'D:\\tools\\claude.exe')).toBe('D:\\tools\\claude.exe');
  });
});
