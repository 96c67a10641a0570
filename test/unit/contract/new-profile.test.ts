import { expect, it } from 'vitest';
import { NewProfile } from '../../../electron/contract/profile-parts.ts';
import { emptyForm, profileOf } from '../../../renderer/views/connections/profile-form.ts';

const asSent = (part: object) =>
  NewProfile.parse({ ...profileOf({ ...emptyForm('ssh'), name: 'mine' }), links: [LINK], ...part }).services;
const LINK = { kind: 'direct', url: 'http://127.0.0.1:5000/mcp' } as const;

it('a profile of the page gets the services of its preset: it sends none, and an empty list is not read into that', () => {
  expect(asSent({})).toBeUndefined();
  expect(asSent({ services: [] })).toEqual([]);
});
