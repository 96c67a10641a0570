import { describe, expect, it } from 'vitest';
import { guardedAgent, methodQueue, withoutSha1 } from '../../../electron/core/link/ssh/ssh-methods.ts';
import type { SignInMethod } from '../../../electron/core/link/ssh/ssh-methods.ts';

const username = 'root';
const key: SignInMethod<string, string> = { type: 'publickey', username, key: 'k' };
const agent: SignInMethod<string, string> = { type: 'agent', username, agent: 'a' };
const password: SignInMethod<string, string> = { type: 'password', username, password: 'p' };

describe('methodQueue', () => {
  it('keeps our order and ends', () => {
    const following = methodQueue([key, agent, password]);
    expect([following(null), following(['publickey', 'password']), following(['password'])]).toEqual([
      key,
      agent,
      password,
    ]);
    expect(following(['password'])).toBe(false);
  });

  it('never sends a password to a server that takes keys only', () => {
    const following = methodQueue([key, password]);
    expect(following(null)).toBe(key);
    expect(following(['publickey'])).toBe(false);
  });

  it('answers one hidden prompt with the password and no other', () => {
    const method = methodQueue([key, password].slice(1))(['keyboard-interactive']);
    if (method === false || method.type !== 'keyboard-interactive') throw new Error('wrong method');
    const answers: string[][] = [];
    const ask = (prompts: { echo: boolean }[]) =>
      method.prompt('', '', '', prompts, (given) => answers.push(given));
    ask([{ echo: true }]);
    ask([{ echo: false }, { echo: false }]);
    ask([{ echo: false }]);
    ask([{ echo: false }]);
    expect(answers).toEqual([[''], ['', ''], ['p'], ['']]);
  });
});

describe('SHA-1', () => {
  it('is not signed with, neither by a key nor by an agent', () => {
    const made = (_data: string | Buffer, _hash?: string) => Buffer.from('signed');
    const rsa = withoutSha1({ type: 'ssh-rsa', sign: made });
    expect(rsa.sign(Buffer.from('x'), 'sha1')).toBeInstanceOf(Error);
    expect(rsa.sign(Buffer.from('x'))).toBeInstanceOf(Error);
    expect(rsa.sign(Buffer.from('x'), 'sha256').toString()).toBe('signed');

    const given: unknown[] = [];
    const fake = guardedAgent(
      {
        getIdentities: () => {},
        sign: (...args: unknown[]) => (args.at(-1) as (error?: Error) => void)(),
      },
      1_000,
    );
    const sign = (type: string, hash?: string) =>
      fake.sign({ type }, Buffer.from('x'), { hash }, (error?: Error) => given.push(error?.message));
    sign('ssh-rsa', 'sha1');
    sign('ssh-rsa');
    sign('ssh-rsa', 'sha512');
    sign('ssh-ed25519');
    expect(given).toEqual([
      'SHA-1 signatures are not made',
      'SHA-1 signatures are not made',
      undefined,
      undefined,
    ]);
  });
});
