import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AgentClient, AgentError, wireStrings } from '../../../electron/core/link/ssh/agent-client.ts';
import type { AgentIdentity } from '../../../electron/core/link/ssh/agent-client.ts';
import { plainType, planIdentities } from '../../../electron/core/link/ssh/agent-plan.ts';
import { agentSockets } from '../../../electron/core/link/ssh/agent-socket.ts';
import type { AgentSystem } from '../../../electron/core/link/ssh/agent-socket.ts';

const hash = 'ab'.repeat(32);
const pipe = (name: string) => `\\\\.\\pipe\\${name}`;
const windows = (pipes: readonly string[]): AgentSystem => ({
  platform: 'win32',
  user: 'Trader',
  pipes: () => Promise.resolve(pipes),
});
const unix: AgentSystem = {
  platform: 'linux',
  user: 'trader',
  pipes: () => Promise.reject(new Error('never asked')),
};

describe('agentSockets', () => {
  it('is what the environment names, and what the link names instead', async () => {
    expect(await agentSockets(undefined, '/run/agent', unix)).toEqual(['/run/agent']);
    expect(await agentSockets('~/own', '/run/agent', unix)).toEqual([path.join(os.homedir(), 'own')]);
    expect(await agentSockets('SSH_AUTH_SOCK', '/run/agent', unix)).toEqual(['/run/agent']);
    expect(await agentSockets('none', '/run/agent', unix)).toEqual([]);
    expect(await agentSockets(undefined, undefined, unix)).toEqual([]);
    expect(await agentSockets(undefined, '', unix)).toEqual([]);
  });

  it("on Windows is OpenSSH's pipe, then Pageant's of this user alone", async () => {
    const system = windows([
      'InitShutdown',
      `pageant.trader.${hash}`,
      `pageant.other.${hash}`,
      `pageant.trader.evil.${hash}`,
      'pageant.trader.short',
      'openssh-ssh-agent',
    ]);
    expect(await agentSockets(undefined, undefined, system)).toEqual([
      pipe('openssh-ssh-agent'),
      pipe(`pageant.trader.${hash}`),
    ]);
  });

  it('on Windows takes pipes from the environment and no path of another shell', async () => {
    const system = windows([]);
    expect(await agentSockets(undefined, '/tmp/ssh-abc/agent.1', system)).toEqual([
      pipe('openssh-ssh-agent'),
    ]);
    expect(await agentSockets(undefined, '//./pipe/mine', system)).toEqual([
      pipe('mine'),
      pipe('openssh-ssh-agent'),
    ]);
    expect(await agentSockets(`//./pipe/pageant.x.${hash}`, undefined, system)).toEqual([
      pipe(`pageant.x.${hash}`),
    ]);
  });

  it('on Windows goes without Pageant where the pipes cannot be listed', async () => {
    const system = { ...windows([]), pipes: () => Promise.reject(new Error('EPERM')) };
    expect(await agentSockets(undefined, undefined, system)).toEqual([pipe('openssh-ssh-agent')]);
  });
});

