import fs from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { DoctorDesk } from '../../../electron/core/desks/doctor-desk.ts';
import { makeState, portsOf, profileOf } from './examine.ts';

it('the last run is told of the profile that it was made of, not of another server under the same name', async () => {
  const patient = { links: [{ kind: 'direct' as const, url: 'http://127.0.0.1:1/mcp' }] };
  const profile = profileOf(patient);
  const home = makeState();
  onTestFinished(() => fs.rmSync(home.dir, { recursive: true }));
  let now = profile;
  const desk = new DoctorDesk(portsOf(home, patient), () => now);
  expect(desk.last('real')).toBeNull();
  for await (const event of desk.run('real', undefined)) expect(event.type).not.toBe('');
  expect(desk.last('real')?.verdict.result).toBe('broken');
  now = { ...profile, wanted: true };
  expect(desk.last('real')).not.toBeNull();
  now = { ...profile, links: [{ kind: 'direct', url: 'http://127.0.0.1:2/mcp' }] };
  expect(desk.last('real')).toBeNull();
});
