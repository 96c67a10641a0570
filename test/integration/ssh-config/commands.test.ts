import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scene } from './real-ssh.ts';
import { createScene } from './real-ssh.ts';

const CLI = path.resolve(import.meta.dirname, '../../../electron/cli.ts');

let scene: Scene;

beforeEach(async () => {
  scene = await createScene();
  await scene.write({
    '.ssh/config':
      'Host droplet\n HostName 10.0.0.7\n User root\n ProxyCommand nc %h %p\n IdentityFile ~/.ssh/key\n',
    '.ssh/key': 'k',
  });
});

afterEach(async () => {
  await scene.remove();
});

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(...args: string[]): Promise<Ran> {
  const env = {
    PATH: process.env.PATH,
    HOME: scene.dir,
    CATALYST_COMPANION_HOME: path.join(scene.dir, 'state'),
  };
  const ran = promisify(execFile)(process.execPath, [CLI, 'profile', ...args], { env, timeout: 60_000 });
  return await ran.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: Ran) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
}

const note = () => `${scene.dir}/.ssh/config`;

describe('profile import-ssh', () => {
  it('makes a profile of an alias and shows what was not taken over', async () => {
    const { code, stdout } = await run('import-ssh', 'droplet', '--env', 'paper');
    expect(code).toBe(0);
    expect(stdout).toContain('Added droplet (catalyst, PAPER).');
    expect(stdout).toContain('root@10.0.0.7:22');
    expect(stdout).toContain(`${note()}:4  ProxyCommand is not supported: nothing is run`);
    const stored = await fs.readFile(path.join(scene.dir, 'state', 'profiles.json'), 'utf8');
    expect(JSON.parse(stored)).toMatchObject({
      profiles: [
        {
          name: 'droplet',
          environment: 'paper',
          links: [
            { kind: 'ssh', host: '10.0.0.7', user: 'root', auth: [{ file: `${scene.dir}/.ssh/key` }, {}] },
          ],
        },
      ],
    });
  });

  it('gives it all as JSON, and takes a name, a preset and further links', async () => {
    const more = ['--name', 'other', '--preset', 'generic', '--mcp-url', 'http://127.0.0.1:9/mcp'];
    const { stdout } = await run(
      'import-ssh',
      'droplet',
      ...more,
      '--https',
      'https://a.example/mcp',
      '--json',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      profile: {
        name: 'other',
        preset: 'generic',
        mcpUrl: 'http://127.0.0.1:9/mcp',
        links: [{}, { kind: 'https' }],
      },
      link: { host: '10.0.0.7' },
      notes: expect.arrayContaining([expect.objectContaining({ file: note(), line: 4 })]) as unknown,
    });
  });

  it('names near hosts for one that is unknown, and keeps nothing', async () => {
    const { code, stderr } = await run('import-ssh', 'dropplet');
    expect(code).toBe(1);
    expect(stderr).toContain('SSH_CONFIG_UNKNOWN_HOST');
    expect(stderr).toContain('Did you mean droplet?');
    await expect(fs.access(path.join(scene.dir, 'state'))).rejects.toThrow('ENOENT');
  });
});

describe('profile add --ssh ALIAS', () => {
  it('resolves the alias and says on standard error what was left out', async () => {
    const { code, stdout, stderr } = await run(
      'add',
      'x',
      '--preset',
      'catalyst',
      '--ssh',
      'me@droplet:99',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ links: [{ host: '10.0.0.7', user: 'me', port: 99 }] });
    expect(stderr).toContain(`${note()}:4  ProxyCommand is not supported`);
  });
});
