import { describe, expect, it } from 'vitest';
import { understand, understoodText } from '../../../../renderer/views/setup/understand.ts';

describe('what people paste', () => {
  it.each([
    ['ssh root@203.0.113.10', 'root@203.0.113.10', undefined],
    ['$ ssh root@203.0.113.10', 'root@203.0.113.10', undefined],
    ['`ssh root@203.0.113.10`', 'root@203.0.113.10', undefined],
    ['root@203.0.113.10', 'root@203.0.113.10', undefined],
    ['root@droplet.example:2222', 'root@droplet.example:2222', undefined],
    ['  ssh -p 2222 -i ~/.ssh/droplet user@host ', 'user@host:2222', '~/.ssh/droplet'],
    ['ssh -p2222 user@host', 'user@host:2222', undefined],
    ['ssh user@host -p 2222', 'user@host:2222', undefined],
    ['ssh -i "/home/me/my keys/id" user@host', 'user@host', '/home/me/my keys/id'],
    ["ssh -l trader -i 'C:\\keys\\id' host", 'trader@host', 'C:\\keys\\id'],
    ['ssh -o Port=2200 -o IdentityFile=~/.ssh/a -o User=ada host', 'ada@host:2200', '~/.ssh/a'],
    ['ssh -N -L 5000:localhost:5000 root@host', 'root@host', undefined],
    ['ssh -NTp 2222 root@host', 'root@host:2222', undefined],
    ['/usr/bin/ssh -4 root@host', 'root@host', undefined],
    ['ssh.exe root@host', 'root@host', undefined],
    ['ssh://root@host:2222/', 'root@host:2222', undefined],
    ['ssh root@host docker ps', 'root@host', undefined],
    ['root@[2001:db8::1]:2222', 'root@[2001:db8::1]:2222', undefined],
    ['ssh root@2001:db8::1', 'root@[2001:db8::1]', undefined],
  ])('understands %s', (text, target, identity) => {
    expect(understand(text)).toMatchObject({ kind: 'ssh', target, identity });
  });

  it('takes jump hosts in their order, and says what it left out', () => {
    const found = understand('ssh -J ops@a,ops@b:2200 -L 1:b:2 -o StrictHostKeyChecking=no root@host ls');
    expect(found).toMatchObject({ kind: 'ssh', jump: ['ops@a', 'ops@b:2200'] });
    expect(understoodText(found)).toMatch(
      /^Over SSH to host, signing in as root, by way of ops@a, then ops@b:2200\. -L is not needed.*StrictHostKeyChecking is left out.*The command/,
    );
  });

  it.each([
    ['https://trading.example.com', 'https'],
    ['https://trading.example.com:8443/mcp', 'https'],
    ['http://127.0.0.1:5000/mcp', 'direct'],
    ['http://192.168.1.7:5000/mcp', 'direct'],
  ])('takes the address %s', (url, kind) => expect(understand(url)).toMatchObject({ kind, url }));

  it.each([['droplet'], ['ssh droplet'], ['trading.example.com']])('asks who signs in at %s', (text) => {
    expect(understand(text).kind).toBe('alias');
    expect(understoodText(understand(text))).toContain('root@');
  });

  it.each([
    ['http://trading.example.com/mcp', 'https://trading.example.com'],
    ['https://me:secret@trading.example.com', 'password out'],
    ['https://', 'cannot be read'],
    ['ftp://host/', 'not known'],
    ['ssh', 'host is missing'],
    ['ssh -p', 'no value'],
    ['ssh -p 99999 root@host', '1 to 65535'],
    ['ssh -F other root@host', 'not read'],
    ['ssh root@host"', 'quote'],
    ['root@ho st', 'whole command'],
    ['root@host;rm', 'not a host'],
    ['ro$ot@host', 'not a user name'],
    ['@host', 'not a user name'],
    ['root@', 'not a host'],
    ['ssh root@a\nssh root@b', 'one line'],
  ])('says what is wrong with %j', (text, words) => {
    const found = understand(text);
    expect(found.kind).toBe('problem');
    expect(understoodText(found)).toContain(words);
  });

  it('says nothing of nothing', () => expect(understoodText(understand('  '))).toBe(''));
});
