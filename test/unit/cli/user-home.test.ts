import path from 'node:path';
import { expect, it } from 'vitest';
import { dropOddHome } from '../../../electron/cli/user-home.ts';

it.skipIf(process.platform === 'win32').each([
  ['', undefined],
  ['rel/x', undefined],
  ['.', undefined],
  ['/home/ana', '/home/ana'],
  [undefined, undefined],
])('a HOME of %j leaves %j', (home, left) => {
  const env: NodeJS.ProcessEnv = home === undefined ? {} : { HOME: home };
  dropOddHome(env);
  expect(env['HOME']).toBe(left);
  expect(Object.keys(env)).toEqual(left === undefined ? [] : ['HOME']);
  expect(path.isAbsolute(left ?? '/')).toBe(true);
});
