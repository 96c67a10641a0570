import { describe, expect, it } from 'vitest';
import { nextShown } from '../../../renderer/parts/consent-queue.ts';
import { consentRequest } from '../shell/consent-request.ts';

const [one, two] = [consentRequest({ id: 'one' }), consentRequest({ id: 'two' })];
const nothing = new Set<string>();

describe('the request on screen', () => {
  it('is the oldest, and stays while it waits', () => {
    expect(nextShown(null, [one, two], [], nothing)).toEqual({ request: one, ended: null });
    expect(nextShown(two, [one, two], [], nothing)).toEqual({ request: two, ended: null });
    expect(nextShown(null, [], [], nothing)).toBeNull();
  });

  it('stays, with how it ended, where it was not answered here', () => {
    const ends = [{ id: 'one', at: 1, verdict: 'withdrawn' as const }];
    expect(nextShown(one, [two], ends, nothing)).toEqual({ request: one, ended: 'withdrawn' });
    expect(nextShown(one, [two], [], nothing)).toEqual({ request: one, ended: 'gone' });
  });

  it('makes room at once for the next where it was answered here', () => {
    expect(nextShown(one, [two], [], new Set(['one']))).toEqual({ request: two, ended: null });
  });
});
