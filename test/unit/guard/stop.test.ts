import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import { StopReport } from '../../../electron/contract/bridge.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { manualStopCommand } from '../../../electron/contract/stop.ts';
import { stopTrading } from '../../../electron/core/guard/stop.ts';
import type { StopOptions, StopState } from '../../../electron/core/guard/stop.ts';
import type { TrailEntry } from '../../../electron/core/guard/trail.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const RUNNING: StopState = {
  workflow: { running: true, text: 'scanning' },
  cycle: { active: true, text: 'active' },
};
const STOPPED: StopState = {
  workflow: { running: false, text: 'idle' },
  cycle: { active: false, text: 'no active cycle' },
};
const never = <T>() => new Promise<T>(() => undefined);
const lost = (code: 'LINK_NOT_CONNECTED' | 'LINK_LOST') => new AppError(code, 'away', 'retry');

let clock: ManualClock;
let sent: { tool: string; args: Record<string, unknown> }[];
let posts: number;
let entries: TrailEntry[];

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  posts = 0;
  entries = [];
});

const options = (over: Partial<StopOptions> = {}): StopOptions => ({
  profile: 'real',
  preset: 'catalyst',
  actor: 'you',
  sendMcp: (tool, args) => {
    sent.push({ tool, args });
    return Promise.resolve({ result: { content: [{ type: 'text', text: '{"success":true}' }] } });
  },
  tools: () => Promise.resolve([{ name: 'start_trading_cycle' }, { name: 'stop_trading' }]),
  postWorkflow: () => {
    posts += 1;
    return Promise.resolve({ status: 200, text: '{"success":true}' });
  },
  readState: () => Promise.resolve(STOPPED),
  audit: {
    append: (entry) => {
      entries.push(entry);
      return Promise.resolve();
    },
  },
  clock,
  manualCommand: 'ssh …',
  ...over,
});

/** Runs it to its end while time passes in small steps. Fails when it takes longer than `limit` ms of its own time. */
async function run(
  over: Partial<StopOptions> = {},
  limit = 15_000,
): Promise<{ report: StopReport; ms: number }> {
  const begun = clock.monotonic();
  const done: StopReport[] = [];
  void stopTrading(options(over)).then((report) => done.push(report));
  for (;;) {
    await new Promise(setImmediate);
    if (done[0]) return { report: StopReport.parse(done[0]), ms: clock.monotonic() - begun };
    if (clock.monotonic() - begun > limit) throw new Error('it hangs');
    clock.advance(50);
  }
}

