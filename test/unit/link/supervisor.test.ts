import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import type { LinkState } from '../../../electron/contract/link.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { DialContext, OpenLink } from '../../../electron/core/link/dialling.ts';
import { HostKeyRefused } from '../../../electron/core/link/refusal.ts';
import { createSupervisor } from '../../../electron/core/link/supervisor.ts';
import type { Supervisor } from '../../../electron/core/link/supervision.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

/** Time that stands still until it is moved; `sleep` moves the wall clock alone, as a suspended machine does. */
/** Lets promises and the loopback HTTP exchange of a probe come to their end. */
const settle = async () => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('supervisor', () => {
  let clock: ManualClock;
  const pass = (ms: number) => clock.advanceSettled(ms, settle);
  let server: http.Server;
  let answers: boolean;
  let dials: DialContext[];
  let outcomes: (() => OpenLink | AppError | 'hang')[];
  let states: LinkState[];
  let link: Supervisor;
  let opened: { link: OpenLink; lose: (error?: Error) => void; isClosed: () => boolean }[];

  const lost = new AppError('LINK_LOST', 'The connection was cut.', 'Wait.');
  const open = (): OpenLink => {
    const end = Promise.withResolvers<Error | undefined>();
    let closed = false;
    const context = dials[dials.length - 1];
    const made: OpenLink = {
      via: context.via,
      apiKeyHeader: undefined,
      route: ({ to }) => {
        const { port } = server.address() as AddressInfo;
        const url = new URL(`http://127.0.0.1:${port}/mcp`);
        return to === 'mcp' ? { url, agent: new http.Agent(), headers: {} } : undefined;
      },
      moveMcp: () => {},
      closed: end.promise,
      close: () => {
        closed = true;
      },
    };
    opened.push({ link: made, lose: end.resolve, isClosed: () => closed });
    return made;
  };

  beforeEach(async () => {
    clock = new ManualClock(1_000_000, 0);
    answers = true;
    server = http.createServer((_request, response) => {
      if (answers) response.writeHead(406).end();
      else response.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    [dials, outcomes, states, opened] = [[], [], [], []];
    const ssh = { kind: 'ssh', port: 22, user: 'root', auth: [{ kind: 'agent' }] };
    const profile = Profile.parse({
      name: 'real',
      preset: 'generic',
      environment: 'live',
      links: [
        { ...ssh, host: 'first' },
        { ...ssh, host: 'second' },
      ],
      mcpUrl: 'http://127.0.0.1:5000/mcp',
    });
    link = createSupervisor({
      profile: () => profile,
      secrets: { get: async () => undefined },
      clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      random: () => 0.999999,
      knownHostsFile: '/nowhere/known_hosts',
      userKnownHostsFiles: [],
      publish: (state) => states.push(state),
      dial: async (_config, context) => {
        dials.push(context);
        const outcome = (outcomes.shift() ?? (() => lost))();
        if (outcome === 'hang') return new Promise<OpenLink>(() => {});
        if (outcome instanceof AppError) throw outcome;
        return outcome;
      },
    });
  });
  afterEach(async () => {
    link.dispose();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const hosts = () => dials.map(({ via }) => via.label.replace(/^ssh root@|:22$/g, ''));

  it('walks the chain, waits longer after each round, and starts again at the first', async () => {
    link.connect();
    await settle();
    expect(hosts()).toEqual(['first', 'second']);
    const delays: number[] = [];
    for (let i = 0; i < 8; i++) {
      const { state } = link;
      if (state.state !== 'reconnecting') throw new Error(state.state);
      delays.push(state.nextAt - clock.wall);
      await pass(state.nextAt - clock.wall);
      await settle();
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 50, 50].map((s) => s * 1000));
    expect(hosts().length).toBe(18);
  });

  it('does not forget its failures by a connection that lives shortly, but after 30 s of answers', async () => {
    const nextDelay = () =>
      link.state.state === 'reconnecting' ? link.state.nextAt - clock.wall : Number.NaN;
    outcomes = [() => lost, () => lost, () => lost, () => lost, open];
    link.connect();
    await settle();
    await pass(1_000);
    await settle();
    expect(nextDelay()).toBe(2_000);
    await pass(2_000);
    await settle();
    expect(link.state.state).toBe('live');
    await pass(5_000);
    outcomes = [open];
    opened[0].lose(lost);
    await settle();
    expect(nextDelay()).toBe(4_000);
    await pass(4_000);
    await settle();
    expect(link.state.state).toBe('live');
    await pass(46_000);
    opened[1].lose(lost);
    await settle();
    expect(nextDelay()).toBe(1_000);
  });

  it('never repeats a refused sign-in by itself, though the other link goes on', async () => {
    const refused = new AppError('LINK_AUTH_REFUSED', 'Refused.', 'Check the key.');
    outcomes = [() => refused];
    link.connect();
    await settle();
    for (let i = 0; i < 5; i++) {
      await pass(60_000);
      await settle();
    }
    expect(hosts().filter((host) => host === 'first')).toHaveLength(1);
    expect(hosts().length).toBeGreaterThan(4);
    outcomes = [() => refused, () => refused];
    link.connect();
    await settle();
    expect(link.state).toMatchObject({ state: 'blocked', reason: 'auth-refused' });
    const count = dials.length;
    await pass(3_600_000);
    expect(dials.length).toBe(count);
    expect(clock.waiting).toBe(0);
  });

  it('stops the whole chain at a certificate or a changed key', async () => {
    outcomes = [() => new AppError('LINK_TLS_NAME', 'Wrong name.', 'Fix it.')];
    link.connect();
    await settle();
    expect(hosts()).toEqual(['first']);
    expect(link.state).toMatchObject({ state: 'blocked', reason: 'certificate' });
  });

  it('is not live while it moves from a link that refused it to the next', async () => {
    outcomes = [open, () => 'hang'];
    link.connect();
    await settle();
    expect(link.state.state).toBe('live');
    opened[0].lose(new AppError('LINK_API_KEY_REFUSED', 'The key was withdrawn.', 'Set another.'));
    await settle();
    expect(hosts()).toEqual(['first', 'second']);
    expect(link.state).toMatchObject({ state: 'connecting', via: { index: 1 } });
    expect(link.transport).toBeUndefined();
    expect(states.slice(-2)[0]).toMatchObject({
      state: 'reconnecting',
      lastError: { code: 'LINK_API_KEY_REFUSED' },
    });
  });

  it('does not start by "try again" what was switched off, nor by anything once disposed', async () => {
    link.retry();
    link.connect();
    await settle();
    link.disconnect();
    link.retry();
    expect(link.state.state).toBe('off');
    outcomes = [
      () =>
        new HostKeyRefused('LINK_HOST_KEY_UNKNOWN', 'New.', 'Look.', {
          host: 'first',
          type: 'ssh-ed25519',
          fingerprint: 'SHA256:a',
          known: [],
        }),
    ];
    link.connect();
    await settle();
    const count = dials.length;
    link.dispose();
    await link.trust('SHA256:a');
    link.connect();
    await settle();
    expect([link.state.state, dials.length, clock.waiting]).toEqual(['off', count, 0]);
  });

  it('turns stale 45 s after the last answer, and live with the next one', async () => {
    outcomes = [open];
    link.connect();
    await settle();
    expect(link.state.state).toBe('live');
    answers = false;
    await pass(44_000);
    expect(link.state.state).toBe('live');
    await pass(2_000);
    expect(link.state).toMatchObject({ state: 'degraded', reason: 'stale' });
    expect(link.transport).toBe(opened[0].link);
    link.proof();
    expect(link.state.state).toBe('live');
  });

  it('is stale at once after a sleep that the monotonic clock did not see', async () => {
    outcomes = [open];
    link.connect();
    await settle();
    answers = false;
    clock.sleep(3_600_000);
    await pass(1_000);
    expect(link.state).toMatchObject({ state: 'degraded', reason: 'stale' });
  });

  it('closes what a given-up attempt opens late, and publishes nothing of it', async () => {
    let late = (_link: OpenLink) => {};
    outcomes = [() => 'hang'];
    const hung = createSupervisor({
      profile: () => Profile.parse({ ...base, links: base.links.slice(0, 1) }),
      secrets: { get: async () => undefined },
      clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      random: () => 0,
      knownHostsFile: '/nowhere/known_hosts',
      userKnownHostsFiles: [],
      publish: (state) => states.push(state),
      dial: (_config, context) => {
        dials.push(context);
        return new Promise((resolve) => (late = resolve));
      },
    });
    hung.connect();
    await settle();
    hung.disconnect();
    expect(dials[0].signal.aborted).toBe(true);
    const count = states.length;
    late(open());
    await settle();
    expect(opened[0].isClosed()).toBe(true);
    dials[0].stage('auth');
    expect(states.length).toBe(count);
    expect(hung.state).toEqual({ state: 'off' });
    hung.dispose();
  });

  it('publishes a busy link once a second, not once an answer', async () => {
    outcomes = [open];
    link.connect();
    await settle();
    const before = states.length;
    for (let i = 0; i < 1_000; i++) link.proof();
    expect(states.length).toBe(before);
    await pass(1_000);
    link.proof();
    expect(states.length).toBe(before + 1);
  });

  it('tells waiting callers when it opened, and at once when it is off', async () => {
    outcomes = [open];
    expect(await link.whenOpen(60_000)).toBeUndefined();
    expect(link.reason()).toBe('The link is switched off.');
    link.connect();
    const waiting = link.whenOpen(60_000);
    let changes = 0;
    const forget = link.onChange(() => (changes += 1));
    await settle();
    expect(await waiting).toBe(opened[0].link);
    link.disconnect();
    expect(opened[0].isClosed()).toBe(true);
    expect(changes).toBe(2);
    forget();
    expect(clock.waiting).toBe(0);
  });

  const base = {
    name: 'real',
    preset: 'generic',
    environment: 'live',
    links: [{ kind: 'ssh', host: 'first', user: 'root', auth: [{ kind: 'agent' }] }],
    mcpUrl: 'http://127.0.0.1:5000/mcp',
  };
});
