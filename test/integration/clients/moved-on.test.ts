import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doIt, machine, type Machine } from './machine.ts';

let m: Machine;
beforeEach(() => {
  m = machine();
  m.put('{ "mcpServers": {} }');
});
afterEach(() => m.remove());

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;
const entries = async () => (await m.clients().list())[0].entries;
const standing = async () => (await m.clients().standings()).map(({ state, left }) => `${state}, ${left}`);

describe('undo of a file that moved on', () => {
  it('is refused, and done only as it was shown, with what was there kept beside it', async () => {
    await doIt(m.clients(), 'install');
    m.put('{ "mcpServers": {}, "theirs": 1 }');
    const clients = m.clients();
    await expect(clients.preview('claude-desktop', 'demo', 'undo')).rejects.toThrow(
      code('CLIENT_CONFIG_CHANGED'),
    );
    const plan = await clients.preview('claude-desktop', 'demo', 'undo', true);
    expect(plan.movedOn).toBe(true);
    expect(plan.files[0]?.diff).toContain('-{ "mcpServers": {}, "theirs": 1 }');
    // what was agreed to is what was shown: not without saying so, and not over yet another change
    await expect(clients.apply('claude-desktop', 'demo', 'undo', plan.token)).rejects.toThrow(
      code('CLIENT_CONFIG_CHANGED'),
    );
    m.put('{ "mcpServers": {}, "theirs": 2 }');
    await expect(clients.apply('claude-desktop', 'demo', 'undo', plan.token, true)).rejects.toThrow(
      code('CLIENT_CONFIG_CHANGED'),
    );
    expect(m.read().toString()).toContain('"theirs": 2');
    const again = await clients.preview('claude-desktop', 'demo', 'undo', true);
    await clients.apply('claude-desktop', 'demo', 'undo', again.token, true);
    expect(m.read().toString()).toBe('{ "mcpServers": {} }');
    const dir = path.dirname(m.config);
    const kept = fs.readdirSync(dir).map((name) => fs.readFileSync(path.join(dir, name), 'utf8'));
    expect(kept).toContain('{ "mcpServers": {}, "theirs": 2 }');
  });

  it('is an ordinary one where the file did not move on', async () => {
    await doIt(m.clients(), 'install');
    expect((await m.clients().preview('claude-desktop', 'demo', 'undo', true)).movedOn).toBe(false);
  });
});

describe('what was written is known again', () => {
  it('through everything that can become of it', async () => {
    const clients = m.clients();
    expect(await standing()).toEqual([]);
    await doIt(clients, 'install');
    expect(await standing()).toEqual(['ours, servers']);
    const ours = m.read().toString();
    m.put('{ "mcpServers": {} }');
    expect(await standing()).toEqual(['missing, servers']);
    m.put('{ "preferences": {} }');
    expect(await standing()).toEqual(['missing, no servers']);
    fs.rmSync(m.config);
    expect(await standing()).toEqual(['missing, no file']);
    m.put('{ half');
    expect(await standing()).toEqual(['unreadable, servers']);
    m.put(ours.replace('"demo"]', '"demo", "--more"]').replace('"demo"\n', '"demo", "--more"\n'));
    expect(await standing()).toEqual(['replaced, servers']);
    m.put(ours);
    await doIt(clients, 'remove');
    expect(await standing()).toEqual([]);
    await doIt(clients, 'undo');
    expect(await standing()).toEqual(['ours, servers']);
    await doIt(clients, 'undo');
    expect(await standing()).toEqual([]);
  });

  it("an entry that vanished stays missed while another profile's is written", async () => {
    await doIt(m.clients(), 'install', 'one');
    m.put('{ "mcpServers": {} }');
    await doIt(m.clients(), 'install', 'two');
    const all = (await m.clients().standings()).map((each) => `${each.written.key} ${each.state}`);
    expect(all.sort()).toEqual(['one missing', 'two ours']);
  });

  it('takes in what an earlier version wrote', async () => {
    await doIt(m.clients(), 'install');
    fs.rmSync(path.join(m.home.dir, 'client-entries.json'));
    expect(await standing()).toEqual(['ours, servers']);
  });

  it("somebody else's entry in the place of ours is seen, told, and never taken out as ours", async () => {
    await doIt(m.clients(), 'install');
    const evil = '{ "mcpServers": { "demo": { "url": "https://evil.example", "command": "/tmp/evil" } } }';
    m.put(evil);
    expect(await entries()).toEqual([{ key: 'demo', profile: 'demo', state: 'replaced' }]);
    await expect(m.clients().preview('claude-desktop', 'demo', 'remove')).rejects.toThrow(
      code('CLIENT_NOTHING_TO_REMOVE'),
    );
    const plan = await doIt(m.clients(), 'install');
    expect(plan.warnings.join()).toContain('demo now starts /tmp/evil');
    expect(Object.keys(JSON.parse(m.read().toString()).mcpServers.demo)).toEqual(['command', 'args']);
    expect(await entries()).toEqual([{ key: 'demo', profile: 'demo', state: 'ours' }]);
  });
});

it('a file of 5 MB is edited in its one place and restored', async () => {
  const sites = Array.from(
    { length: 60_000 },
    (_, n) => `    "site ${n} ☔": { "seen": ${n}.50, "on": true, "note": "aaaaaaaaaaaaaaaaaaaa" }`,
  );
  const big = `{\r\n  "preferences": {\r\n${sites.join(',\r\n')}\r\n  },\r\n  "mcpServers": {\r\n  }\r\n}`;
  expect(big.length).toBeGreaterThan(4_800_000);
  m.put(big);
  const plan = await doIt(m.clients(), 'install');
  const now = m.read().toString();
  const [head = '', tail = ''] = now.split('"mcpServers"');
  expect(big.startsWith(head)).toBe(true);
  expect(tail).toContain('"demo"');
  expect(plan.files[0]?.diff.length).toBeLessThan(2_000);
  await doIt(m.clients(), 'undo');
  expect(m.read().toString()).toBe(big);
});