describe('stopTrading', () => {
  it('sends both, leaves positions open in so many words, and is confirmed by the state', async () => {
    const { report } = await run();
    expect(sent).toEqual([
      {
        tool: 'stop_trading',
        args: { close_positions: false, reason: 'Emergency stop from Catalyst Companion' },
      },
    ]);
    expect(posts).toBe(1);
    expect(report).toMatchObject({
      result: 'confirmed',
      parts: [
        { name: 'mcp stop_trading', sent: true, answer: '{"success":true}' },
        { name: 'POST workflow /api/v1/workflow/stop', sent: true, answer: 'HTTP 200 {"success":true}' },
      ],
      stateRead: 'Workflow: idle. Trading cycle: no active cycle.',
      manual: 'ssh …',
    });
    expect(entries.map((entry) => [entry.kind, entry.outcome])).toEqual([
      ['stop', 'pending'],
      ['stop', 'confirmed'],
    ]);
    expect(entries[0]?.id).toBe(entries[1]?.id);
  });

  it.each([
    [[{ name: 'stop_trading_cycle' }], 'stop_trading_cycle', {}],
    [
      [{ name: 'stop_trading_cycle', takes: ['close_positions'] }],
      'stop_trading_cycle',
      { close_positions: false },
    ],
    [[{ name: 'stop_trading', takes: [] }], 'stop_trading', {}],
  ])('uses the name and arguments that the server has: %j', async (tools, tool, args) => {
    await run({ tools: () => Promise.resolve(tools) });
    expect(sent).toEqual([{ tool, args }]);
  });

  it.each([() => Promise.resolve([]), () => Promise.reject(lost('LINK_LOST')), () => never<[]>()])(
    'sends the newest name when the list cannot be had',
    async (tools) => {
      const { ms } = await run({ tools });
      expect(sent[0]?.tool).toBe('stop_trading');
      expect(ms).toBeLessThan(1_000);
    },
  );

  it('never sends a tool that liquidates', async () => {
    const { report } = await run({
      tools: () => Promise.resolve([{ name: 'emergency_stop' }, { name: 'close_all' }]),
    });
    expect(sent).toEqual([]);
    expect(posts).toBe(1);
    expect(report.parts[0]).toMatchObject({
      sent: false,
      answer: 'This server lists no tool that stops trading.',
    });
  });

  it('does not believe success while the state says running', async () => {
    let reads = 0;
    const readState = () => {
      reads += 1;
      return Promise.resolve(RUNNING);
    };
    const { report, ms } = await run({ readState });
    expect(report.result).toBe('sent-not-confirmed');
    expect(report.stateRead).toBe('Workflow: scanning. Trading cycle: active.');
    expect(reads).toBeGreaterThan(5);
    expect(ms).toBeLessThan(8_000);
  });

  it('confirms as soon as a later read shows both stopped', async () => {
    let reads = 0;
    const readState = () => Promise.resolve((reads += 1) < 4 ? RUNNING : STOPPED);
    expect((await run({ readState })).report.result).toBe('confirmed');
    expect(reads).toBe(4);
  });

  it.each([
    { ...STOPPED, workflow: { running: null, text: 'unknown' } },
    { ...STOPPED, cycle: { active: null, text: 'unknown' } },
    { ...STOPPED, cycle: { active: true, text: 'active' } },
  ])('does not confirm what it cannot read: %j', async (state) => {
    expect((await run({ readState: () => Promise.resolve(state) })).report.result).toBe('sent-not-confirmed');
  });

  it('is not delivered without a link, says so soon, and names the way by hand', async () => {
    const { report, ms } = await run({
      sendMcp: () => Promise.reject(lost('LINK_NOT_CONNECTED')),
      postWorkflow: () => undefined,
      readState: () => Promise.reject(lost('LINK_NOT_CONNECTED')),
    });
    expect(ms).toBeLessThan(1_000);
    expect(report.result).toBe('not-delivered');
    expect(report.parts.map((part) => part.sent)).toEqual([false, false]);
    expect(report.stateRead).toContain('unknown');
    expect(report.manual).toBe('ssh …');
  });

  it('does not claim a stop when nothing was delivered, even if nothing runs', async () => {
    const { report } = await run({
      sendMcp: () => Promise.reject(lost('LINK_NOT_CONNECTED')),
      postWorkflow: () => Promise.resolve({ status: 404, text: 'Not Found' }),
    });
    expect(report.result).toBe('not-delivered');
  });

  it('takes a lost answer for sent, and one failing half does not hold the other back', async () => {
    const { report } = await run({
      sendMcp: () => Promise.reject(lost('LINK_LOST')),
      postWorkflow: () => {
        posts += 1;
        throw new Error('boom');
      },
      readState: () => Promise.resolve(RUNNING),
    });
    expect(report.parts[0]).toMatchObject({ sent: true, answer: 'LINK_LOST: away' });
    expect(report.result).toBe('sent-not-confirmed');
    expect(posts).toBe(1);
  });

  it('shows an error answer as it came', async () => {
    const { report } = await run({
      sendMcp: () => Promise.resolve({ error: { code: -32602, message: 'Invalid request parameters' } }),
    });
    expect(report.parts[0]?.answer).toBe('error -32602: Invalid request parameters');
  });

  it('ends in about ten seconds when everything hangs, the disk too', async () => {
    const { report, ms } = await run({
      tools: never,
      sendMcp: never,
      postWorkflow: never,
      readState: never,
      audit: { append: never },
    });
    expect(report.result).toBe('sent-not-confirmed');
    expect(report.parts.every((part) => part.answer.includes('No answer within 3 s'))).toBe(true);
    expect(ms).toBeLessThan(11_000);
  });

  it('sends the workflow’s stop at once although the MCP side hangs', async () => {
    void stopTrading(options({ tools: never, sendMcp: never, audit: { append: never } }));
    await new Promise(setImmediate);
    expect(posts).toBe(1);
  });

  it('goes with an audit trail that refuses', async () => {
    const { report } = await run({ audit: { append: () => Promise.reject(new Error('ENOSPC')) } });
    expect(report.result).toBe('confirmed');
  });

  it('has one part on a back end without a workflow', async () => {
    const { report } = await run({
      preset: 'generic',
      tools: () => Promise.resolve([{ name: 'stop_trading' }]),
    });
    expect(report).toMatchObject({ result: 'not-delivered', parts: [{ sent: false }] });
    expect([sent, posts]).toEqual([[], 0]);
  });
});

