import { describe, expect, it } from 'vitest';
import { exceptedFromProxy, proxyFromEnvironment } from '../../../electron/core/proxy-environment.ts';
import { proxyFromPac } from '../../../electron/core/proxy-pac.ts';

const https = new URL('https://droplet.example/mcp');
const http = new URL('http://box.lan:5000/mcp');

describe('the proxy of the environment', () => {
  it.each([
    [{}, undefined, undefined],
    [{ HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/', undefined],
    [{ https_proxy: 'http://small:1', HTTPS_PROXY: 'http://big:1' }, 'http://small:1/', undefined],
    // as curl: where a web server starts programs, a request's Proxy header sets it
    [{ HTTP_PROXY: 'http://p:3128' }, undefined, undefined],
    [{ http_proxy: 'http://p:3128' }, undefined, 'http://p:3128/'],
    [{ ALL_PROXY: 'p:3128' }, 'http://p:3128/', 'http://p:3128/'],
    [{ all_proxy: 'p', ALL_PROXY: 'q' }, 'http://p/', 'http://p/'],
    [{ HTTPS_PROXY: '', ALL_PROXY: 'p:1' }, 'http://p:1/', 'http://p:1/'],
    [{ HTTPS_PROXY: '  https://p:8443  ' }, 'https://p:8443/', undefined],
    [{ ALL_PROXY: 'socks5h://p:1080' }, 'socks5h://p:1080', 'socks5h://p:1080'],
    [{ HTTPS_PROXY: 'http://u:p%40ss@p:1' }, 'http://u:p%40ss@p:1/', undefined],
    [{ HTTPS_PROXY: 'http://[::1]:3128' }, 'http://[::1]:3128/', undefined],
    [{ HTTPS_PROXY: 'p:1', NO_PROXY: 'example' }, undefined, undefined],
    [{ HTTPS_PROXY: 'p:1', no_proxy: '', NO_PROXY: 'example' }, undefined, undefined],
    [{ HTTPS_PROXY: 'p:1', no_proxy: 'other', NO_PROXY: 'example' }, 'http://p:1/', undefined],
  ])('%j: https by %s, http by %s', (env: Record<string, string>, forHttps, forHttp) => {
    expect(proxyFromEnvironment(https, env)?.href).toBe(forHttps);
    expect(proxyFromEnvironment(http, env)?.href).toBe(forHttp);
  });

  it.each([
    'http://127.0.0.1:5000',
    'https://localhost/',
    'https://[::1]:1/',
    'http://127.9.9.9',
    'http://a.localhost',
  ])('is never used for this computer itself (%s)', (url) => {
    expect(proxyFromEnvironment(new URL(url), { ALL_PROXY: 'p:1', http_proxy: 'p:1' })).toBeUndefined();
  });

  it.each(['http://', 'http://u:geheim@', 'http://a b:1', '::::'])(
    'says that %j is no proxy, without quoting it',
    (value) => {
      const read = () => proxyFromEnvironment(https, { HTTPS_PROXY: value });
      expect(read).toThrow(expect.objectContaining({ code: 'LINK_PROXY_REFUSED' }));
      expect(read).toThrow(/HTTPS_PROXY/);
      expect(read).not.toThrow(/geheim/);
    },
  );
});

describe('NO_PROXY', () => {
  it.each([
    ['*', 'https://any.example/', true],
    ['example.com', 'https://example.com/', true],
    ['example.com', 'https://sub.example.com/', true],
    ['example.com', 'https://notexample.com/', false],
    ['.example.com', 'https://sub.example.com/', true],
    ['.example.com', 'https://example.com/', true],
    ['*.example.com', 'https://sub.example.com/', true],
    ['EXAMPLE.com.', 'https://sub.example.COM/', true],
    ['example.com:8443', 'https://example.com:8443/', true],
    ['example.com:8443', 'https://example.com/', false],
    ['example.com:443', 'https://example.com/', true],
    ['a, b.test  c.test', 'https://c.test/', true],
    ['10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/8', 'https://10.example/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', false],
    ['nonsense/8', 'https://nonsense/', false],
    ['192.168.1.5', 'http://192.168.1.5:81/', true],
    ['168.1.5', 'http://192.168.1.5/', false],
    ['fd00::/8', 'https://[fd12::1]/', true],
    ['[fd00::]/8', 'https://[fd12::1]/', true],
    ['fd12:0:0::1', 'https://[fd12::1]:4/', true],
    ['[fd12::1]', 'https://[fd12::1]/', true],
    ['[fd12::1]:444', 'https://[fd12::1]/', false],
    ['.', 'https://a.test/', false],
    [',,', 'https://a.test/', false],
  ])('%j for %s: %s', (list, url, excepted) => {
    expect(exceptedFromProxy(new URL(url), list)).toBe(excepted);
  });
});

describe("the system's proxy", () => {
  it.each([
    ['DIRECT', undefined],
    ['', undefined],
    ['PROXY p:3128', 'http://p:3128/'],
    ['PROXY p:3128; DIRECT', 'http://p:3128/'],
    ['DIRECT; PROXY p:3128', undefined],
    ['HTTPS p:8443;PROXY q:1', 'https://p:8443/'],
    ['proxy  p:80', 'http://p/'],
    ['PROXY [fd00::1]:3128', 'http://[fd00::1]:3128/'],
    ['SOCKS5 p:1080; PROXY q:1', 'http://q:1/'],
    ['SOCKS p:1080; DIRECT', undefined],
    ['SOCKS5 p:1080', 'socks5://p:1080'],
    ['SOCKS p:1080', 'socks4://p:1080'],
    ['QUIC p:1; PROXY q:1', 'http://q:1/'],
  ])('%j is %s', (text, proxy) => {
    expect(proxyFromPac(text)?.href).toBe(proxy);
  });

  it.each(['nonsense', 'PROXY', 'QUIC p:1'])('%j is a proxy that is not understood, not none', (text) => {
    expect(() => proxyFromPac(text)).toThrow(expect.objectContaining({ code: 'LINK_PROXY_REFUSED' }));
  });
});
