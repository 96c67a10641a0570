import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seeded } from '../../helpers/seeded.ts';
import { doIt, machine, type Machine } from './machine.ts';

const CHILD = path.join(import.meta.dirname, 'dying-child.ts');
const SOAK = Boolean(process.env['COMPANION_SOAK']);
/** Deaths per action: in a soak every call three ways and more by chance, 1,000 in all; else those that change the file. */
const DEATHS = SOAK ? 334 : 9;
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

const CHANGING = /^(?:handle\.)?(?:writeFile|sync|rename|unlink|rm) /;

/** Calls by their number, three ways each, in an order by chance: first those that change the file, then all others. */
function* deaths(
  calls: readonly string[],
  file: string,
): Generator<readonly [number, (typeof MOMENTS)[number]]> {
  const random = seeded(SOAK ? 6 : Date.now() % 2 ** 31);
  const isFirst = (call: string) => CHANGING.test(call) && call.includes(file) && !call.includes('.lock');
  const all = calls.flatMap((call, index) =>
    MOMENTS.map((moment) => ({
      order: random() + (isFirst(call) ? 0 : 1),
      death: [index + 1, moment] as const,
    })),
  );
  for (let done = 0; done < DEATHS;)
    for (const { death } of all.toSorted((a, b) => a.order - b.order)) if (done++ < DEATHS) yield death;
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
      const calls = JSON.parse(out) as string[];
      expect(calls.length).toBeGreaterThan(20);
      const whole = new Set([before, m.read().toString()]);
      expect(whole.size).toBe(2);
      let died = 0;
      for (const [at, moment] of deaths(calls, path.basename(m.config))) {
        await ready();
        const { signal, out: lived } = await child(action, at, moment);
        const where = `${action}, ${moment} call ${at} of ${calls.length}, ${calls[at - 1]}`;
        // the number of calls differs by a few from run to run, so the last ones may never come
        if (signal === null) {
          expect((JSON.parse(lived) as string[]).length, where).toBeLessThan(at);
          continue;
        }
        died += 1;
        expect(signal, where).toBe('SIGKILL');
        expect(whole.has(m.read().toString()), `${where}: ${m.read().toString().slice(0, 120)}`).toBe(true);
        // whoever comes next needs no help, and nothing of the dead one stays
        await doIt(clients, 'install');
        expect(Object.keys(JSON.parse(m.read().toString()).mcpServers), where).toEqual(['fs', 'demo']);
        expect(m.litter(), where).toEqual([]);
        expect(m.read().toString(), where).toContain('x'.repeat(20_000));
      }
      expect(died).toBeGreaterThan(DEATHS * 0.9);
    },
    SOAK ? 3_600_000 : 120_000,
  );
});
