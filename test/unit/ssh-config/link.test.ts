import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshLink } from '../../../electron/contract/profile.ts';
import { createSshConfigReader } from '../../../electron/core/ssh-config/import-link.ts';
import type { SshSurroundings } from '../../../electron/core/ssh-config/surroundings.ts';
import type { Scene } from './scene.ts';
import { createScene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await createScene();
});

afterEach(async () => {
  await scene.remove();
});

async function link(config: string, alias = 'a', given: Partial<SshSurroundings> = {}) {
  await scene.write({ '.ssh/config': config });
  const found = await createSshConfigReader({ ...scene.around, ...given }).link(alias);
  expect(SshLink.parse(found.link)).toEqual(found.link);
  return found;
}

const WITH_AGENT = { env: { SSH_AUTH_SOCK: '/run/agent' } };

describe('a link from ~/.ssh/config', () => {
  it('takes over what a link can hold', async () => {
    await scene.write({ '.ssh/id_work': 'k' });
    const { link: found, notes } = await link(
      `Host a
  HostName 10.0.0.7
  User root
  Port 2222
  IdentityFile ~/.ssh/id_work
  HostKeyAlias Droplet
  UserKnownHostsFile ~/.ssh/work_hosts /dev/null
  ServerAliveInterval 20
  ServerAliveCountMax 5
  ConnectTimeout 7
  ProxyJump me@gw:99
Host gw
  HostName gw.example.com
  HostKeyAlias gate`,
    );
    expect(notes).toEqual([]);
    const auth = [{ kind: 'key', file: scene.at('.ssh/id_work') }, { kind: 'password' }];
    expect(found).toEqual({
      kind: 'ssh',
      host: '10.0.0.7',
      port: 2222,
      user: 'root',
      auth,
      jump: [
        { host: 'gw.example.com', port: 99, user: 'me', hostKeyAlias: 'gate', auth: [{ kind: 'password' }] },
      ],
      hostKeyAlias: 'droplet',
      knownHosts: [scene.at('.ssh/work_hosts')],
      keepaliveSeconds: 20,
      keepaliveCount: 5,
      connectTimeoutSeconds: 7,
    });
  });

  it('signs in as ssh does without configuration: agent, usual keys that are there, password', async () => {
    await scene.write({ '.ssh/id_rsa': 'k', '.ssh/id_ed25519': 'k', '.ssh/id_ed25519.pub': 'p' });
    const { link: found } = await link('', '10.0.0.1', WITH_AGENT);
    expect(found.auth).toEqual([
      { kind: 'agent' },
      { kind: 'key', file: scene.at('.ssh/id_ed25519') },
      { kind: 'key', file: scene.at('.ssh/id_rsa') },
      { kind: 'password' },
    ]);
    expect(found).not.toHaveProperty('knownHosts');
  });

  it('has no jump host sign in with another’s keys, unless they are the same', async () => {
    await scene.write({ '.ssh/one': 'k', '.ssh/two': 'k' });
    const { link: found } = await link(
      'Host a\n ProxyJump b,c\nHost b\n IdentityFile ~/.ssh/two\nHost a c\n IdentityFile ~/.ssh/one',
    );
    expect(found.jump.map((hop) => hop.auth)).toEqual([
      [{ kind: 'key', file: scene.at('.ssh/two') }, { kind: 'password' }],
      undefined,
    ]);
  });

  it('turns IdentitiesOnly into the public keys that alone the agent may offer', async () => {
    await scene.write({ '.ssh/one': 'k', '.ssh/one.pub': 'p', '.ssh/hw.pub': 'p', '.ssh/id_rsa.pub': 'p' });
    const { link: found } = await link(
      'Host a\n IdentitiesOnly yes\n IdentityFile ~/.ssh/one\n IdentityFile ~/.ssh/hw.pub',
      'a',
      WITH_AGENT,
    );
    expect(found.auth).toEqual([
      { kind: 'agent', only: [scene.at('.ssh/one.pub'), scene.at('.ssh/hw.pub')] },
      { kind: 'key', file: scene.at('.ssh/one') },
      { kind: 'password' },
    ]);
    const usual = await link('Host a\n IdentitiesOnly yes', 'a', WITH_AGENT);
    expect(usual.link.auth).toEqual([
      { kind: 'agent', only: [scene.at('.ssh/id_rsa.pub')] },
      { kind: 'password' },
    ]);
    const none = await link('Host a\n IdentitiesOnly yes\n IdentityFile none', 'a', WITH_AGENT);
    expect(none.link.auth).toEqual([{ kind: 'password' }]);
  });

  it('knows the agents: none, another socket, the pipe of Windows', async () => {
    expect((await link('IdentityAgent none\nHost a', 'a', WITH_AGENT)).link.auth).toEqual([
      { kind: 'password' },
    ]);
    expect((await link('IdentityAgent ~/%u.sock\nHost a')).link.auth[0]).toEqual({
      kind: 'agent',
      socket: scene.at('trader.sock'),
    });
    expect((await link('IdentityAgent SSH_AUTH_SOCK\nHost a', 'a', WITH_AGENT)).link.auth[0]).toEqual({
      kind: 'agent',
    });
    expect((await link('IdentityAgent SSH_AUTH_SOCK\nHost a')).link.auth).toEqual([{ kind: 'password' }]);
    expect((await link('Host a', 'a', { platform: 'win32' })).link.auth[0]).toEqual({ kind: 'agent' });
  });

  it('passes over key files that are missing and says so; it names one where nothing else is left', async () => {
    const missing = await link('Host a\n User me\n IdentityFile ~/.ssh/gone');
    expect(missing.link.auth).toEqual([{ kind: 'password' }]);
    expect(missing.notes).toEqual([
      {
        file: scene.at('.ssh/config'),
        line: 3,
        text: `the key file ${scene.at('.ssh/gone')} does not exist and was left out`,
      },
    ]);
    const only = await link(
      'Host a\n PasswordAuthentication no\n KbdInteractiveAuthentication no\n IdentityFile ~/.ssh/gone',
    );
    expect(only.link.auth).toEqual([{ kind: 'key', file: scene.at('.ssh/gone') }]);
  });

  it('leaves out ways to sign in that the configuration closes', async () => {
    await scene.write({ '.ssh/id_rsa': 'k' });
    const ways = async (config: string) =>
      (await link(`Host a\n ${config}`, 'a', WITH_AGENT)).link.auth.map(({ kind }) => kind);
    expect(await ways('PubkeyAuthentication no')).toEqual(['password']);
    expect(await ways('PasswordAuthentication no')).toEqual(['agent', 'key', 'password']); // keyboard-interactive is left
    expect(await ways('BatchMode yes')).toEqual(['agent', 'key']);
    expect(await ways('PreferredAuthentications publickey')).toEqual(['agent', 'key']);
    expect(await ways('PreferredAuthentications password')).toEqual(['password']);
  });

  it('keeps our keepalive where the configuration has none, and bounds what is out of range', async () => {
    const off = await link('Host a\n ServerAliveInterval 0\n ServerAliveCountMax 0\n ConnectTimeout none');
    expect(Object.keys(off.link)).not.toEqual(expect.arrayContaining(['keepaliveSeconds']));
    expect(off.link).not.toHaveProperty('keepaliveCount');
    expect(off.link).not.toHaveProperty('connectTimeoutSeconds');
    const far = await link('Host a\n ServerAliveInterval 1h\n ServerAliveCountMax 99\n ConnectTimeout 1d');
    expect(far.link).toMatchObject({ keepaliveSeconds: 600, keepaliveCount: 20, connectTimeoutSeconds: 120 });
  });

  it('says what it cannot hold: certificates, a jump host’s own known hosts, StrictHostKeyChecking no', async () => {
    const { notes } = await link(
      'Host a\n CertificateFile /k/c.pub\n ProxyJump b\n StrictHostKeyChecking no\n UserKnownHostsFile none\nHost b\n UserKnownHostsFile /k/kh',
    );
    expect(notes.map(({ line, text }) => `${line} ${text}`)).toEqual([
      '4 StrictHostKeyChecking no is ignored: an unknown host key is always asked about',
      '2 CertificateFile /k/c.pub is not supported here: a certificate works through an SSH agent',
      '7 UserKnownHostsFile of b was left out: a link has one list of files',
    ]);
  });

  it('refuses a user’s name that a link cannot hold, naming the way out', async () => {
    await expect(link('Host a\n User "DOMAIN\\me"')).rejects.toMatchObject({
      code: 'SSH_CONFIG_INVALID',
      next: 'Correct it there, or give the values by hand: --ssh user@host:port',
    });
  });

  it('lets what is given win, and needs no line for hosts that are given whole', async () => {
    await scene.write({ '.ssh/config': 'Host box\n ProxyJump gw\nHost *\n User all\n Port 7' });
    const reader = createSshConfigReader(scene.around);
    const { link: found } = await reader.link('box', { user: 'me', port: 8, jump: 'x@hop' }, ['box', 'hop']);
    expect(found).toMatchObject({
      host: 'box',
      user: 'me',
      port: 8,
      jump: [{ host: 'hop', user: 'x', port: 7 }],
    });
  });
});
