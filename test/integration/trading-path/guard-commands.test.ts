import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';

const CLI = path.join(import.meta.dirname, '../../../electron/cli.ts');
const run = promisify(execFile);

describe('limits, grants and outcomes on the command line', () => {
  let up: RawUpstream;
  let whole: WholeApp;
  beforeEach(async () => {
    up = new RawUpstream();
    whole = await WholeApp.start(await up.listen(), { profile: { environment: 'paper' } });
    await until(() => whole.tools()['start_trading_cycle'] === 'listed');
  });
  afterEach(async () => {
    await whole.stop();
    await up.close();
  });

  const cli = async (...words: string[]) => {
    const env = { ...process.env, CATALYST_COMPANION_HOME: whole.dir };
    try {
      const { stdout } = await run(process.execPath, [CLI, ...words], { env });
      return { code: 0, out: stdout };
    } catch (thrown) {
      const { code, stdout, stderr } = thrown as { code: number; stdout: string; stderr: string };
      return { code, out: stdout + stderr };
    }
  };

  it('sets limits, shows them, and wants the name for looser ones', async () => {
    const hours = 'mon-fri 09:30-16:00 America/New_York';
    const set = await cli(
      'limits',
      'real',
      '--symbols',
      'aapl,msft',
      '--max-size',
      '100.5',
      '--hours',
      hours,
    );
    expect(set).toEqual({
      code: 0,
      out: 'symbols   AAPL, MSFT\nmax-size  100.5\nhours     Mon-Fri 09:30-16:00 America/New_York\n',
    });
    expect(await cli('limits', 'real', '--max-size', '100')).toMatchObject({ code: 0 });
    expect(await cli('limits', 'real', '--max-size', '101')).toMatchObject({
      code: 2,
      out: expect.stringContaining('--confirm real') as string,
    });
    expect(await cli('limits', 'real', '--clear', 'hours', '--confirm', 'paper')).toMatchObject({
      code: 1,
      out: expect.stringContaining('CONFIRMATION_NEEDED') as string,
    });
    expect(await cli('limits', 'real', '--clear', 'hours', '--confirm', 'real', '--json')).toMatchObject({
      code: 0,
    });
    expect(JSON.parse((await cli('limits', 'real', '--json')).out)).toEqual({
      symbols: ['AAPL', 'MSFT'],
      maxSize: '100',
    });
    // each of these is a process of its own
    const wrong = [
      ['--max-size', 'many'],
      ['--hours', 'always'],
      ['--clear', 'luck'],
    ];
    const ended = await Promise.all(wrong.map((words) => cli('limits', 'real', ...words)));
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2]);
  });

  it('lists and ends grants, lists and dismisses outcomes', async () => {
    up.on = (message, response) => {
      if (message?.params?.arguments?.n !== 2) return false;
      response.destroy();
      return true;
    };
    const client = await whole.client();
    const first = client.call('start_trading_cycle', { n: 1 });
    await whole.answer('allow', { grantMinutes: 60 });
    await first;
    expect((await cli('grants', 'list', 'real')).out).toMatch(
      /start_trading_cycle {2}claude-ai 0\.1\.0 over stdio {2}ends in/,
    );
    const [grant] = whole.state.profiles['real'].guard.grants;
    expect((await cli('grants', 'revoke', 'real', grant.id)).out).toContain('Ended');
    expect((await cli('grants', 'list', 'real')).out).toContain('every start is asked');
    const second = client.call('start_trading_cycle', { n: 2 });
    await whole.answer('allow');
    await second;
    const { out } = await cli('outcomes', 'list', 'real');
    expect(out).toContain('unknown:');
    const id = out.split(' ')[0] ?? '';
    expect((await cli('outcomes', 'dismiss', 'real', id)).code).toBe(2); // nobody can be asked
    expect((await cli('outcomes', 'dismiss', 'real', id, '--yes')).out).toContain('Dismissed');
    expect((await cli('outcomes', 'list', 'real')).out).toContain('No outcome is open');
    expect((await cli('outcomes', 'dismiss', 'real', id, '--yes')).out).toContain('INPUT_INVALID');
  });
});
