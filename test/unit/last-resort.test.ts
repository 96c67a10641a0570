import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULE = path.resolve(import.meta.dirname, '../../electron/core/last-resort.ts');

/** A process of its own: what nobody caught is a matter of the whole of it. */
async function run(fault: string): Promise<{ code: number; out: string }> {
  const script = `
    import { recordFaults } from ${JSON.stringify(MODULE)};
    recordFaults({ error: (text, { error }) => console.log(text, error.split('\\n')[0]) });
    setTimeout(() => console.log('went on'), 20);
    ${fault}`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, out: error.stdout }),
  );
}

it('a promise that nobody caught is written down and ends nothing', async () => {
  expect(await run('void Promise.reject(new Error("one part"))')).toEqual({
    code: 0,
    out: 'A fault of the app in one of its parts. Error: one part\nwent on\n',
  });
});

it('an exception out of nowhere is written down and ends the process', async () => {
  expect(await run('setImmediate(() => { throw new Error("broken") })')).toEqual({
    code: 1,
    out: 'A fault of the app that ends it. Error: broken\n',
  });
});
