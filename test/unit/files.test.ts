import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeAt, makeHome, writeState } from '../../electron/core/files.ts';

let dir: string;
let umask: number;
beforeEach(async () => {
  umask = process.umask(0);
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-home-'));
});
afterEach(async () => {
  process.umask(umask);
  await fs.rm(dir, { recursive: true, force: true });
});

const modeOf = async (file: string) => (await fs.stat(file)).mode & 0o777;

describe.skipIf(process.platform === 'win32')('the state folder', () => {
  it('is private whatever the umask, with files that are too', async () => {
    const home = homeAt(path.join(dir, 'new', 'state'));
    await makeHome(home);
    for (const each of [home.dir, home.keys, home.run, home.logs, home.audit, home.bin, home.catalogue])
      expect(await modeOf(each)).toBe(0o700);
    await fs.writeFile(home.profiles, '{}', { mode: 0o644 });
    await writeState(home.profiles, '{"version":1}');
    expect(await modeOf(home.profiles)).toBe(0o600);
  });

  it('is made private where it was left open, empty or with our state in it', async () => {
    await fs.chmod(dir, 0o777);
    await makeHome(homeAt(dir));
    expect(await modeOf(dir)).toBe(0o700);
    await fs.chmod(dir, 0o755);
    await fs.chmod(path.join(dir, 'keys'), 0o755);
    await fs.writeFile(path.join(dir, 'notes.txt'), 'the user put it here');
    await makeHome(homeAt(dir));
    expect([await modeOf(dir), await modeOf(path.join(dir, 'keys'))]).toEqual([0o700, 0o700]);
  });

  it.skipIf(process.platform !== 'linux')('is refused at once where no folder can be made', async () => {
    await fs.writeFile(path.join(dir, 'file'), '');
    for (const place of ['/proc/companion', path.join(dir, 'file'), path.join(dir, 'file', 'below')])
      await expect(makeHome(homeAt(place))).rejects.toMatchObject({ code: 'STATE_WRITE_FAILED' });
  });

  it('is never a folder that others use, as when /tmp or a home folder was named by mistake', async () => {
    await fs.chmod(dir, 0o777);
    for (const name of ['bin', 'logs', 'run', 'of-somebody']) await fs.mkdir(path.join(dir, name));
    await expect(makeHome(homeAt(dir))).rejects.toMatchObject({ code: 'STATE_WRITE_FAILED' });
    expect([await modeOf(dir), (await fs.readdir(dir)).toSorted()]).toEqual([
      0o777,
      ['bin', 'logs', 'of-somebody', 'run'],
    ]);
    await fs.chmod(dir, 0o700);
    await makeHome(homeAt(dir));
  });
});
