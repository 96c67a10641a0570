import { beforeEach, describe, expect, it } from 'vitest';
import { ConsentRequest } from '../../../electron/contract/bridge.ts';
import type { ConsentEnd } from '../../../electron/contract/bridge.ts';
import { createConsent } from '../../../electron/core/guard/consent.ts';
import type { Consent } from '../../../electron/core/guard/consent.ts';
import type { GatedCall } from '../../../electron/core/seams.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const FACTS = { toolClass: 'start' as const, known: [], unresolved: null };

let clock: ManualClock;
let screen: { there: boolean; canAsk(): boolean };
let published: ConsentRequest[][];
let ends: ConsentEnd[];
let consent: Consent;

const callOf = (over: Partial<GatedCall> = {}): GatedCall => ({
  profile: 'real',
  environment: 'live',
  client: 'claude-ai 0.1.0',
  transport: 'stdio',
  tool: 'start_trading_cycle',
  argumentsText: '{"mode":"normal"}',
  signal: new AbortController().signal,
  ...over,
});

const shown = (index = 0): ConsentRequest => {
  const request = consent.list()[index];
  if (!request) throw new Error('nothing is shown');
  return request;
};

const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'no error';
};

beforeEach(() => {
  clock = new ManualClock();
  screen = { there: true, canAsk: () => screen.there };
  published = [];
  ends = [];
  consent = createConsent({
    clock,
    screen,
    publish: (list, given) => {
      published.push(list);
      ends = given;
    },
  });
});

