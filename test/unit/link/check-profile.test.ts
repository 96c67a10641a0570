import { describe, expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { checkProfile } from '../../../electron/core/link/check-profile.ts';

const check = (link: LinkConfig) => () =>
  checkProfile(
    Profile.parse({
      name: 'real',
      preset: 'generic',
      environment: 'live',
      links: [link],
      mcpUrl: 'http://127.0.0.1:5000/mcp',
    }),
  );
const direct = (url: string) => check({ kind: 'direct', url });

describe('a direct link', () => {
  it.each([
    'http://127.0.0.1:5000/mcp',
    'http://localhost:5000/mcp',
    'http://[::1]:5000/mcp',
    'http://10.1.2.3/mcp',
    'http://172.16.0.1/mcp',
    'http://172.31.255.255/mcp',
    'http://192.168.1.5:5000/mcp',
    'http://169.254.7.7/mcp',
    'http://100.100.1.1/mcp',
    'http://[fd12::1]/mcp',
    'http://[fe80::1]/mcp',
    'http://nas:5000/mcp',
    'http://box.local/mcp',
    'http://droplet.internal:5000/mcp',
    'http://box.home.arpa/mcp',
    'https://droplet.example/mcp',
    'https://203.0.113.9/mcp',
  ])('may lead to %s', (url) => {
    expect(direct(url)).not.toThrow();
  });

  it.each([
    'http://droplet.example/mcp',
    'http://203.0.113.9:5000/mcp',
    'http://172.15.0.1/mcp',
    'http://172.32.0.1/mcp',
    'http://192.169.0.1/mcp',
    'http://100.128.0.1/mcp',
    'http://[2001:db8::1]/mcp',
    'http://[::ffff:cb00:7109]/mcp',
    'http://local.example/mcp',
    'http://internal.example/mcp',
    'http://mylocal.droplet.example/mcp',
    'http://0.0.0.0:5000/mcp',
  ])('may not lead to %s in clear', (url) => {
    expect(direct(url)).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }));
    expect(direct(url)).toThrow(/plain HTTP/);
  });

  it('names the links that would do instead', () => {
    expect(direct('http://droplet.example:5000/mcp')).toThrow(
      expect.objectContaining({ next: expect.stringContaining('--https https://droplet.example/mcp') }),
    );
  });
});

describe('the host of a link', () => {
  it.each([
    ['https://droplet.example./mcp', 'droplet.example.'],
    ['https://bücher.example/mcp', 'xn--bcher-kva.example'],
    ['https://[0:0:0:0:0:0:0:1]/mcp', '[::1]'],
    ['https://[::FFFF:127.0.0.1]/mcp', '[::ffff:7f00:1]'],
    ['https://droplet.example@evil.example/mcp', 'user name'],
    ['https://:secret@droplet.example/mcp', 'user name'],
    ['https://droplet.example:/mcp', 'droplet.example'],
    ['https://127.1/mcp', '127.0.0.1'],
    ['https://0177.0.0.1/mcp', '127.0.0.1'],
    ['https://%64roplet.example/mcp', 'droplet.example'],
    ['https:\\\\droplet.example/mcp', 'droplet.example'],
    ['https://droplet。example/mcp', 'droplet.example'],
  ])('%s is refused and says what it means', (url, means) => {
    expect(check({ kind: 'https', url })).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }));
    expect(check({ kind: 'https', url })).toThrow(means);
    expect(check({ kind: 'https', url })).not.toThrow('secret');
  });

  it.each([
    'https://xn--bcher-kva.example/mcp',
    'https://[::1]:8443/mcp',
    'https://[2001:db8::1]/mcp',
    'https://Droplet.Example:443/mcp',
    'https://droplet.example:08443/mcp',
    'https://203.0.113.9',
  ])('%s is taken', (url) => {
    expect(check({ kind: 'https', url })).not.toThrow();
  });
});
