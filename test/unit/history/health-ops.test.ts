import { describe, expect, it } from 'vitest';
import type { HealthModel, ServiceHealth } from '../../../electron/contract/models.ts';
import { applyPatch } from '../../../electron/contract/state.ts';
import { emptyService, withBeat } from '../../../electron/core/health/judge.ts';
import { healthOps } from '../../../electron/core/profiles/patch-ops.ts';
import { appState, profileState } from '../../helpers/fake-app.ts';

const PATH = ['profiles', 'catalyst', 'health'];

function model(services: ServiceHealth[]): HealthModel {
  return { services, reported: null, hint: null, plannedDowntime: false };
}

function patched(before: HealthModel, after: HealthModel) {
  const state = appState([{ ...profileState('catalyst', { state: 'off' }), health: before }]);
  const ops = healthOps(PATH, before, after);
  return { ops, health: applyPatch(state, ops).profiles['catalyst']?.health };
}

const probed = (service: ServiceHealth, at: number): ServiceHealth => ({
  ...service,
  verdict: 'up',
  probedAt: at,
  latencyMs: at % 50,
  beats: withBeat(service.beats, { at, verdict: 'up', latencyMs: at % 50 }),
});

describe('what the page is sent of health', () => {
  const names = ['trading', 'news'];
  let full = model(names.map((name) => emptyService(name, 'not probed yet')));
  for (let at = 1; at <= 70; at += 1) full = model(full.services.map((service) => probed(service, at)));

  it('is one beat for a probe, also once the sixty are full', () => {
    const next = model(full.services.map((service) => probed(service, 71)));
    const { ops, health } = patched(full, next);
    expect(health).toEqual(next);
    const beats = ops.filter(({ path }) => path.at(-1) === 'beats');
    expect(beats).toEqual(
      [0, 1].map((i) => ({
        op: 'append',
        path: [...PATH, 'services', String(i), 'beats'],
        values: [{ at: 71, verdict: 'up', latencyMs: 21 }],
        keep: 60,
      })),
    );
  });

  it('is right where parts come and go, services change, or a beat is judged anew', () => {
    const [trading, news] = full.services as [ServiceHealth, ServiceHealth];
    const parts = { ...trading, parts: { database: 'connected', redis: 'up' } };
    const judged = news.beats.map((beat, i) => (i === 59 ? { ...beat, verdict: 'unknown' as const } : beat));
    const steps = [
      full,
      model([parts, news]),
      model([
        { ...parts, parts: { redis: 'down' } },
        { ...news, beats: judged },
      ]),
      model([news]),
      model([]),
      { ...full, plannedDowntime: true, hint: 'why' },
    ];
    for (const [i, after] of steps.entries()) {
      const { health } = patched(steps[i - 1] ?? full, after);
      expect(health).toEqual(after);
      expect(Array.isArray(health?.services)).toBe(true);
    }
  });
});
