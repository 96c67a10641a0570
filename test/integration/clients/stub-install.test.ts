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
