import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installStub } from '../../../electron/core/clients/stub-install.ts';
import { machine, type Machine } from './machine.ts';

let m: Machine;
beforeEach(() => {
  m = machine();
});
afterEach(() => m.remove());

it('copies the script once, and again only when it differs', async () => {
  const to = await installStub({ from: m.stub, home: m.home });
  expect(to).toBe(path.join(m.home.bin, 'catalyst-bridge.mjs'));
  expect(fs.statSync(to).mode & 0o777).toBe(0o600);
  expect(fs.statSync(m.home.bin).mode & 0o777).toBe(0o700);
  const first = fs.statSync(to, { bigint: true });
  await installStub({ from: m.stub, home: m.home });
  expect(fs.statSync(to, { bigint: true })).toMatchObject({ ino: first.ino, mtimeNs: first.mtimeNs });
  fs.writeFileSync(to, '// tampered');
  await installStub({ from: m.stub, home: m.home });
  expect(fs.readFileSync(to, 'utf8')).toBe('// the stub\n');
  expect(fs.readdirSync(m.home.bin)).toEqual(['catalyst-bridge.mjs']);
});

it('makes a single executable runnable, and repairs its mode', async () => {
  const from = path.join(m.root, 'catalyst-bridge');
  fs.writeFileSync(from, '#!/bin/sh\n');
  const to = await installStub({ from, home: m.home });
  expect([path.basename(to), fs.statSync(to).mode & 0o777]).toEqual(['catalyst-bridge', 0o700]);
  fs.chmodSync(to, 0o644);
  await installStub({ from, home: m.home });
  expect(fs.statSync(to).mode & 0o777).toBe(0o700);
});

it('replaces a link instead of writing through it', async () => {
  const victim = path.join(m.root, 'victim');
  fs.writeFileSync(victim, 'precious');
  fs.mkdirSync(m.home.bin, { recursive: true });
  fs.symlinkSync(victim, path.join(m.home.bin, 'catalyst-bridge.mjs'));
  const to = await installStub({ from: m.stub, home: m.home });
  expect(fs.lstatSync(to).isFile()).toBe(true);
  expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
});

it('says when the stub is not built', async () => {
  await expect(installStub({ from: path.join(m.root, 'none.js'), home: m.home })).rejects.toThrow(
    expect.objectContaining({ code: 'NOT_AVAILABLE_YET' }),
  );
});

it('compares and copies a program of any size without reading it into memory', async () => {
  const from = path.join(m.root, 'catalyst-bridge');
  // sparse: 300 MB that take no room
  fs.truncateSync((fs.writeFileSync(from, '#!/bin/sh\n'), from), 300 * 1024 * 1024);
  const before = process.memoryUsage().rss;
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  const to = await installStub({ from, home: m.home });
  const first = fs.statSync(to, { bigint: true });
  await installStub({ from, home: m.home });
  clearInterval(watch);
  expect(fs.statSync(to, { bigint: true })).toMatchObject({ ino: first.ino, mtimeNs: first.mtimeNs });
  expect(peak - before).toBeLessThan(100 * 1024 * 1024);
  fs.writeSync(fs.openSync(to, 'r+'), 'x', 299 * 1024 * 1024);
  await installStub({ from, home: m.home });
  expect(fs.statSync(to, { bigint: true }).ino).not.toBe(first.ino);
});

it('moves a program aside that Windows will not let go of, and clears that away later', async () => {
  const from = path.join(m.root, 'catalyst-bridge.exe');
  fs.writeFileSync(from, 'one');
  const to = await installStub({ from, home: m.home, platform: 'win32' });
  fs.writeFileSync(from, 'two');
  let running = true;
  const rename: typeof fs.promises.rename = async (source, target) => {
    // Windows: no file may take the place of a running program, which itself may be moved
    if (running && target === to && fs.existsSync(to))
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    await fs.promises.rename(source, target);
  };
  await installStub({ from, home: m.home, platform: 'win32', rename });
  expect(fs.readFileSync(to, 'utf8')).toBe('two');
  fs.writeFileSync(`${to}.old-0123`, 'one');
  fs.writeFileSync(`${to}.0123.tmp`, 'half');
  running = false;
  await installStub({ from, home: m.home, platform: 'win32' });
  expect(fs.readdirSync(m.home.bin)).toEqual(['catalyst-bridge.exe']);
});

it('leaves the old program in its place where the new one cannot come', async () => {
  const from = path.join(m.root, 'catalyst-bridge.exe');
  fs.writeFileSync(from, 'one');
  const to = await installStub({ from, home: m.home, platform: 'win32' });
  fs.writeFileSync(from, 'two');
  const rename: typeof fs.promises.rename = async (source, target) => {
    if (String(source).endsWith('.tmp')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    await fs.promises.rename(source, target);
  };
  await expect(installStub({ from, home: m.home, platform: 'win32', rename })).rejects.toThrow(
    expect.objectContaining({ code: 'STATE_WRITE_FAILED' }),
  );
  expect(fs.readFileSync(to, 'utf8')).toBe('one');
  expect(fs.readdirSync(m.home.bin)).toEqual(['catalyst-bridge.exe']);
});
