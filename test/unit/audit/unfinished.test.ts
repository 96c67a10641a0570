import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../electron/core/audit/log.ts';
import { unfinishedCalls } from '../../../electron/core/audit/unfinished.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

describe('unfinishedCalls', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-unfinished-'));
  });
  afterEach(() => fs.rm(dir, { recursive: true, force: true }));

  it('reads what can be read and names what cannot: a broken file must not keep the app, and so the stop, from starting', async () => {
    const log = new AuditLog({ dir, clock: new ManualClock() });
    const call = {
      actor: 'claude',
      kind: 'intent',
      decision: 'allow',
      profile: 'real',
      tool: 'execute_trade',
      id: 'k',
    };
    await log.append(call, { sync: true });
    await log.close();
    await fs.mkdir(path.join(dir, 'audit-000002-20261121.jsonl'));
    const bad: string[] = [];
    expect(await unfinishedCalls(dir, 0, (file) => bad.push(file))).toMatchObject([
      { id: 'k', tool: 'execute_trade' },
    ]);
    expect(bad).toEqual(['audit-000002-20261121.jsonl']);
  });

  it('is empty, and says so, where the folder itself cannot be read', async () => {
    const file = path.join(dir, 'audit');
    await fs.writeFile(file, '');
    const bad: string[] = [];
    expect(await unfinishedCalls(file, 0, (what) => bad.push(what))).toEqual([]);
    expect(bad).toEqual([file]);
  });
});
