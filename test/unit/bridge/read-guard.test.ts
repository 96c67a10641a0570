import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { UpstreamFailure } from '../../../electron/core/bridge/failure.ts';
import { READ_LIMITS, ReadGuard } from '../../../electron/core/bridge/reads/breaker.ts';
import { readKey } from '../../../electron/core/bridge/reads/read-key.ts';
import { inspect } from '../../../electron/core/bridge/inspect.ts';
import type { Inspected } from '../../../electron/core/bridge/inspect.ts';

const LIMITS = {
  ...READ_LIMITS,
  failures: 3,
  firstPauseMs: 1_500,
  lastPauseMs: 1_500,
  atOnce: 2,
  waiting: 1,
  waitMs: 80,
};
const never = new AbortController().signal;
const failure = (
  code: 'LINK_LOST' | 'MCP_SERVER_ERROR' | 'LINK_NOT_CONNECTED',
  fate: UpstreamFailure['fate'],
) => new UpstreamFailure(fate, new AppError(code, 'It was cut.', 'Wait.'));
const dead = () => Promise.reject(failure('LINK_LOST', 'lost'));
const tick = (ms = 5) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function ended(work: Promise<unknown>): Promise<string> {
  return await work.then(String, (error: unknown) => (error as Error).message);
}

async function opened(): Promise<ReadGuard> {
  const guard = new ReadGuard('demo', systemClock, LIMITS);
  for (let i = 0; i < 3; i++) {
    await tick();
    await ended(guard.run(dead, never));
  }
  return guard;
}

describe('the breaker in front of reads', () => {
  it('says it in our words though the clock was set forward while it is open', async () => {
    let ahead = 0;
    const guard = new ReadGuard('demo', { ...systemClock, now: () => Date.now() + ahead }, LIMITS);
    for (let i = 0; i < 3; i++) {
      await tick();
      await ended(guard.run(dead, never));
    }
    ahead = 3_600_000;
    const said = await guard.run(dead, never).catch((error: unknown) => error);
    expect(said).toBeInstanceOf(UpstreamFailure);
    expect((said as Error).message).toMatch(/^demo answers no reads since /);
  });

  it('opens after so many failures in a row, lets one try again, and closes when that is answered', async () => {
    const guard = await opened();
    let asked = 0;
    const works = () => Promise.resolve(`answer ${++asked}`);
    expect(await ended(guard.run(works, never))).toMatch(/^demo answers no reads since .*: It was cut\.$/);
    expect(asked).toBe(0);
    await tick(1_550);
    let fail = () => {};
    const probe = guard.run(
      () => new Promise((_resolve, reject) => (fail = () => reject(failure('LINK_LOST', 'lost')))),
      never,
    );
    // nobody waits for the one that tries
    expect(await ended(guard.run(works, never))).toContain('answers no reads');
    fail();
    expect(await ended(probe)).toBe('It was cut.');
    expect(await ended(guard.run(works, never))).toContain('answers no reads');
    await tick(1_550);
    expect(await ended(guard.run(works, never))).toBe('answer 1');
    expect(await ended(guard.run(works, never))).toBe('answer 2');
  });

  it('takes an error that the back end answered, and one cut through many, for what they are', async () => {
    const guard = new ReadGuard('demo', systemClock, { ...LIMITS, atOnce: 50 });
    for (let i = 0; i < 9; i++) {
      await ended(guard.run(() => Promise.reject(failure('MCP_SERVER_ERROR', 'refused')), never));
      await ended(guard.run(() => Promise.reject(failure('LINK_NOT_CONNECTED', 'unsent')), never));
    }
    const cut = Promise.withResolvers<never>();
    const many = Array.from({ length: 20 }, () => ended(guard.run(() => cut.promise, never)));
    await tick();
    cut.reject(failure('LINK_LOST', 'lost'));
    await Promise.all(many);
    expect(await ended(guard.run(() => Promise.resolve('fine'), never))).toBe('fine');
  });

  it('does not count what a client gave up, and forgets everything when the link is new', async () => {
    const given = new ReadGuard('demo', systemClock, LIMITS);
    for (let i = 0; i < 9; i++) {
      const client = new AbortController();
      client.abort();
      await tick(2);
      await ended(given.run(dead, client.signal));
    }
    expect(await ended(given.run(() => Promise.resolve('fine'), never))).toBe('fine');
    const guard = await opened();
    guard.reset();
    expect(await ended(guard.run(() => Promise.resolve('fine'), never))).toBe('fine');
  });
});

describe('the bulkhead in front of reads', () => {
  it('lets so many at a time through, some wait, the rest is told; nobody waits for ever', async () => {
    const guard = new ReadGuard('demo', systemClock, LIMITS);
    const first = Promise.withResolvers<string>();
    const running = [1, 2].map(() => guard.run(() => first.promise, never));
    let began = false;
    const client = new AbortController();
    const waiting = ended(guard.run(() => Promise.resolve((began = true)), client.signal));
    expect(await ended(guard.run(dead, never))).toContain('Too many reads of demo');
    client.abort();
    expect(await waiting).toContain('did not wait');
    const other = new ReadGuard('other', systemClock, LIMITS);
    expect(await ended(other.run(() => Promise.resolve('fine'), never))).toBe('fine');
    first.resolve('done');
    expect(await Promise.all(running)).toEqual(['done', 'done']);
    await tick();
    expect(began).toBe(false);
    const second = Promise.withResolvers<string>();
    const slow = [1, 2].map(() => guard.run(() => second.promise, never));
    const late = ended(guard.run(dead, never));
    await tick(LIMITS.waitMs);
    expect(await late).toContain('Too many reads of demo');
    second.resolve('done');
    await Promise.all(slow);
  });
});

describe('which requests are the same', () => {
  const keyOf = (params: string, method = 'resources/read') =>
    readKey(
      inspect(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`)) as Inspected,
    );
  const meta = (more: string) =>
    `{"uri":"a://b","_meta":{"io.modelcontextprotocol/clientInfo":${more},"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}`;

  it('says the bytes of params, whoever asks', () => {
    expect(keyOf('{"uri":"a://b"}')).toBe(keyOf('{"uri":"a://b"}'));
    expect(keyOf('{"uri":"a://b"}')).not.toBe(keyOf('{"uri": "a://b"}'));
    expect(keyOf(meta('{"name":"one"}'))).toBe(keyOf(meta('{"name":"other"}')));
    expect(keyOf(meta('{}'))).not.toBe(keyOf('{"uri":"a://b"}'));
  });

  it.each([
    ['{"name":"get_state"}', 'tools/call'],
    ['{"name":"p"}', 'prompts/get'],
    ['{"uri":"a://b"}', 'resources/subscribe'],
    ['{"uri":"a://b","_meta":{"progressToken":0}}', 'resources/read'],
    ['{"uri":"a://b","_meta":{"io.modelcontextprotocol/logLevel":"info"}}', 'resources/read'],
    ['{"uri":"a://b","inputResponses":{}}', 'resources/read'],
    ['{"uri":"a://b","requestState":"s"}', 'resources/read'],
  ])('lets %s of %s go out by itself', (params, method) => {
    expect(keyOf(params, method)).toBeUndefined();
  });
});
