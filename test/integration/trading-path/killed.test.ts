import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import { StubClient } from '../../fixtures/mcp/stub-client.ts';
import { auditLines } from './audit-lines.ts';

const START = 'start_trading_cycle';
const PROGRAM = path.join(import.meta.dirname, '../../fixtures/core/guarded-app.ts');

it('after kill -9 between intent and outcome the call is listed as unknown, and can be dismissed for good', async () => {
  const up = new RawUpstream();
  up.on = (message) => message?.params?.name === START;
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-killed-'));
  const url = await up.listen();
  const program = spawn(process.execPath, [PROGRAM, dir, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void program.kill('SIGKILL'));
  const ended = once(program, 'exit');
  await once(program.stdout, 'data');
  const client = new StubClient(dir, 'real');
  await client.initialize('claude-ai');
  const answered = client.call(START, { max_positions: 2 }).catch(() => undefined);
  await until(() => up.count('tools/call', START) === 1);
  program.kill('SIGKILL');
  await ended;
  expect((await auditLines(dir)).filter(({ tool }) => tool === START).map(({ kind }) => kind)).toEqual([
    'intent',
  ]);

  let whole = await WholeApp.start(url, { dir });
  const unresolved = () => whole.state.profiles['real'].guard.unresolved;
  expect(unresolved()).toMatchObject([
    { tool: START, client: 'claude-ai 0.1.0', detail: 'The app ended before an answer came.' },
  ]);
  expect(unresolved()[0]?.endedAt).not.toBeNull();
  await client.end();
  await answered;
  expect(up.count('tools/call', START)).toBe(1);
  await whole.rpc.guard.dismiss({ profile: 'real', id: unresolved()[0].id });
  expect(unresolved()).toEqual([]);
  expect((await auditLines(dir)).findLast(({ tool }) => tool === START)).toMatchObject({
    kind: 'settled',
    actor: 'you',
  });
  await whole.app.stop();
  whole = await WholeApp.start(url, { dir });
  expect(unresolved()).toEqual([]);
  await whole.stop();
  await up.close();
});
