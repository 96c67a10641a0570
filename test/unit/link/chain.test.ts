import http from 'node:http';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import type { Chain } from '../../../electron/contract/link.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { DialContext, OpenLink } from '../../../electron/core/link/dialling.ts';
import { HostKeyRefused } from '../../../electron/core/link/refusal.ts';
import { createSupervisor } from '../../../electron/core/link/supervisor.ts';
import type { Supervisor } from '../../../electron/core/link/supervision.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

/** Time that moves only when told; what is due runs in order, and promises get their turn in between. */
const settle = async () => {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
};

type Answers = 'fine' | 'mcp-fails' | 'silent';

/** One end of the chain: what dialling it gives, and what its probes are answered. */
class End {
  dial: 'open' | 'hang' | AppError = 'open';
  answers: Answers = 'fine';
  dials = 0;
  readonly open = new Set<OpenLink>();
  private readonly loses = new Set<(error: Error) => void>();

  link(context: DialContext): OpenLink {
    const closed = Promise.withResolvers<Error | undefined>();
    const agent = new http.Agent();
    agent.createConnection = () => {
      const socket: Duplex = new Duplex({
        read() {},
        write: (_part, _encoding, done) => {
          if (this.answers === 'silent') socket.destroy(new Error('hung up'));
          else
            socket.push(
              `HTTP/1.1 ${this.answers === 'fine' ? '406 No' : '502 Bad'}\r\ncontent-length: 0\r\n\r\n`,
            );
          done();
        },
      });
      return socket;
    };
    const made: OpenLink = {
      via: context.via,
      apiKeyHeader: undefined,
      route: ({ to }) =>
        to === 'mcp' ? { url: new URL('http://127.0.0.1:5000/mcp'), agent, headers: {} } : undefined,
      moveMcp: () => {},
      closed: closed.promise,
      close: () => {
        this.open.delete(made);
        closed.resolve(undefined);
      },
    };
    this.open.add(made);
    this.loses.add((error) => {
      this.open.delete(made);
      closed.resolve(error);
    });
    return made;
  }

  lose(error: Error): void {
    for (const lose of this.loses) lose(error);
    this.loses.clear();
  }
}

const lost = new AppError('LINK_LOST', 'The connection was cut.', 'Wait.');
const refusedKey = new AppError('LINK_AUTH_REFUSED', 'Refused.', 'Check the key.');
const keyFacts = { host: 'first', type: 'ssh-ed25519', fingerprint: 'SHA256:a', known: [] };
const unknownKey = new HostKeyRefused('LINK_HOST_KEY_UNKNOWN', 'New.', 'Look.', keyFacts);
const changedKey = new HostKeyRefused('LINK_HOST_KEY_CHANGED', 'Other.', 'Stop.', keyFacts);

