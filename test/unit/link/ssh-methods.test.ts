import { describe, expect, it } from 'vitest';
import { methodQueue, withoutSha1 } from '../../../electron/core/link/ssh/ssh-methods.ts';
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

  it('asks which methods a server takes before a password that comes first, and only then', () => {
    const following = methodQueue([password]);
    expect(following(null)).toEqual({ type: 'none', username });
    expect(following(['publickey'])).toBe(false);
    const taken = methodQueue([password]);
    expect(taken(null)).toEqual({ type: 'none', username });
    expect(taken(['publickey', 'password'])).toBe(password);
    expect(taken(['publickey', 'password'])).toBe(false);
  });

  it('answers one hidden prompt with the password and no other', () => {
    const asked: string[] = [];
    const method = methodQueue([password], (text) => asked.push(text))(['keyboard-interactive']);
    if (method === false || method.type !== 'keyboard-interactive') throw new Error('wrong method');
    const answers: string[][] = [];
    const ask = (prompts: { prompt?: string; echo: boolean }[]) =>
      method.prompt('', '', '', prompts, (given) => answers.push(given));
    ask([{ echo: true }]);
    ask([{ echo: false }, { echo: false }]);
    ask([{ echo: false }]);
    expect(asked).toHaveLength(2);
    ask([{ prompt: 'New password:', echo: false }]);
    expect(asked.at(-1)).toContain('New password:');
    expect(answers).toEqual([[''], ['', ''], ['p'], ['']]);
  });
});

describe('SHA-1', () => {
  it('is not signed with, by a key', () => {
    const made = (_data: string | Buffer, _hash?: string) => Buffer.from('signed');
    const rsa = withoutSha1({ type: 'ssh-rsa', sign: made });
    expect(rsa.sign(Buffer.from('x'), 'sha1')).toBeInstanceOf(Error);
    expect(rsa.sign(Buffer.from('x'))).toBeInstanceOf(Error);
    expect(rsa.sign(Buffer.from('x'), 'sha256').toString()).toBe('signed');
  });
});