describe('Consent', () => {
  it('lists what is asked in the contract’s shape and allows after a click', async () => {
    const verdict = consent.request(callOf(), { ...FACTS, unresolved: 'earlier one' });
    const request = shown();
    expect(ConsentRequest.parse(request)).toEqual(request);
    expect(request).toMatchObject({
      client: 'claude-ai 0.1.0 over stdio',
      rows: [{ name: 'mode', value: '"normal"' }],
      armedAt: clock.wall + 700,
      expiresAt: clock.wall + 45_000,
      unresolved: 'earlier one',
    });
    clock.advance(700);
    expect(consent.answer(request.id, request.nonce, 'allow')).toEqual({ decided: 'allow' });
    expect(await verdict).toBe('allow');
    expect(published.at(-1)).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('is denied by default after 45 s, and a late click is told so', async () => {
    const verdict = consent.request(callOf(), FACTS);
    const { id, nonce } = shown();
    clock.advance(44_999);
    expect(consent.list()).toHaveLength(1);
    clock.advance(1);
    expect(await verdict).toBe('expired');
    expect(code(() => consent.answer(id, nonce, 'allow'))).toBe('CONSENT_EXPIRED');
  });

  it('does not take a click after the machine slept past the deadline', async () => {
    const verdict = consent.request(callOf(), FACTS);
    const { id, nonce } = shown();
    clock.advance(1_000);
    clock.sleep(3_600_000);
    expect(code(() => consent.answer(id, nonce, 'allow'))).toBe('CONSENT_EXPIRED');
    expect(await verdict).toBe('expired');
  });

  it('does not take a click after the wall clock was set back', async () => {
    const verdict = consent.request(callOf(), FACTS);
    clock.sleep(-86_400_000);
    clock.advance(45_000);
    expect(await verdict).toBe('expired');
  });

  it('refuses an allow before it is armed, while a deny counts at once', async () => {
    const verdict = consent.request(callOf(), FACTS);
    const { id, nonce } = shown();
    clock.advance(699);
    expect(code(() => consent.answer(id, nonce, 'allow'))).toBe('INPUT_INVALID');
    expect(consent.list()).toHaveLength(1);
    consent.answer(id, nonce, 'deny');
    expect(await verdict).toBe('deny');
  });

  it('refuses another request’s nonce, a wrong one, and an unknown id', () => {
    void consent.request(callOf(), FACTS);
    void consent.request(callOf({ argumentsText: '{"mode":"aggressive"}' }), FACTS);
    clock.advance(1_000);
    const [first, second] = [shown(0), shown(1)];
    expect(code(() => consent.answer(first.id, second.nonce, 'allow'))).toBe('INPUT_INVALID');
    expect(code(() => consent.answer(first.id, '', 'allow'))).toBe('INPUT_INVALID');
    expect(code(() => consent.answer('nobody', first.nonce, 'allow'))).toBe('INPUT_INVALID');
    expect(consent.list()).toHaveLength(2);
  });

  it('never repeats a nonce, not even for the same call', () => {
    for (let n = 0; n < 3; n += 1) void consent.request(callOf(), FACTS);
    expect(new Set(consent.list().map((each) => each.nonce)).size).toBe(3);
  });

  it('shows one at a time: a double click answers the first only', async () => {
    const first = consent.request(callOf(), FACTS);
    const second = consent.request(callOf({ tool: 'execute_trade' }), FACTS);
    const queued = shown(1);
    clock.advance(5_000);
    expect(code(() => consent.answer(queued.id, queued.nonce, 'allow'))).toBe('INPUT_INVALID');
    expect(queued.armedAt).toBe(queued.expiresAt);
    consent.answer(shown(0).id, shown(0).nonce, 'allow');
    expect(await first).toBe('allow');
    expect(shown()).toMatchObject({ id: queued.id, armedAt: clock.wall + 700 });
    expect(code(() => consent.answer(queued.id, queued.nonce, 'allow'))).toBe('INPUT_INVALID');
    clock.advance(700);
    consent.answer(queued.id, queued.nonce, 'deny');
    expect(await second).toBe('deny');
  });

  it('takes one answer only', async () => {
    const verdict = consent.request(callOf(), FACTS);
    clock.advance(1_000);
    const { id, nonce } = shown();
    consent.answer(id, nonce, 'deny');
    expect(code(() => consent.answer(id, nonce, 'allow'))).toBe('INPUT_INVALID');
    expect(await verdict).toBe('deny');
  });

  it('is withdrawn when the client cancels, waiting or queued', async () => {
    const client = new AbortController();
    const first = consent.request(callOf(), FACTS);
    const second = consent.request(callOf({ signal: client.signal }), FACTS);
    const { id, nonce } = shown(1);
    client.abort();
    expect(await second).toBe('withdrawn');
    expect(consent.list()).toHaveLength(1);
    expect(code(() => consent.answer(id, nonce, 'allow'))).toBe('CONSENT_WITHDRAWN');
    expect(await consent.request(callOf({ signal: client.signal }), FACTS)).toBe('withdrawn');
    consent.dispose();
    expect(await first).toBe('deny');
    expect(await consent.request(callOf(), FACTS)).toBe('no-screen');
    consent.dispose();
  });

  it('refuses at once without a screen, and never lists it', async () => {
    screen.there = false;
    expect(await consent.request(callOf(), FACTS)).toBe('no-screen');
    expect(published).toEqual([]);
  });

  it('bounds the queue', async () => {
    for (let n = 0; n < 16; n += 1) void consent.request(callOf(), FACTS);
    expect(await consent.request(callOf(), FACTS)).toBe('busy');
  });

  it('shows hidden characters in what a client says of itself and of the call', () => {
    void consent.request(callOf({ client: 'good\u202ecod', argumentsText: '{"a":"\u200b"}' }), FACTS);
    expect(shown()).toMatchObject({
      client: String.raw`good\u202ecod over stdio`,
      argumentsText: String.raw`{"a":"\u200b"}`,
    });
  });

  it('shows what is sent beside the arguments, and binds the answer to it', async () => {
    const other = callOf({ otherText: '{"_meta":{"progressToken":3},"task":{"ttl":5}}' });
    const verdict = consent.request(other, FACTS);
    expect(shown().others).toEqual([
      { name: '_meta', value: '{ "progressToken": 3 }' },
      { name: 'task', value: '{ "ttl": 5 }' },
    ]);
    consent.answer(shown().id, shown().nonce, 'deny');
    expect(await verdict).toBe('deny');
  });

  it('tells how each request ended, the newest 20', async () => {
    const leaves = new AbortController();
    const verdicts = [
      consent.request(callOf({ signal: leaves.signal }), FACTS),
      consent.request(callOf(), FACTS),
      consent.request(callOf(), FACTS),
    ];
    const ids = consent.list().map(({ id }) => id);
    leaves.abort();
    consent.answer(shown().id, shown().nonce, 'deny');
    clock.advance(45_000);
    await Promise.all(verdicts);
    expect(ends.map(({ id, verdict }) => [id, verdict])).toEqual([
      [ids[0], 'withdrawn'],
      [ids[1], 'deny'],
      [ids[2], 'expired'],
    ]);
    for (let n = 0; n < 25; n += 1) {
      const asked = consent.request(callOf(), FACTS);
      consent.answer(shown().id, shown().nonce, 'deny');
      await asked;
    }
    expect(ends).toHaveLength(20);
  });

  it('asks again what is known when a request comes up, and when it changes; what is new has to be seen before an allow', async () => {
    const facts = {
      known: [{ label: 'Link', text: 'Live', receivedAt: 1 }],
      unresolved: null as string | null,
    };
    const fresh = () => ({ ...facts });
    const one = consent.request(callOf(), { ...FACTS, ...facts, fresh });
    const two = consent.request(callOf(), { ...FACTS, ...facts, fresh });
    clock.advance(700);
    facts.unresolved = 'the same call is still running';
    const first = shown();
    consent.answer(first.id, first.nonce, 'allow');
    expect(await one).toBe('allow');
    const second = shown();
    expect(second.unresolved).toBe('the same call is still running');
    clock.advance(700);
    facts.known = [{ label: 'Repeated call', text: 'twice', receivedAt: 2 }, ...facts.known];
    consent.refresh('other');
    expect(shown()).toEqual(second);
    consent.refresh('real');
    expect(shown().known[0]?.label).toBe('Repeated call');
    expect(shown().armedAt).toBe(clock.now() + 700);
    expect(code(() => consent.answer(second.id, second.nonce, 'allow'))).toBe('INPUT_INVALID');
    clock.advance(700);
    facts.known = facts.known.map((fact) => ({ ...fact, text: 'other words' }));
    consent.refresh('real');
    consent.answer(second.id, second.nonce, 'allow');
    expect(await two).toBe('allow');
  });

  it('denies what waits on a profile that is stopped, and leaves the other profiles their requests', async () => {
    const verdicts = [
      consent.request(callOf(), FACTS),
      consent.request(callOf({ profile: 'paper' }), FACTS),
      consent.request(callOf(), FACTS),
    ];
    const { id, nonce } = shown();
    consent.stopped('real');
    expect(await Promise.all([verdicts[0], verdicts[2]])).toEqual(['deny', 'deny']);
    expect(consent.list().map(({ profile }) => profile)).toEqual(['paper']);
    expect(ends.map(({ verdict }) => verdict)).toEqual(['stopped', 'stopped']);
    clock.advance(1_000);
    expect(code(() => consent.answer(id, nonce, 'allow'))).toBe('INPUT_INVALID');
  });
});
