import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFor, stubCommand } from '../../fixtures/mcp/conformance-app.ts';
import type { WholeApp } from '../../fixtures/core/whole-app.ts';
import type { Cell } from './cell.ts';
import { runCell, table } from './cell.ts';
import { CLIENTS } from './clients.ts';
import type { Running } from './servers.ts';
import { SERVERS } from './servers.ts';

const rows = new Map<string, Map<string, Cell>>();

afterAll(() => console.log(table(rows, SERVERS)));

describe.each(
  SERVERS.map((server) => ({
    ...server,
    title: server.missing ? `${server.name} (${server.missing})` : server.name,
  })),
)('$title', (server) => {
  let running: Running;
  let whole: WholeApp;

  beforeAll(async () => {
    if (server.missing !== undefined) return;
    running = await server.start();
    whole = await appFor(running.url);
    rows.set(server.name, new Map());
  });
  afterAll(async () => {
    await whole?.stop();
    await running?.stop();
  });

  it.skipIf(server.missing !== undefined).each(CLIENTS.map((client) => [client.name, client] as const))(
    'serves the client %s through the bridge',
    async (name, client) => {
      const cell = await runCell(client, server, running, stubCommand(whole.dir));
      rows.get(server.name)?.set(name, cell);
      const wrong = Object.entries(cell.steps).filter(([, error]) => error !== null);
      expect(wrong).toEqual([]);
    },
  );
});
