import { afterAll, describe, it } from 'vitest';
import { appFor, stubCommand } from '../../fixtures/mcp/conformance-app.ts';
import type { Cell } from './cell.ts';
import { faults, runCell, table } from './cell.ts';
import { CLIENTS } from './clients.ts';
import type { ServerKind } from './servers.ts';
import { SERVERS } from './servers.ts';

const rows = new Map<string, Map<string, Cell>>();

afterAll(() => console.log(table(rows, SERVERS)));

/** All clients one after the other, each with a stub of its own, in front of one server. */
async function row(server: ServerKind): Promise<Map<string, Cell>> {
  const running = await server.start();
  try {
    const whole = await appFor(running.url);
    try {
      const cells = new Map<string, Cell>();
      rows.set(server.name, cells);
      for (const client of CLIENTS)
        cells.set(client.name, await runCell(client, server, running, stubCommand(whole.dir)));
      return cells;
    } finally {
      await whole.stop();
    }
  } finally {
    await running.stop();
  }
}

// mostly waiting, so at the same time
describe.concurrent('every official client is served through the bridge by', () => {
  for (const server of SERVERS)
    it.skipIf(server.missing !== undefined)(
      server.missing === undefined ? server.name : `${server.name} (${server.missing})`,
      async ({ expect }) => {
        expect(faults(await row(server))).toEqual([]);
      },
    );
});
