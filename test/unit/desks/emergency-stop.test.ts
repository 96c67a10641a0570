import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { emergencyStop } from '../../../electron/core/desks/emergency-stop.ts';
import type { Transport } from '../../../electron/core/link/transport.ts';
import { silentLog } from '../../../electron/core/ports.ts';
import type { ProfileRuntime } from '../../../electron/core/profiles/profile-runtime.ts';
import type { McpReader } from '../../../electron/core/seams.ts';

let server: http.Server;
let posts = 0;
let url = '';
beforeEach(async () => {
  posts = 0;
  server = http.createServer((_request, response) => {
    posts += 1;
    response.end('{"success":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/workflow/stop`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Stops through a link that is away and opens, or not, within `ms`. */
async function stopWhile(opens: boolean, ms: number) {
  const transport = {
    route: () => ({ url: new URL(url), agent: http.globalAgent, headers: {} }),
  } as unknown as Transport;
  const link = {
    transport: undefined as Transport | undefined,
    reason: () => 'The connection was closed; retrying in 1 s.',
    whenOpen: async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (opens) link.transport = transport;
      return link.transport;
    },
  };
  const stopped = {
    workflow: { running: false, text: 'idle' },
    cycle: { active: false, text: 'none' },
  };
  const trading = { readStopState: () => Promise.resolve(stopped), refresh: () => Promise.resolve() };
  const answer = { result: { content: [{ type: 'text', text: 'ok' }] } };
  return await emergencyStop({
    profile: Profile.parse({
      name: 'real',
      preset: 'catalyst',
      environment: 'live',
      links: [{ kind: 'direct', url }],
      mcpUrl: url,
    }),
    runtime: { link, trading } as unknown as ProfileRuntime,
    reader: { tools: () => Promise.resolve([]), call: () => Promise.resolve(answer) } as unknown as McpReader,
    listed: [],
    audit: { append: () => Promise.resolve() },
    clock: systemClock,
    log: silentLog,
  });
}

it('is sent to the workflow too when the link comes back in that moment', async () => {
  const { parts } = await stopWhile(true, 200);
  expect(parts[1]).toMatchObject({ sent: true, answer: 'HTTP 200 {"success":true}' });
  expect(posts).toBe(1);
});

it('says why when it does not come back', async () => {
  const { parts } = await stopWhile(false, 50);
  expect(parts[1]).toMatchObject({ sent: false });
  expect(parts[1]?.answer).toContain('retrying in 1 s');
  expect(posts).toBe(0);
});
