import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linksFromOptions } from '../../../electron/cli/link-options.ts';
import { importText, nameFromAlias } from '../../../electron/cli/ssh-import.ts';
import type { Profile } from '../../../electron/contract/profile.ts';
import { createSshConfigReader } from '../../../electron/core/ssh-config/import-link.ts';
import type { Scene } from '../ssh-config/scene.ts';
import { createScene } from '../ssh-config/scene.ts';

let scene: Scene;

const CONFIG = `Host droplet
  HostName 10.0.0.7
  User root
  Port 2222
  IdentityFile ~/.ssh/work
  LocalCommand beep
Host gw
  HostName gw.example.com
  User gate
`;

beforeEach(async () => {
  scene = await createScene();
  await scene.write({ '.ssh/config': CONFIG, '.ssh/work': 'k' });
});

afterEach(async () => {
  await scene.remove();
});

const links = (...options: string[]) =>
  linksFromOptions(
    options.map((option) => {
      const [name = '', value] = option.split(' ');
      return { name, value };
    }),
    scene.home,
    createSshConfigReader(scene.around),
  );

const usage = (words: RegExp) => ({ code: 'USAGE', message: expect.stringMatching(words) as string });

describe('--ssh and --jump', () => {
  it('take a host of ~/.ssh/config', async () => {
    const chosen = await links('ssh droplet', 'https https://a/mcp', 'ssh gw:99');
    expect(chosen.links).toMatchObject([
      {
        host: '10.0.0.7',
        user: 'root',
        port: 2222,
        auth: [{ kind: 'key', file: scene.at('.ssh/work') }, {}],
      },
      { kind: 'https' },
      { host: 'gw.example.com', user: 'gate', port: 99 },
    ]);
    expect(chosen.notes).toMatchObject([{ line: 6, text: 'LocalCommand is not supported: nothing is run' }]);
  });

  it('let what is given win over the configuration', async () => {
    const chosen = await links('ssh me@droplet:7', 'identity /k/other', 'jump gw', 'jump x@hop:5');
    expect(chosen.links).toEqual([
      {
        kind: 'ssh',
        host: '10.0.0.7',
        user: 'me',
        port: 7,
        auth: [{ kind: 'key', file: '/k/other' }],
        jump: [
          { host: 'gw.example.com', user: 'gate', port: 22, auth: [{ kind: 'password' }] },
          { host: 'hop', user: 'x', port: 5, auth: [{ kind: 'password' }] },
        ],
      },
    ]);
  });

  it('refuse a name that no line has, and what is no host', async () => {
    await expect(links('ssh dropplet')).rejects.toMatchObject({ code: 'SSH_CONFIG_UNKNOWN_HOST' });
    await expect(links('ssh droplet', 'jump nobody')).rejects.toMatchObject({
      code: 'SSH_CONFIG_UNKNOWN_HOST',
    });
    for (const wrong of ['ssh a@b:99999', 'ssh @b', 'ssh a:b:c', 'ssh ', 'ssh -oProxyCommand=x', 'ssh a$b@c'])
      await expect(links(wrong)).rejects.toMatchObject(usage(/--ssh takes user@host, user@host:port/));
    await expect(links('ssh droplet', 'jump a:b')).rejects.toMatchObject(usage(/--jump takes user@host/));
    await expect(links('jump gw')).rejects.toMatchObject(usage(/--jump belongs after --ssh/));
  });

  it('do without a configuration that cannot be used where everything was given, and say so', async () => {
    await scene.write({ '.ssh/config': 'Port seven' });
    const chosen = await links('ssh me@droplet', 'jump x@hop');
    expect(chosen.links).toMatchObject([
      { host: 'droplet', user: 'me', port: 22, jump: [{ host: 'hop', user: 'x' }] },
    ]);
    expect(chosen.notes[0]?.text).toMatch(/^Nothing was taken over\. .*config, line 1: Port takes/);
    await expect(links('ssh droplet')).rejects.toMatchObject({ code: 'SSH_CONFIG_INVALID' });
    await expect(links('ssh me@droplet', 'jump gw')).rejects.toMatchObject({ code: 'SSH_CONFIG_INVALID' });
  });
});

describe('import-ssh', () => {
  it('makes a profile’s name from an alias where it can', () => {
    expect(['droplet', 'My_Droplet', 'a.b', 'root@db:22', '10.0.0.1'].map(nameFromAlias)).toEqual([
      'droplet',
      'my-droplet',
      'a-b',
      'db',
      '10-0-0-1',
    ]);
    for (const alias of ['___', 'a-name-of-more-than-16'])
      expect(() => nameFromAlias(alias)).toThrow(
        expect.objectContaining({ code: 'USAGE', next: expect.stringContaining('--name') as string }),
      );
  });

  it('shows what was understood and what was not taken over', async () => {
    const {
      links: [link],
      notes,
    } = await links('ssh droplet', 'jump gw');
    if (link?.kind !== 'ssh') throw new Error('no SSH link');
    const profile = { name: 'droplet', preset: 'catalyst', environment: 'live' } as Profile;
    expect(importText(profile, link, notes)).toBe(`Added droplet (catalyst, LIVE).
  host       root@10.0.0.7:2222
  by way of  gate@gw.example.com:22
  signs in   with the key ${scene.at('.ssh/work')}, then a stored password
Not taken over:
  ${scene.at('.ssh/config')}:6  LocalCommand is not supported: nothing is run
Then: catalyst-companion connect droplet`);
  });
});
