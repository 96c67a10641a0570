import { expect, it } from 'vitest';
import { parseSshTarget } from '../../../electron/contract/ssh-target.ts';

it.each([
  ['root@h', { user: 'root', host: 'h', port: 22 }],
  ['root@h:2222', { user: 'root', host: 'h', port: 2222 }],
  ['a.b-c@[::1]:2222', { user: 'a.b-c', host: '::1', port: 2222 }],
])('%s is read as user, host and port', (text, parts) => {
  expect(parseSshTarget(text)).toEqual(parts);
});

it.each(['root@', '@h', 'h', 'root@h:0', 'root@h:70000', 'r t@h', 'root@::1', 'root@h:22:23', ' root@h'])(
  '“%s” names no host to sign in to',
  (text) => {
    expect(parseSshTarget(text)).toBeUndefined();
  },
);