describe('manualStopCommand', () => {
  const profileOf = (links: LinkConfig[], over: object = {}) =>
    Profile.parse({
      name: 'real',
      preset: 'catalyst',
      environment: 'live',
      links,
      mcpUrl: 'http://localhost:5000/mcp',
      ...over,
    });
  const ssh = {
    kind: 'ssh',
    host: 'droplet.example',
    port: 22,
    user: 'root',
    auth: [{ kind: 'agent' }],
    jump: [],
  } as LinkConfig;
  const curl = 'curl -sS -X POST http://localhost:5006/api/v1/workflow/stop';

  it('is one line to paste for SSH', () => {
    expect(manualStopCommand(profileOf([ssh]))).toBe(`ssh root@droplet.example "${curl}"`);
  });

  it('carries port, key and jump hosts, and the profile’s own workflow address', () => {
    const link = {
      ...ssh,
      port: 2222,
      auth: [{ kind: 'key', file: '/home/me/my keys/id' }],
      jump: [
        { user: 'a', host: 'b', port: 22 },
        { user: 'me', host: 'c', port: 2200 },
      ],
    };
    const services = [{ name: 'workflow', url: 'http://127.0.0.1:7006/' }];
    expect(manualStopCommand(profileOf([link as LinkConfig], { services }))).toBe(
      'ssh -p 2222 -i "/home/me/my keys/id" -J a@b,me@c:2200 root@droplet.example "curl -sS -X POST http://127.0.0.1:7006/api/v1/workflow/stop"',
    );
  });

  it('prefers SSH over an earlier link', () => {
    const direct: LinkConfig = { kind: 'direct', url: 'http://127.0.0.1:5000/mcp' };
    expect(manualStopCommand(profileOf([direct, ssh]))).toContain('ssh root@');
    expect(manualStopCommand(profileOf([direct]))).toContain(curl);
  });

  it('has a place for the key over HTTPS, never the key', () => {
    const link: LinkConfig = {
      kind: 'https',
      url: 'https://d.example/mcp',
      apiKeyHeader: 'X-API-Key',
      caFile: '/ca.pem',
    };
    expect(manualStopCommand(profileOf([link]))).toBe(
      'curl -sS -X POST --cacert /ca.pem -H "X-API-Key: YOUR_API_KEY" https://d.example/svc/workflow/api/v1/workflow/stop',
    );
  });

  it('does not let a host or user become something else in a shell', () => {
    expect(manualStopCommand(profileOf([{ ...ssh, host: '$(reboot)' } as LinkConfig]))).toContain(
      `'root@$(reboot)'`,
    );
    expect(manualStopCommand(profileOf([{ ...ssh, user: '-oProxyCommand' } as LinkConfig]))).toContain(
      'ssh -- ',
    );
  });

  it('says so where there is no stop', () => {
    expect(manualStopCommand(profileOf([ssh], { preset: 'stockspark' }))).toContain('has no stop');
  });
});
