import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentAvailable, agentMissing, startAgent } from '../../helpers/ssh-agent.ts';
import { startSecurityKeyAgent } from '../../helpers/security-key-agent.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd, SshdOptions } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

const available = sshdAvailable && agentAvailable;
const why = available ? 'real ssh-agent and sshd' : sshdAvailable ? agentMissing : sshdMissing;

describe.skipIf(!available)(`SSH agents (${why})`, () => {
  let sshd: Sshd;
  let droplet: Droplet;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    droplet = await startDroplet();
  });
  afterAll(async () => {
    await sshd?.stop();
    await droplet?.stop();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const server = async (options: SshdOptions = { config: ['LogLevel DEBUG1'] }) => {
    const own = await startSshd(options);
    ends.push(own.stop);
    return own;
  };
  const agentOf = async (options?: Parameters<typeof startAgent>[0]) => {
    const agent = await startAgent(options);
    ends.push(agent.stop);
    return agent;
  };
  const AGENT = [{ kind: 'agent' as const }];
  const rigOf = (to: Sshd, change: Parameters<typeof sshTo>[1], options: Partial<RigOptions> = {}) => {
    const rig = makeRig({ links: [sshTo(to, change)], mcpUrl: droplet.mcpUrl, ...options });
    ends.push(rig.dispose);
    fs.writeFileSync(rig.knownHosts, to.knownHostsLine());
    rig.link.connect();
    return rig;
  };
  /** How many tries the server refused so far. */
  const refused = (to: Sshd) => to.log().match(/Failed publickey/g)?.length ?? 0;

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['ecdsa', ['-t', 'ecdsa']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
  ])('signs in with an %s key that only the agent holds', async (name, args) => {
    const agent = await agentOf();
    const file = sshd.makeKey(`held-${name}`, { authorised: true, args });
    agent.add(file);
    fs.rmSync(file);
    await rigOf(sshd, { auth: AGENT }, { agentSocket: agent.socket }).until('live');
  });

  it('takes the socket of the link before that of the environment', async () => {
    const agent = await agentOf();
    agent.add(sshd.key);
    const auth = [{ kind: 'agent' as const, socket: agent.socket }];
    await rigOf(sshd, { auth }, { agentSocket: path.join(sshd.dir, 'nobody') }).until('live');
  });

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['ecdsa', ['-t', 'ecdsa']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
  ])('signs in with a certificate for an %s key', async (name, args) => {
    const own = await server();
    const ca = own.makeKey('ca');
    const file = own.makeKey(`certified-${name}`, { args });
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'test', '-n', own.user, `${file}.pub`]);
    await own.restart({ config: [`TrustedUserCAKeys ${ca}.pub`, 'LogLevel VERBOSE'] });
    const agent = await agentOf();
    agent.add(file);
    await rigOf(own, { auth: AGENT }, { agentSocket: agent.socket }).until('live');
    expect(own.log()).toContain('-CERT ');
    // `only` names the key, and its certificate counts as it
    const auth = [{ kind: 'agent' as const, only: [`${file}.pub`] }];
    await rigOf(own, { auth }, { agentSocket: agent.socket }).until('live');
  });

  it('signs in with a security key', async () => {
    const own = await server();
    const agent = await startSecurityKeyAgent();
    ends.push(agent.stop);
    fs.appendFileSync(path.join(own.dir, 'authorized_keys'), agent.line);
    await rigOf(own, { auth: AGENT }, { agentSocket: agent.socket }).until('live');
    expect(own.log()).toContain('Accepted publickey');
    expect(own.log()).toContain('ED25519-SK');
  });

  it('waits for an agent that starts later than the app, and signs in by itself', async () => {
    const own = await server();
    const agent = await agentOf({ running: false });
    const rig = rigOf(own, { auth: AGENT }, { agentSocket: agent.socket });
    const waiting = await rig.until('reconnecting');
    expect(waiting.lastError.code).toBe('LINK_AGENT_NOT_READY');
    // the server hears nothing of it: no attempt is counted against this address
    expect(own.log()).not.toContain('Connection from');
    await agent.start();
    agent.add(own.key);
    await rig.until('live');
  });

  it('waits for a locked or empty agent too', async () => {
    const agent = await agentOf();
    const rig = rigOf(sshd, { auth: AGENT }, { agentSocket: agent.socket });
    expect((await rig.until('reconnecting')).lastError.message).toContain('no key, or is locked');
    agent.add(sshd.key);
    await rig.until('live');
    agent.lock();
    rig.link.disconnect();
    rig.link.connect();
    expect((await rig.until('reconnecting')).lastError.code).toBe('LINK_AGENT_NOT_READY');
    agent.unlock();
    await rig.until('live');
  });

  it('signs in with the key file although no agent answers, whichever is named first', async () => {
    const file = { kind: 'key' as const, file: sshd.key };
    const gone = path.join(sshd.dir, 'no-agent');
    await rigOf(sshd, { auth: [...AGENT, file] }, { agentSocket: gone }).until('live');
    await rigOf(sshd, { auth: [...AGENT, file] }).until('live');
    const silent = path.join(sshd.dir, 'silent');
    const mute = net.createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(silent, resolve));
    ends.push(() => mute.close());
    await rigOf(sshd, { auth: [...AGENT, file] }, { agentSocket: silent, timing: { agentMs: 200 } }).until(
      'live',
    );
  });

  it("tells the agent's trouble only where the other ways fail as well", async () => {
    const stranger = { kind: 'key' as const, file: sshd.makeKey('stranger') };
    const gone = path.join(sshd.dir, 'no-agent');
    const rig = rigOf(sshd, { auth: [stranger, ...AGENT] }, { agentSocket: gone });
    const { error, reason } = await rig.until('blocked');
    expect([reason, error.code]).toEqual(['auth-refused', 'LINK_AUTH_REFUSED']);
    expect(error.message).toContain('not tried: The SSH agent cannot be used');
  });

  it('blocks where the agent will not sign', async () => {
    const agent = await agentOf();
    agent.add(sshd.key, '-c');
    const rig = rigOf(sshd, { auth: AGENT }, { agentSocket: agent.socket });
    const { error } = await rig.until('blocked');
    expect(error).toMatchObject({ code: 'LINK_AGENT_UNAVAILABLE' });
    expect(error.message).toContain('did not sign');
  });

  it('offers a key that is named by file before those of the agent', async () => {
    const own = await server();
    const agent = await agentOf();
    for (let i = 0; i < 8; i++) agent.add(own.makeKey(`other-${i}`));
    const auth = [...AGENT, { kind: 'key' as const, file: own.key }];
    await rigOf(own, { auth }, { agentSocket: agent.socket }).until('live');
    expect(refused(own)).toBe(0);
  });

  it('uses the agent for an encrypted key file, first, and asks for no passphrase', async () => {
    const own = await server();
    const agent = await agentOf();
    for (let i = 0; i < 7; i++) agent.add(own.makeKey(`other-${i}`));
    const plain = own.makeKey('mine', { authorised: true });
    agent.add(plain);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a pass phrase', '-f', plain]);
    const auth = [{ kind: 'key' as const, file: plain }, ...AGENT];
    await rigOf(own, { auth }, { agentSocket: agent.socket }).until('live');
    expect(refused(own)).toBe(0);
  });

  describe('with eight keys, the right one last', () => {
    const eight = async () => {
      const own = await server();
      const agent = await agentOf();
      for (let i = 0; i < 7; i++) agent.add(own.makeKey(`other-${i}`));
      agent.add(own.key);
      return { own, agent };
    };

    it('stops before the server hangs up, and names the cause', async () => {
      const { own, agent } = await eight();
      const rig = rigOf(own, { auth: AGENT }, { agentSocket: agent.socket });
      const { error, reason } = await rig.until('blocked');
      expect(reason).toBe('auth-refused');
      expect(error.message).toContain('5 keys; 3 more');
      expect(error.next).toContain('IdentitiesOnly');
      expect(refused(own)).toBe(5);
      expect(own.log()).not.toContain('maximum authentication attempts');
    });

    it('offers those alone that `only` names', async () => {
      const { own, agent } = await eight();
      const auth = [{ kind: 'agent' as const, only: [`${own.key}.pub`] }];
      await rigOf(own, { auth }, { agentSocket: agent.socket }).until('live');
      expect(refused(own)).toBe(0);
      const none = own.makeKey('never-added');
      const other = rigOf(own, { auth: [{ kind: 'agent', only: [none] }] }, { agentSocket: agent.socket });
      expect((await other.until('reconnecting')).lastError.message).toContain('none of the keys');
    });
  });

  it('says so where the server ends the sign-in early', async () => {
    const own = await server({ config: ['MaxAuthTries 2'] });
    const agent = await agentOf();
    for (let i = 0; i < 3; i++) agent.add(own.makeKey(`other-${i}`));
    const rig = rigOf(own, { auth: AGENT }, { agentSocket: agent.socket });
    const { error, reason } = await rig.until('blocked');
    expect(reason).toBe('auth-refused');
    expect(error.message).toContain('after 2 tries (MaxAuthTries)');
  });

  it('sends no password to a server that takes keys alone, although an agent was tried before', async () => {
    const own = await server({ config: ['LogLevel DEBUG1', 'KbdInteractiveAuthentication no'] });
    const agent = await agentOf();
    agent.add(own.makeKey('stranger'));
    const rig = rigOf(
      own,
      { auth: [...AGENT, { kind: 'password' }] },
      { agentSocket: agent.socket, secrets: { password: 'a password' } },
    );
    await rig.until('blocked');
    expect(own.log()).toContain('method publickey');
    expect(own.log()).not.toMatch(/method (?:password|keyboard-interactive|none)/);
  });
});
