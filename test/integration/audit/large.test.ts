import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { lineOf, NO_HASH, sealed, signerOf } from '../../../electron/core/audit/entry.ts';
import { headText } from '../../../electron/core/audit/files.ts';
import { readPage } from '../../../electron/core/audit/read.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';

const COUNT = 100_000;
const PER_FILE = 7_000;

it('checks 100,000 signed entries in a few seconds of work, file by file, without holding the app up', async () => {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-large-'));
  const signer = signerOf(Buffer.alloc(32, 7));
  let [prev, prevFile, name] = [NO_HASH, '', ''];
  for (let seq = 1, lines: string[] = []; seq <= COUNT; seq += 1) {
    const first = seq % PER_FILE === 1;
    if (first) name = `audit-${String(Math.ceil(seq / PER_FILE)).padStart(6, '0')}-20261121.jsonl`;
    const entry = sealed(
      {
        seq,
        ts: '2026-11-21T10:00:00.000Z',
        mono: seq,
        boot: 'b',
        actor: 'claude-ai 0.1.0',
        kind: seq === 1 ? 'genesis' : 'intent',
        profile: 'catalyst',
        tool: 'execute_trade',
        args: '{"symbol":"AAPL","side":"buy","quantity":10,"limit_price":187.50}',
        ...(first && seq > 1 ? { prevFile, prevHead: prev } : {}),
        prev,
      },
      signer,
    );
    lines.push(lineOf(entry));
    prev = entry.hash;
    if (seq % PER_FILE > 0 && seq < COUNT) continue;
    await fs.writeFile(path.join(dir, name), `${lines.join('\n')}\n`);
    [prevFile, lines] = [name, []];
  }
  await fs.writeFile(path.join(dir, 'head.json'), headText({ seq: COUNT, hash: prev, file: name }));
  try {
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const before = process.cpuUsage();
    const anchor = { seq: COUNT, hash: prev, file: name, at: 1 };
    expect(await verifyAudit(dir, { signer, anchor })).toMatchObject({ ok: true, signed: COUNT });
    const { user, system } = process.cpuUsage(before);
    clearInterval(beat);
    const seconds = (user + system) / 1e6;
    console.log(
      `checked in ${seconds.toFixed(1)} s of processor time, longest pause ${longest.toFixed(0)} ms`,
    );
    expect(seconds).toBeLessThan(20);
    expect(longest).toBeLessThan(2_000);
    const page = await readPage(dir, { before: undefined, limit: 200, scanLimit: 5_000, filter: {} });
    expect(page.lines.map((line) => line.entry?.seq)).toEqual(
      Array.from({ length: 200 }, (_, n) => COUNT - n),
    );
  } finally {
    await fs.rm(dir, { recursive: true, force: true });
  }
});
