import { beforeEach, describe, expect, it } from 'vitest';
import { CloseReport } from '../../../electron/contract/bridge.ts';
import type { ToolEntry } from '../../../electron/contract/bridge.ts';
import { AppError } from '../../../electron/contract/errors.ts';
import type { PositionsModel, Reading } from '../../../electron/contract/models.ts';
import { closeAllTool } from '../../../electron/contract/stop.ts';
import { closeAll } from '../../../electron/core/guard/close-all.ts';
import type { CloseAllOptions } from '../../../electron/core/guard/close-all.ts';
import type { TrailEntry } from '../../../electron/core/guard/trail.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

let clock: ManualClock;
let entries: TrailEntry[];
let sent: { tool: string; args: unknown; key: string | undefined }[];
/** How many positions each read finds; null: the read fails. */
let finds: (number | null)[];
let positions: Reading<PositionsModel>;

const unknown: Reading<PositionsModel> = { state: 'unknown', reason: 'away', since: 0, last: null };

beforeEach(() => {
  clock = new ManualClock();
  entries = [];
  sent = [];
  finds = [0];
  positions = unknown;
});

const options = (over: Partial<CloseAllOptions> = {}): CloseAllOptions => ({
  profile: 'real',
  tool: { name: 'close_all_positions', args: '{}' },
  reader: {
    call: (tool, args, given) => {
      sent.push({ tool, args, key: given?.idempotencyKey });
      return Promise.resolve({ result: { content: [{ type: 'text', text: 'closed\u202E' }] } });
    },
  },
  refresh: () => {
    const found = finds.length > 1 ? finds.shift() : finds[0];
    const rows = Array.from({ length: found ?? 0 }, () => ({}));
    positions =
      found === null
        ? unknown
        : ({
            state: 'known',
            value: { rows },
            receivedAt: clock.now(),
          } as unknown as Reading<PositionsModel>);
    return Promise.resolve();
  },
  positions: () => positions,
  audit: {
    append: (entry) => {
      entries.push(entry);
      return Promise.resolve();
    },
  },
  clock,
  ...over,
});

/** Runs it to its end while time passes in small steps. */
async function run(over: Partial<CloseAllOptions> = {}): Promise<CloseReport> {
  let done: CloseReport | undefined;
  let failed: unknown;
  closeAll(options(over)).then(
    (report) => (done = CloseReport.parse(report)),
    (error: unknown) => (failed = error),
  );
  for (let step = 0; step < 2_000; step += 1) {
    await new Promise(setImmediate);
    if (failed !== undefined) throw failed as Error;
    if (done) return done;
    clock.advance(50);
  }
  throw new Error('it hangs');
}

describe('closeAll', () => {
  it('is recorded first, sent once with a key, and closed only because the positions say so', async () => {
    finds = [3, 1, 0];
    const report = await run();
    expect(report).toMatchObject({
      result: 'closed',
      answer: 'closed\\u202e',
      stateRead: expect.stringContaining('0 open'),
    });
    expect(sent).toHaveLength(1);
    expect(entries.map(({ kind, decision, outcome }) => [kind, decision ?? outcome])).toEqual([
      ['intent', 'confirmed'],
      ['outcome', 'ok'],
    ]);
    expect(new Set([sent[0]?.key, ...entries.map(({ id }) => id)]).size).toBe(1);
  });

  it('is not believed: an answer of success with positions still there, or unread, is not closed', async () => {
    finds = [2];
    expect(await run()).toMatchObject({
      result: 'still-open',
      stateRead: 'Positions read afterwards: 2 open.',
    });
    finds = [null];
    expect((await run()).result).toBe('unknown');
    expect(entries.filter(({ kind }) => kind === 'outcome').map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'unknown',
    ]);
    expect(sent).toHaveLength(2);
  });

  it('does not take positions that were read before it was sent', async () => {
    positions = {
      state: 'known',
      value: { rows: [] },
      receivedAt: clock.now() - 1,
    } as unknown as Reading<PositionsModel>;
    expect((await run({ refresh: () => Promise.resolve() })).result).toBe('unknown');
  });

  it('is never sent again: what was cut may have arrived, what never left did not', async () => {
    const failing = (code: 'LINK_LOST' | 'LINK_NOT_CONNECTED') => ({
      call: () => {
        sent.push({ tool: '', args: {}, key: '' });
        return Promise.reject(new AppError(code, 'away', 'retry'));
      },
    });
    expect((await run({ reader: failing('LINK_LOST') })).result).toBe('closed');
    expect((await run({ reader: failing('LINK_NOT_CONNECTED') })).result).toBe('not-sent');
    expect(sent).toHaveLength(2);
  });

  it('is not sent where it cannot be recorded, or not in time', async () => {
    const full = { append: () => Promise.reject(new Error('ENOSPC')) };
    await expect(run({ audit: full })).rejects.toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
    const hanging = { append: () => new Promise<never>(() => undefined) };
    await expect(run({ audit: hanging })).rejects.toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
    expect(sent).toEqual([]);
  });
});

describe('the tool that closes everything', () => {
  const entry = (name: string, takes: string[] = [], status: ToolEntry['status'] = 'listed'): ToolEntry => ({
    name,
    class: 'start',
    status,
    hash: '',
    definition: JSON.stringify({
      inputSchema: { properties: Object.fromEntries(takes.map((one) => [one, {}])) },
    }),
    previous: null,
  });

  it.each([
    [['stop_trading', 'close_all_positions'], 'close_all_positions'],
    [['close_all', 'emergency_stop'], 'close_all'],
    [['start_trading_cycle', 'emergency_stop'], 'emergency_stop'],
  ])('of %j is %s', (names, tool) => {
    expect(
      closeAllTool(
        'catalyst',
        names.map((name) => entry(name)),
      ),
    ).toEqual({ name: tool, args: '{}' });
  });

  it('is else a stop that takes close_positions, with a reason where it takes one', () => {
    const args = '{"close_positions":true,"reason":"Close everything, from Catalyst Companion"}';
    expect(closeAllTool('catalyst', [entry('stop_trading', ['close_positions', 'reason'])])).toEqual({
      name: 'stop_trading',
      args,
    });
    expect(closeAllTool('catalyst', [entry('stop_trading')])).toBeUndefined();
  });

  it('is none that nobody approved, and none of another preset', () => {
    for (const status of ['new', 'changed', 'blocked'] as const)
      expect(closeAllTool('catalyst', [entry('close_all', [], status)])).toBeUndefined();
    expect(closeAllTool('generic', [entry('close_all')])).toBeUndefined();
  });
});
