import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { machine, type Machine } from './machine.ts';

const CHILD = path.join(import.meta.dirname, 'turns-child.ts');
const ROUNDS = process.env['COMPANION_SOAK'] ? 100 : 8;

let m: Machine;
beforeEach(() => {
  m = machine();
});
afterEach(() => m.remove());

/** A process that installs when it is told to. */
async function writer() {
  const child = spawn(process.execPath, [CHILD, m.root], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return {
    async install(profile: string) {
      child.stdin.write(`${profile}\n`);
      expect((await lines.next()).value).toBe('done');
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

it('two programs of ours write at once and lose nothing of each other or of anybody else', async () => {
  const [one, two] = await Promise.all([writer(), writer()]);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      m.put(`{ "round": ${round}, "mcpServers": { "fs": { "command": "npx" } }, "id": 9007199254740993 }\n`);
      await Promise.all([one.install('one'), two.install('two')]);
      const text = m.read().toString();
      expect(Object.keys(JSON.parse(text).mcpServers).sort()).toEqual(['fs', 'one', 'two']);
      expect(text).toContain(`"round": ${round},`);
      expect(text).toContain('9007199254740993');
      expect(m.litter()).toEqual([]);
    }
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
}, 600_000);
