import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEMO_PROFILE } from '../../../electron/core/profiles/profiles.ts';
import { WholeApp } from '../../fixtures/core/whole-app.ts';

/** Nothing answers there. */
const NOWHERE = 'http://127.0.0.1:9/mcp';

let whole: WholeApp;
const orders: string[] = [];
beforeEach(async () => {
  whole = await WholeApp.start(NOWHERE);
  orders.length = 0;
  whole.app.onState(() => orders.push(whole.state.order.join(' ')));
});
afterEach(() => whole.stop());

const add = (name: string) =>
  whole.rpc.profiles.add({
    name,
    preset: 'generic',
    environment: 'live',
    links: [{ kind: 'direct', url: NOWHERE }],
    mcpUrl: NOWHERE,
  });
const remove = (profile: string) => whole.rpc.profiles.remove({ profile });

it('the demo is back, live and with the welcome, before the last profile of the user has gone', async () => {
  await add('other');
  await remove('real');
  expect(whole.state.order).toEqual(['other']);
  expect(whole.state.app.onboarding).toBe(false);
  await remove('other');
  expect(whole.state.order).toEqual([DEMO_PROFILE]);
  expect(whole.state.app.onboarding).toBe(true);
  expect(orders).not.toContain('');
  const link = await whole.rpc.links.connect({ profile: DEMO_PROFILE, waitMs: 30_000 });
  expect(link).toMatchObject({ state: 'live' });
});

it('one demo is back where all profiles are removed at once, and a profile added then stands beside it', async () => {
  await add('other');
  await Promise.all([remove('real'), remove('other')]);
  expect(whole.state.order).toEqual([DEMO_PROFILE]);
  await add('real');
  expect(whole.state.order).toEqual([DEMO_PROFILE, 'real']);
  expect(whole.state.app.onboarding).toBe(false);
  await remove('real');
  expect(whole.state.order).toEqual([DEMO_PROFILE]);
});
