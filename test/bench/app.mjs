// The bridge with one profile over a direct link, and a guard that allows everything and remembers nothing; tells its
// memory after a full collection: node --expose-gc app.mjs HOME URL
import { randomUUID } from 'node:crypto';
import { createBridge } from '../../electron/core/bridge/bridge.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { homeAt, makeHome } from '../../electron/core/files.ts';
import { silentLog } from '../../electron/core/ports.ts';
import { directLink } from '../fixtures/mcp/direct-link.ts';

const [dir, url] = process.argv.slice(2);
const home = homeAt(dir);
await makeHome(home);
const link = directLink(url);
const bridge = createBridge({
  home,
  clock: systemClock,
  log: silentLog,
  version: '1',
  gate: {
    classify: () => 'read',
    tableClass: () => 'read',
    decide: async () => ({
      allowed: true,
      toolClass: 'read',
      idempotencyKey: randomUUID(),
      ended: async () => {},
    }),
  },
  stateOf: () => undefined,
  profileOf: () => undefined,
  linkOf: () => link,
  recordActivity: () => '',
  publishClients: () => {},
  publishCatalogue: () => {},
  onControl: (duplex) => duplex.destroy(),
});
await bridge.addProfile('demo');
await bridge.start();
await bridge.refresh('demo');
process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  process.send(process.memoryUsage());
});
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
