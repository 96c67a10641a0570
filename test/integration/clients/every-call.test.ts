import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seeded } from '../../helpers/seeded.ts';
import { doIt, machine, type Machine } from './machine.ts';

const CHILD = path.join(import.meta.dirname, 'dying-child.ts');
const SOAK = Boolean(process.env['COMPANION_SOAK']);
/** Deaths per action: in a soak every call three ways and more by chance, 1,000 in all; else some, others in each run. */
const DEATHS = SOAK ? 334 : 12;
const OLD = `{\n  "mcpServers": {\n    "fs": { "command": "npx" }\n  },\n  "filler": "${'x'.repeat(20_000)}"\n}\n`;
const MOMENTS = ['before', 'half', 'after'] as const;

let m: Machine;
beforeEach(() => {
  m = machine();
  m.put(OLD);
});
afterEach(() => m.remove());

async function child(action: string, at: number, moment: string) {
  const started = spawn(process.execPath, [CHILD, m.root, action, String(at), moment], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  started.stdout.on('data', (part: Buffer) => (out += part.toString()));
  await once(started, 'close');
  return { signal: started.signalCode, out: out.trim() };
}

/** Every call three ways, in an order by chance; a soak goes round again. */
function* deaths(calls: number, count: number): Generator<readonly [number, (typeof MOMENTS)[number]]> {
  const random = seeded(SOAK ? 6 : Date.now() % 2 ** 31);
  const all = Array.from({ length: calls }, (_, index) =>
    MOMENTS.map((moment) => [index + 1, moment] as const),
  ).flat();
  for (let done = 0; done < count;) {
    const round = all.map((each) => [random(), each] as const).sort(([a], [b]) => a - b);
    for (const [, each] of round) if (done++ < count) yield each;
  }
}

describe('killed at any call to the file system', () => {
  it.each(['install', 'remove', 'undo'] as const)(
    '%s: the file is the old or the new one, and all goes on',
    async (action) => {
      const clients = m.clients({ lock: { staleMs: 0 } });
      // each action from the state in which it has something to do
      const ready = async () => {
        fs.rmSync(m.home.dir, { recursive: true, force: true });
        m.put(OLD);
        for (const name of m.litter()) fs.rmSync(path.join(path.dirname(m.config), name));
        if (action !== 'install') await doIt(clients, 'install');
        return m.read().toString();
      };
      const before = await ready();
      const { out } = await child(action, 0, 'before');
      const calls = Number(out);
      expect(calls).toBeGreaterThan(20);
      const whole = new Set([before, m.read().toString()]);
      expect(whole.size).toBe(2);
      for (const [at, moment] of deaths(calls, DEATHS)) {
        await ready();
        const { signal } = await child(action, at, moment);
        const where = `${action}, ${moment} call ${at} of ${calls}`;
        expect(signal, where).toBe('SIGKILL');
        expect(whole.has(m.read().toString()), `${where}: ${m.read().toString().slice(0, 120)}`).toBe(true);
        // whoever comes next needs no help, and nothing of the dead one stays
        await doIt(clients, 'install');
        expect(Object.keys(JSON.parse(m.read().toString()).mcpServers), where).toEqual(['fs', 'demo']);
        expect(m.litter(), where).toEqual([]);
        expect(m.read().toString(), where).toContain('x'.repeat(20_000));
      }
    },
    SOAK ? 3_600_000 : 120_000,
  );
});
