import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { CatalystDroplet } from '../helpers/catalyst-droplet.ts';
import { catalystDroplet, startCatalystDroplet } from '../helpers/catalyst-droplet.ts';
import type { Nginx } from '../helpers/nginx.ts';
import { nginxAvailable, startNginx } from '../helpers/nginx.ts';
import { freePort } from '../helpers/sshd.ts';
import type { TestCa } from '../helpers/tls.ts';
import { makeCa, opensslAvailable } from '../helpers/tls.ts';

const ready = nginxAvailable && opensslAvailable && catalystDroplet.available;
const apiKey = randomBytes(24).toString('base64url');

const proxy =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_buffering off;';

/** One server block; `mcp` is the text of its MCP location. */
function serverBlock(port: number, tls: { cert: string; key: string }, locations: string): string {
  return `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${tls.cert};
    ssl_certificate_key ${tls.key};
    if ($http_x_api_key != "${apiKey}") { return 401; }
    ${locations}
  }`;
}

describe.skipIf(!ready)(
  'a real Catalyst behind nginx with TLS (Debian packages nginx, openssl; fastmcp in a venv)',
  () => {
    let user: TestUser;
    let droplet: CatalystDroplet;
    let ca: TestCa;
    let full: number;
    let bare: number;
    let stripping: number;
    let expired: number;
    const running: Nginx[] = [];

    const profile = async (name: string) => (await user.run(['status', name, '--json'])).json();
    const add = async (name: string, url: string) =>
      await user.run([
        'profile',
        'add',
        name,
        '--preset',
        'catalyst',
        '--https',
        url,
        '--api-key-header',
        'X-API-Key',
        '--ca',
        ca.caFile,
      ]);
    const setKey = async (name: string, value: string) =>
      await user.run(['secret', 'set', name, 'api-key'], { input: value });

    beforeAll(async () => {
      user = await createUser();
      droplet = await startCatalystDroplet({ databaseDown: ['pattern'] });
      ca = makeCa();
      const tls = ca.issue('server');
      const origin = new URL(droplet.mcpUrl).origin;
      const mcp = `location /mcp { ${proxy} proxy_pass ${origin}; } location = /health { ${proxy} proxy_pass ${origin}/health; }`;
      const services = droplet.services
        .filter((each) => each.name !== 'orchestration')
        .map((each) => `location /svc/${each.name}/ { ${proxy} proxy_pass ${each.url}/; }`)
        .join('\n');
      // as in the droplet owner's own document: /mcp is stripped, so the endpoint is reached as /mcp/mcp
      const stripped = `location /mcp { rewrite ^/mcp(.*)$ $1 break; ${proxy} proxy_pass ${origin}; }`;
      full = await freePort();
      running.push(await startNginx(serverBlock(full, tls, `${mcp}\n${services}`), full));
      bare = await freePort();
      running.push(await startNginx(serverBlock(bare, tls, mcp), bare));
      stripping = await freePort();
      running.push(await startNginx(serverBlock(stripping, tls, stripped), stripping));
      expired = await freePort();
      running.push(await startNginx(serverBlock(expired, ca.issue('old', { expired: true }), mcp), expired));
      await user.serve();
    });

    afterAll(async () => {
      await user?.dispose();
      for (const nginx of running) await nginx.stop();
      await droplet?.stop();
      ca?.remove();
    });

    it('says that the key is missing, then that it is wrong, then is live', async () => {
      expect((await add('web', `https://127.0.0.1:${full}/mcp`)).code).toBe(0);
      expect((await user.run(['connect', 'web'])).stderr).toContain('LINK_API_KEY_MISSING');
      await setKey('web', 'wrong-key-of-somebody');
      expect((await user.run(['connect', 'web'])).stderr).toContain('LINK_API_KEY_REFUSED');
      expect((await setKey('web', '')).stderr).toContain('SECRET_EMPTY');
      await setKey('web', apiKey);
      const live = await user.run(['connect', 'web', '--json']);
      expect(live.json().link).toMatchObject({ state: 'live' });
      expect(live.code).toBe(0);
    });

    it('probes the services through /svc/NAME/ and reads positions there', async () => {
      const state = await eventually('services and positions', async () => {
        const found = await profile('web');
        const probed = found.health.services.every((each: any) => each.probedAt !== null);
        return probed && found.trading.positions.state === 'known' ? found : undefined;
      });
      const verdicts = Object.fromEntries(
        state.health.services.map((each: any) => [each.name, each.verdict]),
      );
      expect(verdicts).toMatchObject({ orchestration: 'up', scanner: 'up', pattern: 'degraded' });
      expect(state.trading.positions.source.kind).toBe('rest');
    });

    it('stops the workflow by POST through /svc/workflow/', async () => {
      const stopped = await user.run(['stop', 'web', '--json']);
      expect(stopped.json().parts.every((part: { sent: boolean }) => part.sent)).toBe(true);
      expect((await droplet.calls()).some((call) => call.what === 'POST /api/v1/workflow/stop')).toBe(true);
    });

    it('without /svc/ shows what MCP reports, else unknown with the reason', async () => {
      await add('bare', `https://127.0.0.1:${bare}`);
      await setKey('bare', apiKey);
      expect((await user.run(['connect', 'bare'])).code).toBe(0);
      const state = await eventually('the health read', async () => {
        const found = await profile('bare');
        return found.health.services.length > 1 && found.health.reported ? found : undefined;
      });
      const scanner = state.health.services.find((each: any) => each.name === 'scanner');
      expect(scanner.verdict).not.toBe('up');
      expect(scanner.reason).toBeTruthy();
      expect(scanner.reported.text).toContain('Event loop is closed');
      expect(state.trading.positions).toMatchObject({ state: 'unknown' });
      expect(state.trading.positions.reason).toBeTruthy();
    });

    it('works through an nginx that strips /mcp, when given so', async () => {
      await add('strip', `https://127.0.0.1:${stripping}/mcp/mcp`);
      await setKey('strip', apiKey);
      expect((await user.run(['connect', 'strip', '--json'])).json().link).toMatchObject({ state: 'live' });
      const read = await user.run(['read', 'strip', 'catalyst://system/health']);
      expect(read.stdout).toContain('Event loop is closed');
    });

    it('names the wrong path as such: the link is degraded, not dead', async () => {
      await add('wrong', `https://127.0.0.1:${stripping}/nothing`);
      await setKey('wrong', apiKey);
      const { link } = (await user.run(['connect', 'wrong', '--json'])).json();
      expect(link).toMatchObject({ state: 'degraded', reason: 'mcp', error: { code: 'MCP_NOT_FOUND' } });
    });

    it('is blocked by an expired certificate and by a CA it does not know', async () => {
      await add('expired', `https://127.0.0.1:${expired}/mcp`);
      await setKey('expired', apiKey);
      expect((await user.run(['connect', 'expired', '--json'])).json().link).toMatchObject({
        state: 'blocked',
        reason: 'certificate',
        error: { code: 'LINK_TLS_EXPIRED' },
      });
      await user.run([
        'profile',
        'add',
        'no-ca',
        '--preset',
        'catalyst',
        '--https',
        `https://127.0.0.1:${full}/mcp`,
        '--api-key-header',
        'X-API-Key',
      ]);
      await setKey('no-ca', apiKey);
      expect((await user.run(['connect', 'no-ca'])).stderr).toContain('LINK_TLS_UNTRUSTED');
    });

    it('keeps the key out of every file, and out of the app’s arguments and environment', async () => {
      for (const name of await fs.readdir(user.state, { recursive: true })) {
        const file = path.join(user.state, name);
        if ((await fs.lstat(file)).isFile())
          expect((await fs.readFile(file)).includes(apiKey), file).toBe(false);
      }
    });
  },
);
