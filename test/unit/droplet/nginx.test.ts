import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../electron/contract/profile.ts';
import { presetProfile } from '../../../electron/core/backends/presets.ts';
import { nginxKit } from '../../../electron/core/droplet/nginx.ts';

const profile = (part: Partial<Profile> = {}): Profile => ({
  ...presetProfile('my-drop', 'catalyst'),
  environment: 'live',
  links: [{ kind: 'https', url: 'https://trading.example.com/mcp', apiKeyHeader: 'X-API-Key' }],
  ...part,
});
const DOMAIN = 'trading.example.com';

describe('the nginx file for a droplet', () => {
  it.each(
    [
      'example.com; } server { listen 81; }',
      'a.example.com\nserver_name evil.example',
      'a.example.com"',
      'a.$host.com',
      'a.{b}.com',
      '*.example.com',
      'https://example.com',
      'example.com/mcp',
      'example.com:443',
      'Example.com',
      'example.com.',
      '-a.example.com',
      'a-.example.com',
      'a..example.com',
      'localhost',
      '203.0.113.7',
      '[2001:db8::1]',
      '',
      ' example.com',
      'bücher.example',
      `${'a'.repeat(64)}.example.com`,
      `${'a.'.repeat(130)}com`,
    ].map((domain) => [domain]),
  )('refuses %j as a domain', (domain) => {
    expect(() => nginxKit(profile(), domain)).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        next: expect.stringContaining('trading.example.com'),
      }),
    );
  });

  it.each(['a.example', 'xn--bcher-kva.example', 'x1.a-b.example.co.uk', '1.2.3.example'])(
    'takes %s',
    (domain) => {
      expect(nginxKit(profile(), domain).config).toContain(`server_name ${domain};`);
    },
  );

  it.each([
    ['http://127.0.0.1:5001/a;b'],
    ['http://127.0.0.1:5001/$uri'],
    ['http://127.0.0.1:5001/{a}'],
    ["http://127.0.0.1:5001/'a'"],
    ['http://127.0.0.1:5001/a%20b'],
    ['http://127.0.0.1:5001/?a=1'],
    ['http://$host:5001/'],
    ['http://u:p@127.0.0.1:5001/'],
    ['https://127.0.0.1:5001/'],
  ])('refuses %s behind it, which nginx would read otherwise or not reach', (url) => {
    const services = [{ name: 'scanner', url }];
    for (const part of [{ services }, { mcpUrl: url }])
      expect(() => nginxKit(profile(part), DOMAIN)).toThrow(
        expect.objectContaining({ code: 'PROFILE_INVALID' }),
      );
  });

  it('serves MCP, health and each service of the profile, and nothing else', () => {
    const { config } = nginxKit(profile(), DOMAIN);
    const served = [...config.matchAll(/location ([^{]+) \{\s+(proxy_pass|return|root) ([^;]+);/g)].map(
      ([, where, what, to]) => `${where} ${what} ${to}`,
    );
    expect(served).toEqual([
      '^~ /.well-known/acme-challenge/ root /var/www/html',
      `/ return 301 https://${DOMAIN}$request_uri`,
      '= /mcp proxy_pass http://127.0.0.1:5000',
      '= /mcp/ proxy_pass http://127.0.0.1:5000',
      '= /health proxy_pass http://127.0.0.1:5000/health',
      ...['orchestration', 'scanner', 'pattern', 'technical', 'risk-manager', 'trading', 'workflow'].map(
        (name, at) => `/svc/${name}/ proxy_pass http://127.0.0.1:${5000 + at}/`,
      ),
      '/svc/news/ proxy_pass http://127.0.0.1:5008/',
      '/svc/reporting/ proxy_pass http://127.0.0.1:5009/',
      '/ return 404',
    ]);
  });

  it('serves both paths of a server that speaks legacy SSE, and one at the root as /mcp', () => {
    const legacy = nginxKit(profile({ mcpUrl: 'http://127.0.0.1:8001/sse', services: [] }), DOMAIN);
    expect(legacy).toMatchObject({ url: `https://${DOMAIN}/sse` });
    expect(legacy.config).toContain('location = /sse {\n        proxy_pass http://127.0.0.1:8001;');
    expect(legacy.config).toContain('location ^~ /message {');
    const bare = nginxKit(profile({ mcpUrl: 'http://127.0.0.1:8000/', services: [] }), DOMAIN);
    expect(bare.config).toContain('location = /mcp {\n        proxy_pass http://127.0.0.1:8000/;');
  });

  it('checks the header that the link sends, and passes it on to nobody', () => {
    const links = [{ kind: 'https' as const, url: `https://${DOMAIN}/mcp`, apiKeyHeader: 'Authorization' }];
    const { config, steps, notes } = nginxKit(profile({ links }), DOMAIN);
    expect(config).toContain('map $http_authorization $companion_my_drop_open {');
    expect(config).toContain('proxy_set_header Authorization "";');
    expect(steps.some(({ command }) => command.includes('Bearer $key'))).toBe(true);
    expect(notes).toEqual([]);
  });

  it('says what of the profile does not fit, and asks for a key all the same', () => {
    const notesFor = (links: Profile['links']) => {
      const { notes, config } = nginxKit(profile({ links }), DOMAIN);
      expect(config).toContain('map $http_x_api_key');
      return notes.join('\n');
    };
    expect(notesFor([{ kind: 'direct', url: 'http://127.0.0.1:5000/mcp' }])).toContain('no HTTPS link yet');
    expect(notesFor([{ kind: 'https', url: 'https://other.example.com/v1/mcp' }])).toMatch(
      /leads to other\.example\.com[^]*asks for \/v1\/mcp[^]*sends no API key/,
    );
  });
});
