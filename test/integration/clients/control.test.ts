import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppPorts } from '../../../electron/core/app-interface.ts';
import type { AuditLog } from '../../../electron/core/audit/log.ts';
import { ClientDesk } from '../../../electron/core/desks/client-desk.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { silentLog } from '../../../electron/core/ports.ts';
import { Store } from '../../../electron/core/store.ts';
import { appState } from '../../helpers/fake-app.ts';
import { doIt, machine, type Machine } from './machine.ts';

let m: Machine;
let controls: ClientDesk[] = [];
beforeEach(() => {
  m = machine();
  m.put('{ "mcpServers": {} }');
});
afterEach(() => {
  for (const control of controls) control.dispose();
  controls = [];
  m.remove();
});

/** What the app makes of the clients, with a list of what was recorded. */
function app(more = {}) {
  const store = new Store(appState());
  const told: string[] = [];
  const ports = {
    home: m.home,
    clock: systemClock,
    version: '0.1.0',
    stub: { file: m.stub, node: process.execPath, defaultHome: true },
  } as unknown as AppPorts;
  const control = new ClientDesk({
    ports,
    store,
    log: silentLog,
    record: (entry) => (told.push(`${entry.actor}: ${entry.title}`), 'id'),
    audit: {
      append: async (entry: { kind: string }) => told.push(`audit ${entry.kind}`),
    } as unknown as AuditLog,
    clients: m.clients(more),
  });
  controls.push(control);
  const check = () => Object.values(store.state.clientChecks ?? {})[0];
  const becomes = (state: string) =>
    new Promise<void>((resolve) => {
      const look = () => (check()?.state === state ? (stop(), resolve()) : undefined);
      const stop = store.onEvent(look);
      look();
    });
  return { control, told, check, becomes };
}

describe('when the app has moved', () => {
  it('writes its entries and the program again, once, and says so', async () => {
    await doIt(m.clients({ nodePath: '/old/place/node' }), 'install');
    fs.writeFileSync(m.stub, '// the stub of a newer version\n');
    const { control, told, becomes } = app();
    await control.start();
    await becomes('waiting-start');
    expect(JSON.parse(m.read().toString()).mcpServers.demo.command).toBe(process.execPath);
    expect(fs.readFileSync(path.join(m.home.bin, 'catalyst-bridge.mjs'), 'utf8')).toContain('newer version');
    expect(told).toEqual([
      'app: The app has moved: wrote the entry again in claude-desktop',
      'audit client-install',
    ]);
    const before = fs.statSync(m.config, { bigint: true });
    await app().control.start();
    expect(fs.statSync(m.config, { bigint: true }).mtimeNs).toBe(before.mtimeNs);
  });

  it('leaves them where its new place would not last, and what somebody changed', async () => {
    await doIt(m.clients({ nodePath: '/old/place/node' }), 'install');
    const moved = m.read().toString();
    await app({ nodePath: '/tmp/.mount_abc/node' }).control.start();
    expect(m.read().toString()).toBe(moved);
    m.put(moved.replace('/old/place/node', '/tmp/evil'));
    const { control, becomes, told } = app();
    await control.start();
    await becomes('changed');
    expect(m.read().toString()).toContain('/tmp/evil');
    expect(told).toEqual(['app: The entry demo was changed in Claude Desktop']);
  });
});

describe('while the app runs', () => {
  it('sees a file change by itself, tells once, and repairs or forgets as it is told', async () => {
    const { control, told, check, becomes } = app();
    const { token } = await control.preview('claude-desktop', 'demo', 'install');
    await control.apply({ client: 'claude-desktop', profile: 'demo', action: 'install', token });
    await becomes('waiting-start');
    m.put('{ "mcpServers": {} }');
    await becomes('missing');
    expect(told.filter((each) => each.includes('is gone'))).toHaveLength(1);
    const { id } = check();
    expect((await control.repair(id)).state).toBe('waiting-start');
    expect(JSON.parse(m.read().toString()).mcpServers).toHaveProperty('demo');
    m.put('{ "mcpServers": {}, "again": true }');
    await becomes('missing');
    await control.dismiss(id);
    expect(check()).toBeUndefined();
    await expect(control.repair(id)).rejects.toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('takes what the command line did into the trail, and under watch', async () => {
    const { control, told, becomes } = app();
    await control.start();
    await doIt(m.clients(), 'install');
    await control.noted({ client: 'claude-desktop', profile: 'demo', action: 'install' });
    await becomes('waiting-start');
    expect(told).toEqual(['you: Set up claude-desktop', 'audit client-install']);
  });

  it('never writes over a changed entry with one click', async () => {
    const { control, check, becomes } = app();
    await doIt(m.clients(), 'install');
    await control.start();
    m.put(m.read().toString().replace(process.execPath, '/tmp/evil'));
    await becomes('changed');
    await expect(control.repair(check().id)).rejects.toThrow(
      expect.objectContaining({ code: 'CONFIRMATION_NEEDED' }),
    );
    expect(m.read().toString()).toContain('/tmp/evil');
  });
});
