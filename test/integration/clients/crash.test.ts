import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doIt, machine, type Machine } from './machine.ts';

const CHILD = path.join(import.meta.dirname, 'writing-child.ts');
const OLD = `{\n  "mcpServers": {\n    "fs": { "command": "npx" }\n  },\n  "filler": "${'x'.repeat(300_000)}"\n}\n`;

let m: Machine;
let whole: Set<string>;
beforeEach(async () => {
  m = machine();
  m.put(OLD);
  await doIt(m.clients(), 'install');
  whole = new Set([OLD, m.read().toString()]);
  await doIt(m.clients(), 'undo');
});
afterEach(() => m.remove());

async function child(...args: string[]) {
  const started = spawn(process.execPath, [CHILD, m.root, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(started, 'exit');
  await Promise.race([once(started.stdout, 'data'), exited]);
  return { started, exited };
}

/** After a crash: the file is whole, the next writer works without help, and clears up. */
async function checkWhole(): Promise<void> {
  expect(whole.has(m.read().toString()), m.read().toString().slice(0, 200)).toBe(true);
  const clients = m.clients({ lock: { staleMs: 0 } });
  await doIt(clients, 'install');
  expect(JSON.parse(m.read().toString()).mcpServers).toHaveProperty('demo');
  expect(m.litter()).toEqual([]);
  for (const name of fs
    .readdirSync(path.dirname(m.config))
    .filter((each) => each.includes('.catalyst-backup-'))) {
    expect(whole.has(fs.readFileSync(path.join(path.dirname(m.config), name), 'utf8')), name).toBe(true);
  }
  await doIt(clients, 'undo');
  expect(whole.has(m.read().toString())).toBe(true);
}

describe('killed in the middle', () => {
  it.each(['locked', 'read', 'backed-up', 'written', 'recorded', 'renamed', 'checked'])(
    'at %s',
    async (step) => {
      for (const passes of ['0', '1']) {
        const { started, exited } = await child(step, passes);
        await exited;
        expect(started.signalCode).toBe('SIGKILL');
        await checkWhole();
      }
    },
  );

  it('at moments of chance', { timeout: 300_000 }, async () => {
    for (let round = 0; round < (process.env['COMPANION_SOAK'] ? 100 : 10); round++) {
      const { started, exited } = await child('never');
      await sleep(Math.random() * 60);
      started.kill('SIGKILL');
      await exited;
      expect(started.signalCode).toBe('SIGKILL');
      await checkWhole();
    }
  });

  it('undo after a crash between record and rename goes back to what was before', async () => {
    await (
      await child('recorded')
    ).exited;
    expect(m.read().toString()).toBe(OLD);
    await expect(
      m.clients({ lock: { staleMs: 0 } }).preview('claude-desktop', 'demo', 'undo'),
    ).rejects.toThrow(expect.objectContaining({ code: 'CLIENT_NOTHING_TO_UNDO' }));
  });
});

it('a reader never sees anything but a whole file', async () => {
  const { started, exited } = await child('never');
  // for a while, and longer where the other process needs longer to write at all
  const [least, most] = [1_500, 60_000].map((ms) => performance.now() + ms);
  let reads = 0;
  const seen = new Set<string>();
  for (; performance.now() < (seen.size < 2 ? most : least); reads++) {
    seen.add(m.read().toString());
    if (reads % 20 === 0) await sleep(1);
  }
  started.kill('SIGKILL');
  await exited;
  expect([...seen].every((text) => whole.has(text))).toBe(true);
  expect(seen.size).toBe(2);
});
