import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { Shape } from '../helpers/errors.ts';
import { checkError, errorOf, secret } from '../helpers/errors.ts';
import { snapshot, traces } from '../helpers/snapshot.ts';

const preset = ['--preset', 'catalyst'];

describe('bad input without a running app', () => {
  let user: TestUser;
  const run = async (args: string[], input = '') => await user.run(args, { input });

  beforeAll(async () => {
    user = await createUser();
  });
  afterAll(async () => {
    await user?.dispose();
  });

  it.concurrent.each([
    [['nonsense'], /no command "nonsense"/],
    [['profile'], /add, list, show, set, remove/],
    [['profile', 'rename'], /not "rename"/],
    [['connect'], /PROFILE is missing/],
    [['status', 'a', 'b'], /"b" is one word too many/],
    [['status', '--port', '1'], /--port does not belong to status/],
    [['status', '--nope'], /no option --nope/],
    [['profile', 'add', 'x', ...preset, '--env'], /--env needs a value/],
    [['profile', 'add', 'x', '--preset', 'nope', '--ssh', 'a@b'], /--preset takes one of catalyst, /],
    [['profile', 'add', 'x', ...preset], /at least one link/],
    [['profile', 'add', 'UPPER', ...preset, '--ssh', 'a@b'], /"UPPER" cannot be a profile's name/],
    [['profile', 'add', 'x', ...preset, '--ssh', '@nobody'], /user@host/],
    [['profile', 'import-ssh', 'a-name-of-more-than-16'], /No profile's name/],
    [['profile', 'add', 'x', ...preset, '--ssh', 'a@b:99999'], /user@host:port/],
    [['profile', 'add', 'x', ...preset, '--identity', 'k', '--ssh', 'a@b'], /belongs after --ssh/],
    [['profile', 'add', 'x', ...preset, '--ssh', 'a@b', '--env', 'prod'], /--env takes one of live/],
    [['profile', 'add', 'x', ...preset, '--ssh', 'a@b', '--service', 'news'], /--service takes NAME=URL/],
    [
      ['profile', 'add', 'x', ...preset, '--ssh', 'a@b', '--service', 'news=5008'],
      /--service takes a whole URL/,
    ],
    [['profile', 'add', 'x', ...preset, '--ssh', 'a@b', '--mcp-url', '5000'], /--mcp-url takes a whole URL/],
    [['profile', 'add', 'x', ...preset, '--https', 'http://a/mcp'], /--https takes a whole URL/],
    [['profile', 'add', 'x', ...preset, '--kube', 'a/b:1'], /--kube takes/],
    [['serve', '--port', 'abc'], /--port takes a number/],
    [['serve', '--port', '70000'], /--port takes a number/],
    [['secret', 'set', 'x', 'token'], /one of api-key, password, passphrase/],
    [['call', 'x', 'tool', '{mode:'], /not a JSON object/],
    [['call', 'x', 'tool', '[1]'], /not a JSON object/],
    [['tools', 'approve', 'x'], /Name the tools/],
    [['clients', 'install', 'netscape', 'x'], /CLIENT is one of/],
    [['clients', 'install', 'claude-desktop', 'demo'], /nobody can be asked/],
    [['demo-droplet', '--seed', 'x'], /--seed takes/],
  ])('wrong usage exits 2: %j', async (args, words) => {
    const error = errorOf(await run(args), 2);
    expect(error.code).toBe('USAGE');
    expect(error.message).toMatch(words);
    expect(await snapshot(user.home)).toEqual({});
  });

  it.concurrent.each([
    ['connect', 'x'],
    ['disconnect', 'x'],
    ['status'],
    ['logs', 'x'],
    ['trust', 'x', 'SHA256:abc'],
    ['tools', 'list', 'x'],
    ['call', 'x', 'tool'],
    ['read', 'x', 'catalyst://system/health'],
  ])('%s %s says that no app runs', async (...args) => {
    const error = errorOf(await run(args));
    expect(error.code).toBe('APP_NOT_RUNNING');
    expect(error.next).toContain('catalyst-companion serve');
    expect(await snapshot(user.home)).toEqual({});
  });

  it('prints errors as one JSON document with --json, and the sentence on standard error too', async () => {
    for (const args of [['status'], ['profile', 'show', 'nobody'], ['nonsense'], []]) {
      const result = await run([...args, '--json']);
      const { error } = result.json() as { error: Shape };
      checkError(error);
      expect(result.stderr).toContain(`${error.code}: ${error.message}`);
      expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'next']);
    }
  });

  it('knows no unknown profile, anywhere', async () => {
    for (const args of [
      ['profile', 'show', 'nobody'],
      ['profile', 'remove', 'nobody'],
      ['clients', 'preview', 'claude-desktop', 'nobody'],
      ['clients', 'install', 'claude-desktop', 'nobody', '--yes'],
      ['stop', 'nobody'],
    ]) {
      expect(errorOf(await run(args)).code, args.join(' ')).toBe('PROFILE_UNKNOWN');
    }
    expect(await snapshot(user.home)).toEqual({});
  });

  it('takes neither an empty secret nor one too large, and says so before anything else', async () => {
    expect(errorOf(await run(['secret', 'set', 'x', 'api-key'])).code).toBe('SECRET_EMPTY');
    expect(errorOf(await run(['secret', 'set', 'x', 'api-key'], '\n')).code).toBe('SECRET_EMPTY');
    expect(errorOf(await run(['secret', 'set', 'x', 'api-key'], secret.repeat(3000))).code).toBe(
      'INPUT_INVALID',
    );
  });

  it('prints the command to stop by hand within 3 s', async () => {
    const other = await createUser();
    try {
      const add = ['profile', 'add', 'real', ...preset, '--ssh', 'root@127.0.0.1:2222', '--identity', '/k'];
      expect((await other.run(add)).code).toBe(0);
      const before = await snapshot(other.home);
      const started = performance.now();
      const error = errorOf(await other.run(['stop', 'real']));
      // ten times what it may take: a hang is what is looked for, not a busy machine
      expect(performance.now() - started).toBeLessThan(30_000);
      expect(error.code).toBe('APP_NOT_RUNNING');
      expect(error.next).toContain('ssh -p 2222 -i /k root@127.0.0.1 "curl');
      expect(await snapshot(other.home)).toEqual(before);
      expect(errorOf(await other.run(['profile', 'add', 'demo', ...preset, '--ssh', 'a@b'])).code).toBe(
        'PROFILE_EXISTS',
      );
      expect(errorOf(await other.run(add)).code).toBe('PROFILE_EXISTS');
      expect(await snapshot(other.home)).toEqual(before);
    } finally {
      await other.dispose();
    }
  });

  it('forgets the secrets of a profile that is removed, so that its name cannot inherit them', async () => {
    const other = await createUser();
    try {
      await other.run([
        'profile',
        'add',
        'web',
        ...preset,
        '--https',
        'https://127.0.0.1:1/mcp',
        '--api-key-header',
        'X-K',
      ]);
      const app = await other.serve();
      await other.run(['secret', 'set', 'web', 'api-key'], { input: secret });
      await app.stop();
      expect((await other.run(['profile', 'remove', 'web'])).code).toBe(0);
      expect(JSON.parse(await fs.readFile(path.join(other.state, 'secrets.json'), 'utf8')).entries).toEqual(
        {},
      );
    } finally {
      await other.dispose();
    }
  });

  it('ends quietly when the reader of its output has seen enough', async () => {
    const text = execFileSync(
      '/bin/sh',
      [
        '-c',
        `"$0" "$1" --help 2>&1 | head -c 1`,
        process.execPath,
        path.resolve(import.meta.dirname, '../../dist/cli.js'),
      ],
      { env: user.env, encoding: 'utf8' },
    );
    expect(text).toBe('C');
  });
});

