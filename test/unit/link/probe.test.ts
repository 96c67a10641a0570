import { describe, expect, it } from 'vitest';
import { authError, judge } from '../../../electron/core/link/probe-verdict.ts';
import type { Asked } from '../../../electron/core/link/probe-verdict.ts';
import { canonicalUrl, sameOriginPath, serviceUrl } from '../../../electron/core/link/http/urls.ts';

const asked: Asked = {
  url: new URL('http://127.0.0.1:5000/mcp'),
  via: 'ssh',
  profile: 'real',
  apiKeyHeader: undefined,
};
const verdict = (status: number, type = 'application/json') => {
  const found = judge(status, type, asked);
  return found.kind === 'wrong' ? found.error.code : found.kind === 'auth' ? found.code : found.kind;
};

describe('judge', () => {
  it.each([
    [200, 'text/event-stream', 'fine'],
    [200, 'application/json', 'unsure'],
    [200, '', 'unsure'],
    [204, '', 'unsure'],
    [400, 'application/json', 'fine'],
    [405, '', 'fine'],
    [406, 'application/json', 'fine'],
    [409, 'application/json', 'fine'],
    [429, 'text/plain', 'RATE_LIMITED'],
    [200, 'text/html; charset=utf-8', 'MCP_NOT_MCP'],
    [405, 'TEXT/HTML', 'MCP_NOT_MCP'],
    [404, 'text/html', 'MCP_NOT_FOUND'],
    [404, 'application/json', 'MCP_NOT_FOUND'],
    [421, 'text/plain', 'MCP_SERVER_ERROR'],
    [500, 'application/json', 'MCP_SERVER_ERROR'],
    [502, 'text/html', 'MCP_SERVER_ERROR'],
    [401, 'text/html', 'LINK_API_KEY_REFUSED'],
    [403, 'application/json', 'LINK_FORBIDDEN'],
    [307, '', 'redirect'],
    [302, 'text/html', 'redirect'],
  ])('HTTP %i %s is %s', (status, type, expected) => {
    expect(verdict(status, type)).toBe(expected);
  });
});

describe('words of a refused access', () => {
  const words = (
    code: 'LINK_API_KEY_REFUSED' | 'LINK_FORBIDDEN',
    change: Partial<Asked>,
    challenge?: string,
  ) => authError(code, { ...asked, ...change }, challenge);
  it.each([
    ['LINK_FORBIDDEN', {}, 'from here', 'add 127.0.0.1:5000 to its allowed hosts'],
    ['LINK_FORBIDDEN', { via: 'https' }, 'refuses this access', '--api-key-header'],
    [
      'LINK_FORBIDDEN',
      { via: 'https', apiKeyHeader: 'X-Key' },
      'refuses this access',
      'what the API key may do',
    ],
    ['LINK_API_KEY_REFUSED', {}, 'none are set up', 'Only HTTPS links carry an API key'],
    ['LINK_API_KEY_REFUSED', { via: 'https' }, 'none are set up', 'secret set real api-key'],
    ['LINK_API_KEY_REFUSED', { apiKeyHeader: 'X-Key' }, 'refused the API key in X-Key', 'secret set real'],
    ['LINK_API_KEY_REFUSED', { apiKeyHeader: 'Authorization' }, 'in Authorization', 'Bearer KEY'],
  ] as const)('%s for %j', (code, change, message, next) => {
    const error = words(code, change);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.next).toContain(next);
  });

  it('tells a sign-in with OAuth from a missing key', () => {
    const challenge = 'Bearer resource_metadata="https://h/.well-known/oauth-protected-resource"';
    expect(words('LINK_API_KEY_REFUSED', { via: 'https' }, challenge).message).toContain('OAuth');
  });
});

describe('URLs of a link', () => {
  it.each([
    'https://0x7f.1/mcp',
    'https://2130706433/',
    'https://１２７.0.0.1/',
    'https://u:p@host/',
    'https://u@host/',
  ])('refuses %s', (text) => {
    expect(() => canonicalUrl(text)).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }));
  });
  it.each([
    'https://Host.example:8443/mcp',
    'http://127.0.0.1:5000/mcp',
    'http://[::1]:5000/',
    'https://h:443/',
  ])('takes %s', (text) => {
    expect(canonicalUrl(text).href).toBe(new URL(text).href);
  });

  const from = new URL('https://host:8443/mcp');
  it.each([
    ['/mcp/', '/mcp/'],
    ['https://host:8443/mcp/?a=1', '/mcp/?a=1'],
    ['http://host:8443/mcp/', '/mcp/'],
    ['http://host/mcp/', '/mcp/'],
    ['https://host/mcp/', undefined],
    ['http://host:9000/mcp/', undefined],
    ['https://other:8443/mcp/', undefined],
    ['//other/mcp', undefined],
    ['https://host:8443@other/mcp', undefined],
    ['javascript:alert(1)', undefined],
    ['https://', undefined],
  ])('a redirect to %s leads to %s', (location, path) => {
    expect(sameOriginPath(from, location)).toBe(path);
  });

  it('keeps the base path of a service and cannot leave its origin', () => {
    expect(serviceUrl(new URL('http://a:1/base/'), '/health?x=1').href).toBe('http://a:1/base/health?x=1');
    expect(serviceUrl(new URL('http://a:1'), '//evil/x').origin).toBe('http://a:1');
    expect(serviceUrl(new URL('http://a:1'), 'health').href).toBe('http://a:1/health');
  });
});