describe('planIdentities', () => {
  const identity = (name: string, type = 'ssh-ed25519', ...middle: string[]): AgentIdentity => ({
    blob: wireStrings(...[type, ...middle, name].map((text) => Buffer.from(text))),
    type,
    comment: name,
  });
  const keys = (count: number) => Array.from({ length: count }, (_, i) => identity(`k${i}`));
  const names = (plan: { offered: readonly AgentIdentity[] }) => plan.offered.map(({ comment }) => comment);
  const none = { only: undefined, first: [], done: [], tries: 6 };

  it('offers all where they fit, and one less than fits where they do not', () => {
    expect(planIdentities(keys(6), none)).toMatchObject({ left: 0, offered: { length: 6 } });
    expect(planIdentities(keys(8), none)).toMatchObject({ left: 3, offered: { length: 5 } });
    expect(planIdentities(keys(2), { ...none, tries: 1 })).toMatchObject({ left: 1, offered: { length: 1 } });
  });

  it('offers the keys of configured files first, and not again what was offered from its file', () => {
    const held = keys(8);
    const first = [held[7].blob];
    expect(names(planIdentities(held, { ...none, first }))).toEqual(['k7', 'k0', 'k1', 'k2', 'k3']);
    expect(names(planIdentities(held.slice(0, 3), { ...none, done: [held[1].blob] }))).toEqual(['k0', 'k2']);
  });

  it('offers those alone that are named, in the order of their names, certificates of them included', () => {
    const [a, b] = keys(2) as [AgentIdentity, AgentIdentity];
    const certificate = identity('k1', 'ssh-ed25519-cert-v01@openssh.com', 'nonce');
    const held = [identity('x'), a, b, certificate];
    expect(planIdentities(held, { ...none, only: [b.blob, a.blob] }).offered).toEqual([b, certificate, a]);
    expect(planIdentities(held, { ...none, only: [] }).offered).toEqual([]);
  });

  it('leaves out kinds that no server should take', () => {
    const held = [identity('d', 'ssh-dss'), identity('n', 'ssh-new@example.test'), identity('e')];
    expect(names(planIdentities(held, none))).toEqual(['e']);
    expect(plainType('sk-ssh-ed25519-cert-v01@openssh.com')).toBe('sk-ssh-ed25519@openssh.com');
    expect(plainType('ecdsa-sha2-nistp256-cert-v01@openssh.com')).toBe('ecdsa-sha2-nistp256');
  });
});

describe('AgentClient', () => {
  let dir: string;
  const ends: (() => void)[] = [];
  beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-agents-'));
  });
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  const agent = async (talk: (socket: net.Socket) => void) => {
    const socket = path.join(dir, `a${Math.random()}`);
    const sockets = new Set<net.Socket>();
    const server = net.createServer((one) => {
      sockets.add(one);
      one.on('error', () => {});
      one.once('data', () => talk(one));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    ends.push(() => {
      for (const one of sockets) one.destroy();
      server.close();
    });
    return new AgentClient(socket);
  };
  const trouble = async (client: AgentClient) => {
    const error: unknown = await client.list(200).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentError);
    return (error as AgentError).trouble;
  };

  it('reads an answer that comes in pieces', async () => {
    const blob = wireStrings(Buffer.from('ssh-ed25519'), Buffer.alloc(32, 7));
    const body = Buffer.concat([
      Buffer.from([12, 0, 0, 0, 1]),
      wireStrings(blob, Buffer.from('trader@desk')),
    ]);
    const answer = wireStrings(body);
    const client = await agent((socket) => {
      socket.write(answer.subarray(0, 3));
      setImmediate(() => socket.write(answer.subarray(3)));
    });
    expect(await client.list(2_000)).toEqual([{ blob, type: 'ssh-ed25519', comment: 'trader@desk' }]);
  });

  it.each<[string, (socket: net.Socket) => void]>([
    ['silent', () => {}],
    ['refused', (socket) => void socket.write(wireStrings(Buffer.from([5])))],
    ['refused', (socket) => void socket.end()],
    ['garbled', (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['garbled', (socket) => void socket.write(wireStrings(Buffer.from([12, 0, 0, 0, 9])))],
    ['garbled', (socket) => void socket.write(wireStrings(Buffer.from([12, 0, 0])))],
    ['garbled', (socket) => void socket.write(Buffer.from([255, 255, 255, 255, 12]))],
  ])('says %s', async (word, talk) => {
    expect(await trouble(await agent(talk))).toBe(word);
  });

  it('says absent where nobody listens, and where there is no socket', async () => {
    expect(await trouble(new AgentClient(path.join(dir, 'nobody')))).toBe('absent');
    fs.writeFileSync(path.join(dir, 'file'), '');
    expect(await trouble(new AgentClient(path.join(dir, 'file')))).toBe('absent');
  });
});