describe('bad files', () => {
  let user: TestUser;
  beforeAll(async () => {
    user = await createUser();
    await fs.mkdir(user.state, { recursive: true, mode: 0o700 });
  });
  afterEach(async () => {
    for (const name of ['profiles.json', 'secrets.json'])
      await fs.rm(path.join(user.state, name), { force: true });
  });
  afterAll(async () => {
    await user?.dispose();
  });

  it.each([
    ['cut off', '{"version":1,"profiles":[{"name":"re'],
    ['of another version', '{"version":9,"profiles":[]}'],
    ['holding something else', '[]'],
    ['empty', ''],
  ])('a profiles.json %s stays byte for byte, whatever is asked', async (_what, text) => {
    const file = path.join(user.state, 'profiles.json');
    await fs.writeFile(file, text, { mode: 0o600 });
    const before = await snapshot(user.home, traces);
    for (const args of [
      ['profile', 'list'],
      ['profile', 'add', 'x', ...preset, '--ssh', 'a@b'],
      ['profile', 'remove', 'x'],
      ['serve', '--no-open'],
    ]) {
      const error = errorOf(await user.run(args));
      expect(error.code, args.join(' ')).toBe('STATE_FILE_BROKEN');
      expect(error.message).toContain(file);
      expect(error.next).toContain('mv ');
    }
    expect(await snapshot(user.home, traces)).toMatchObject(before);
    expect(await fs.readFile(file, 'utf8')).toBe(text);
  });

  it('a broken secrets.json stays byte for byte too', async () => {
    const file = path.join(user.state, 'secrets.json');
    await fs.writeFile(file, '{"version":1,"entries":{', { mode: 0o600 });
    expect(errorOf(await user.run(['serve', '--no-open'])).code).toBe('STATE_FILE_BROKEN');
    expect(await fs.readFile(file, 'utf8')).toBe('{"version":1,"entries":{');
  });

  it.each([
    ['broken JSON', '{ "mcpServers": { "other": ', 'CLIENT_CONFIG_BROKEN'],
    ['a comment', '{\n  // mine\n  "mcpServers": {}\n}\n', 'CLIENT_CONFIG_BROKEN'],
    ['UTF-16', Buffer.from('\uFEFF{"mcpServers":{}}', 'utf16le'), 'CLIENT_CONFIG_BROKEN'],
    ['servers that are a list', '{"mcpServers":[]}', 'CLIENT_CONFIG_SHAPE'],
  ])("Claude's config with %s stays byte for byte", async (_what, text, code) => {
    const file = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, text);
    const before = await snapshot(user.home);
    for (const args of [
      ['preview', 'claude-desktop', 'demo'],
      ['install', 'claude-desktop', 'demo', '--yes'],
      ['remove', 'claude-desktop', 'demo', '--yes'],
      ['check', 'claude-desktop'],
    ]) {
      const error = errorOf(await user.run(['clients', ...args]));
      expect(error.code, args.join(' ')).toBe(code);
      expect(error.message).toContain(file);
    }
    expect((await user.run(['clients', 'list', '--json'])).json()[0].problem.code).toBe(code);
    expect(await snapshot(user.home)).toEqual(before);
  });

  it('a byte order mark is taken out, with everything else kept, and undo brings it back', async () => {
    const file = path.join(user.home, '.config', 'Claude', 'claude_desktop_config.json');
    const text = '\uFEFF{\n  "mcpServers": { "other": { "command": "/bin/true" } }\n}\n';
    await fs.writeFile(file, text);
    expect((await user.run(['clients', 'install', 'claude-desktop', 'demo', '--yes'])).code).toBe(0);
    expect(Object.keys(JSON.parse(await fs.readFile(file, 'utf8')).mcpServers)).toEqual(['other', 'demo']);
    expect((await user.run(['clients', 'check', 'claude-desktop'])).code).toBe(0);
    expect((await user.run(['clients', 'undo', 'claude-desktop', '--yes'])).code).toBe(0);
    expect(await fs.readFile(file, 'utf8')).toBe(text);
    expect(errorOf(await user.run(['clients', 'check', 'claude-desktop'])).code).toBe('CLIENT_NOT_SET_UP');
    expect(errorOf(await user.run(['clients', 'undo', 'claude-desktop', '--yes'])).code).toBe(
      'CLIENT_NOTHING_TO_UNDO',
    );
  });
});