describe('a chain of links', () => {
  let clock: ManualClock;
  const pass = (ms: number) => clock.advanceSettled(ms, settle);
  let ends: [End, End, End];
  let chain: Chain;
  let busy: boolean;
  let link: Supervisor;

  beforeEach(() => {
    clock = new ManualClock(1_000_000);
    ends = [new End(), new End(), new End()];
    [chain, busy] = [[], false];
    const profile = Profile.parse({
      name: 'real',
      preset: 'generic',
      environment: 'live',
      links: [
        { kind: 'ssh', host: 'first', user: 'root', auth: [{ kind: 'agent' }] },
        { kind: 'https', url: 'https://second.example/mcp' },
        { kind: 'direct', url: 'http://127.0.0.1:5000/mcp' },
      ],
      mcpUrl: 'http://127.0.0.1:5000/mcp',
    });
    link = createSupervisor({
      profile: () => profile,
      secrets: { get: async () => undefined },
      clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      random: () => 0.5,
      knownHostsFile: '/nowhere/known_hosts',
      userKnownHostsFiles: [],
      publish: () => {},
      publishChain: (next) => (chain = next),
      busy: () => busy,
      dial: async (_config, context) => {
        const end = ends[context.via.index] ?? new End();
        end.dials += 1;
        if (end.dial === 'hang') {
          await new Promise((_resolve, reject) =>
            context.signal.addEventListener('abort', () => reject(new Error('given up'))),
          );
        }
        if (end.dial instanceof AppError) throw end.dial;
        return end.link(context);
      },
    });
  });
  afterEach(async () => {
    link.dispose();
    await settle();
    expect(ends.map((end) => end.open.size)).toEqual([0, 0, 0]);
    expect(clock.waiting).toBe(0);
  });

  const used = () => {
    const { state } = link;
    return state.state === 'live' || state.state === 'degraded'
      ? [state.state, state.via.index]
      : state.state;
  };
  const shown = () => chain.map((each) => each.state);
  const connected = async () => {
    link.connect();
    await pass(0);
    expect(used()).toEqual(['live', 0]);
  };

  it('uses the first, and leaves the others alone', async () => {
    await connected();
    await pass(300_000);
    expect(ends.map((end) => end.dials)).toEqual([1, 0, 0]);
    expect(shown()).toEqual(['in-use', 'idle', 'idle']);
  });

  it('is on the second within 10 s, though the first hangs without any answer', async () => {
    await connected();
    ends[0].dial = 'hang';
    ends[0].lose(lost);
    await pass(9_999);
    expect(used()).toEqual(['live', 1]);
    expect(chain[0]).toMatchObject({ state: 'trying', error: { code: 'LINK_LOST' } });
    expect(ends[2].dials).toBe(0);
  });

  it('is on the second at once when the first refuses connections', async () => {
    await connected();
    ends[0].dial = lost;
    ends[0].lose(lost);
    await pass(100);
    expect(used()).toEqual(['live', 1]);
  });

  it('reaches the third within 10 s where two hang', async () => {
    await connected();
    ends[0].dial = ends[1].dial = 'hang';
    ends[0].lose(lost);
    await pass(9_999);
    expect(used()).toEqual(['live', 2]);
  });

  it('returns to the first when it has been healthy for 60 s, and closes the second after its requests', async () => {
    await connected();
    ends[0].dial = lost;
    ends[0].lose(lost);
    await pass(1_000);
    ends[0].dial = 'open';
    await pass(55_000); // its next attempt is due within 50 s
    expect(shown()).toEqual(['proving', 'in-use', 'idle']);
    expect(used()).toEqual(['live', 1]);
    const since = chain[0]?.since ?? 0;
    await pass(since + 59_000 - clock.wall);
    expect(used()).toEqual(['live', 1]);
    await pass(2_500);
    expect(used()).toEqual(['live', 0]);
    expect(ends[1].open.size).toBe(1);
    await pass(60_000);
    expect([ends[1].open.size, shown()]).toEqual([0, ['in-use', 'idle', 'idle']]);
  });

  it('begins the 60 s anew when the first fails meanwhile', async () => {
    await connected();
    ends[0].dial = lost;
    ends[0].lose(lost);
    await pass(1_000);
    ends[0].dial = 'open';
    await pass(20_000);
    expect(shown()[0]).toBe('proving');
    ends[0].lose(lost);
    await pass(50_000);
    expect([used(), shown()[0]]).toEqual([['live', 1], 'proving']);
    await pass(70_000);
    expect(used()).toEqual(['live', 0]);
  });

  it('does not return in the middle of a call that changes state', async () => {
    await connected();
    ends[0].dial = lost;
    ends[0].lose(lost);
    await pass(1_000);
    ends[0].dial = 'open';
    busy = true;
    await pass(200_000);
    expect([used(), shown()[0]]).toEqual([['live', 1], 'proving']);
    busy = false;
    await pass(1_000);
    expect(used()).toEqual(['live', 0]);
  });

  it('goes to the link that is held ready at once when the one in use is lost', async () => {
    await connected();
    ends[0].dial = lost;
    ends[0].lose(lost);
    await pass(1_000);
    ends[0].dial = 'open';
    await pass(20_000);
    ends[1].answers = 'silent';
    ends[1].lose(lost);
    await pass(0);
    expect(used()).toEqual(['live', 0]);
    expect(ends[0].dials).toBeLessThan(6);
  });

  it('changes to a link whose MCP answers when it fails on the first, but not during a call that changes state', async () => {
    await connected();
    busy = true;
    ends[0].answers = 'mcp-fails';
    await pass(20_000);
    expect(used()).toEqual(['degraded', 0]);
    busy = false;
    await pass(1_000);
    expect(used()).toEqual(['live', 1]);
    expect(chain[0]).toMatchObject({ state: expect.stringMatching(/trying|failed/) });
  });

  it('stays on a degraded first while no other is better', async () => {
    ends[1].dial = ends[2].dial = lost;
    await connected();
    ends[0].answers = 'mcp-fails';
    await pass(120_000);
    expect(used()).toEqual(['degraded', 0]);
    ends[0].answers = 'fine';
    await pass(20_000);
    expect([used(), shown()]).toEqual([
      ['live', 0],
      ['in-use', 'failed', 'failed'],
    ]);
  });

  it('leaves a first that answers nothing within 10 s of its turning stale, whatever is under way', async () => {
    await connected();
    busy = true;
    ends[0].answers = 'silent';
    ends[0].dial = 'hang';
    await pass(45_000 + 9_000);
    expect(used()).toEqual(['live', 1]);
    expect(ends[0].open.size).toBe(0);
  });

  it('passes a refused sign-in on, keeps it shown and does not repeat it', async () => {
    ends[0].dial = refusedKey;
    link.connect();
    await pass(600_000);
    expect([used(), ends[0].dials]).toEqual([['live', 1], 1]);
    expect(chain[0]).toMatchObject({ state: 'refused', reason: 'auth-refused' });
    ends[0].dial = 'open';
    link.retry();
    await pass(0);
    expect(chain[0]?.state).toBe('proving');
    expect(used()).toEqual(['live', 1]);
  });

  it('passes an unknown host key on; trusting it leaves the link in use alone', async () => {
    ends[0].dial = unknownKey;
    link.connect();
    await pass(1_000);
    expect(used()).toEqual(['live', 1]);
    expect(chain[0]).toMatchObject({ state: 'refused', hostKey: keyFacts });
    const transport = link.transport;
    ends[0].dial = 'open';
    await link.trust('SHA256:a');
    await pass(1_000);
    expect([link.transport === transport, shown()[0]]).toEqual([true, 'proving']);
  });

  it('lets the keys of two links be trusted in any order', async () => {
    const other = { ...keyFacts, host: 'second', fingerprint: 'SHA256:b' };
    ends[0].dial = unknownKey;
    ends[1].dial = new HostKeyRefused('LINK_HOST_KEY_UNKNOWN', 'New.', 'Look.', other);
    link.connect();
    await pass(1_000);
    expect([used(), shown()]).toEqual([
      ['live', 2],
      ['refused', 'refused', 'in-use'],
    ]);
    ends[0].dial = 'open';
    await expect(link.trust('SHA256:c')).rejects.toMatchObject({ code: 'LINK_HOST_KEY_UNKNOWN' });
    await link.trust('SHA256:a');
    await pass(1_000);
    expect(shown()).toEqual(['proving', 'refused', 'in-use']);
    ends[1].dial = 'open';
    await link.trust('SHA256:b');
    await pass(1_000);
    expect(shown()).toEqual(['proving', 'proving', 'in-use']);
  });

  it('is blocked with the key where no other link is left', async () => {
    ends[0].dial = unknownKey;
    ends[1].dial = ends[2].dial = refusedKey;
    link.connect();
    await pass(1_000);
    expect(link.state).toMatchObject({ state: 'blocked', reason: 'host-key-unknown', hostKey: keyFacts });
    expect(shown()).toEqual(['refused', 'refused', 'refused']);
  });

  it.each([
    ['a changed host key', changedKey, 'host-key-changed'],
    ['a certificate', new AppError('LINK_TLS_UNTRUSTED', 'Untrusted.', 'Look.'), 'certificate'],
  ])('ends everything at %s, though another link works', async (_name, error, reason) => {
    await connected();
    ends[0].dial = lost;
    ends[0].lose(lost);
    await pass(1_000);
    expect(used()).toEqual(['live', 1]);
    ends[0].dial = error;
    await pass(60_000);
    expect(link.state).toMatchObject({ state: 'blocked', reason });
    expect([ends[1].open.size, link.transport, clock.waiting]).toEqual([0, undefined, 0]);
  });

  it('does not race two flapping links without a pause', async () => {
    await connected();
    for (let i = 0; i < 20; i++) {
      for (const end of ends) end.lose(lost);
      await pass(500);
    }
    expect(ends.reduce((sum, end) => sum + end.dials, 0)).toBeLessThan(12);
  });

  it('has an open link prove itself after a wake, and leaves it within 10 s', async () => {
    await connected();
    ends[0].answers = 'silent';
    ends[0].dial = lost;
    link.wake();
    await pass(9_999);
    expect(used()).toEqual(['live', 1]);
  });

  it('keeps a link that proves itself after a wake', async () => {
    await connected();
    const { transport } = link;
    link.wake();
    await pass(30_000);
    expect([used(), link.transport === transport, ends[0].dials]).toEqual([['live', 0], true, 1]);
  });

  it('asks a link at once when a call through it met no answer, and once for many', async () => {
    ends[0].dial = lost;
    link.connect();
    await pass(1_000);
    expect(used()).toEqual(['live', 1]);
    ends[1].answers = 'silent';
    ends[1].dial = lost;
    for (let i = 0; i < 50; i++) link.doubt?.();
    await pass(4_000);
    expect(used()).toEqual(['live', 2]);
  });

  it('tries a waiting link within 2 s of a wake', async () => {
    for (const end of ends) end.dial = lost;
    link.connect();
    await pass(120_000);
    for (const end of ends) end.dial = 'open';
    expect(used()).toBe('reconnecting');
    link.wake();
    await pass(2_000);
    expect(used()).toEqual(['live', 0]);
  });

  it('is not moved by a wake while off or blocked', async () => {
    link.wake();
    ends[0].dial = changedKey;
    link.connect();
    await pass(0);
    link.wake();
    await pass(60_000);
    expect([used(), ends[0].dials]).toEqual(['blocked', 1]);
  });
});