describe('a state folder that cannot be written', () => {
  const add = ['profile', 'add', 'x', ...preset, '--ssh', 'root@127.0.0.1', '--identity', '/k'];

  it('is a file: nothing is made, and the folder is named', async () => {
    const user = await createUser();
    try {
      await fs.writeFile(user.state, 'mine');
      for (const args of [add, ['serve', '--no-open']]) {
        const error = errorOf(await user.run(args));
        expect(['STATE_WRITE_FAILED', 'STATE_FILE_BROKEN']).toContain(error.code);
        expect(error.message).toContain(user.state);
      }
      expect(await fs.readFile(user.state, 'utf8')).toBe('mine');
    } finally {
      await user.dispose();
    }
  });

  const dir = path.join(os.tmpdir(), `companion-full-${process.pid}`);
  let mounted = false;
  try {
    execFileSync('mkdir', ['-p', dir]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'companion-full', dir], { stdio: 'ignore' });
    mounted = true;
  } catch {
    // an ordinary user may not mount; the test then reports itself skipped
  }
  afterAll(async () => {
    if (mounted) execFileSync('umount', [dir]);
    await fs.rm(dir, { recursive: true, force: true });
  });

  it.skipIf(!mounted)(
    'is on a full disk: the profiles stay as they were (needs the right to mount a tmpfs)',
    async () => {
      const user = await createUser();
      try {
        const env = { CATALYST_COMPANION_HOME: path.join(dir, 'state') };
        expect((await user.run(add, { env })).code).toBe(0);
        const file = path.join(dir, 'state', 'profiles.json');
        const before = await fs.readFile(file, 'utf8');
        await fs.writeFile(path.join(dir, 'filler'), Buffer.alloc(256 << 10)).catch(() => undefined);
        const error = errorOf(await user.run(['profile', 'add', 'y', ...add.slice(3)], { env }));
        // what cannot be recorded is not done
        expect(error.code).toBe('AUDIT_WRITE_FAILED');
        expect(error.message).toContain('ENOSPC');
        expect(errorOf(await user.run(['profile', 'remove', 'x'], { env })).code).toBe('AUDIT_WRITE_FAILED');
        expect(await fs.readFile(file, 'utf8')).toBe(before);
        expect((await fs.readdir(path.dirname(file))).filter((name) => name.includes('.tmp'))).toEqual([]);
      } finally {
        await user.dispose();
      }
    },
  );
});
