import { describe, expect, it } from 'vitest';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { createAssembler } from '../../../electron/core/logs/assembler.ts';
import { endingOf, followCommands } from '../../../electron/core/logs/commands.ts';
import { shellFolder } from '../../../electron/core/shell-folder.ts';
import { createLineCutter } from '../../../electron/core/logs/raw-lines.ts';
import { createReplayFilter } from '../../../electron/core/logs/replay.ts';
import { createRing } from '../../../electron/core/logs/ring.ts';

function parse(...lines: string[]) {
  const assembler = createAssembler(instantReader('UTC'), 'docker');
  for (const line of lines) assembler.push(line, 0);
  return assembler.take(0, true);
}
const at = (iso: string) => Date.parse(iso);

describe('the shapes of lines', () => {
  it.each([
    [
      'catalyst-workflow  | 2026-11-21 10:14:46,109 - workflow - INFO - [cycle_20261121_101446] Stage 1: Scanning market...',
      {
        service: 'workflow',
        level: 'info',
        message: '[cycle_20261121_101446] Stage 1: Scanning market...',
        time: { at: at('2026-11-21T10:14:46.109Z'), assumedZone: true },
      },
    ],
    [
      'catalyst-orchestration | 2026-11-21 10:13:37,049 - orchestration - WARNING - Technical analysis failed for AAPL: Event loop is closed',
      {
        service: 'orchestration',
        level: 'warning',
        message: 'Technical analysis failed for AAPL: Event loop is closed',
      },
    ],
    [
      'catalyst-orchestration | 2026-11-21 10:18:11,515 - aiohttp.access - INFO - 127.0.0.1 [21/Nov/2026:10:18:11 +0000] "GET /health HTTP/1.1" 200 2042 "-" "curl/7.88.1"',
      {
        service: 'orchestration',
        level: 'info',
        message:
          'aiohttp.access: 127.0.0.1 [21/Nov/2026:10:18:11 +0000] "GET /health HTTP/1.1" 200 2042 "-" "curl/7.88.1"',
      },
    ],
    [
      'catalyst-risk  | INFO:     127.0.0.1:52366 - "GET /api/v1/workflow/status HTTP/1.1" 200 OK',
      {
        service: 'risk-manager',
        level: 'info',
        time: null,
        message: '127.0.0.1:52366 - "GET /api/v1/workflow/status HTTP/1.1" 200 OK',
      },
    ],
    [
      'catalyst-risk-manager  | \u001B[36m🎩 Catalyst Trading System - RISK-MANAGER v5.0.0\u001B[0m',
      {
        service: 'risk-manager',
        level: 'unknown',
        message: '🎩 Catalyst Trading System - RISK-MANAGER v5.0.0',
      },
    ],
    [
      'catalyst-news | ====================',
      { service: 'news', level: 'unknown', message: '====================' },
    ],
    [
      'catalyst-news | âœ… v5.0 Normalized Schema',
      { service: 'news', message: 'âœ… v5.0 Normalized Schema' },
    ],
    [
      'catalyst-orchestration | [11/21/26 10:13:37] WARNING  Invalid arguments for tool                    server.py:1526',
      { level: 'warning', message: 'Invalid arguments for tool', time: { at: at('2026-11-21T10:13:37Z') } },
    ],
    [
      'position-monitor-1  | 2026-11-21 10:22:56,588 ERROR position-monitor.loop: Broker connection failed: timeout',
      {
        service: 'position-monitor',
        level: 'error',
        message: 'position-monitor.loop: Broker connection failed: timeout',
      },
    ],
    [
      '[2026-11-21T10:14:57.927Z] [INFO] 🚀 Starting',
      { service: 'docker', level: 'info', message: '🚀 Starting', time: { assumedZone: false } },
    ],
    [
      '2026-11-21T10:19:12.275Z [\u001B[32minfo\u001B[39m] Server started',
      { level: 'info', message: 'Server started' },
    ],
    [
      'catalyst-redis | 1:M 21 Nov 2026 10:13:37.123 * Ready to accept connections tcp',
      {
        service: 'redis',
        level: 'info',
        message: 'Ready to accept connections tcp',
        time: { at: at('2026-11-21T10:13:37.123Z') },
      },
    ],
    ['catalyst-redis | 1:C 21 Nov 2026 10:13:37.123 # WARNING Memory overcommit', { level: 'warning' }],
    [
      'Attaching to catalyst-redis, catalyst-news',
      { service: 'docker', level: 'unknown', message: 'Attaching to catalyst-redis, catalyst-news' },
    ],
  ])('%s', (raw, expected) => {
    const lines = parse(raw);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject(expected);
    expect(lines[0].text).not.toContain('\u001B');
  });

  it('joins a traceback to its line, also when another container writes in between', () => {
    const lines = parse(
      'catalyst-reporting | 2026-11-21 10:14:45,988 - reporting - CRITICAL - Database error: invalid input for query argument $1: 1 (expected str, got int)',
      'catalyst-reporting | Traceback (most recent call last):',
      'catalyst-news      | INFO:     127.0.0.1:1 - "GET /health HTTP/1.1" 200 OK',
      'catalyst-reporting |   File "/app/x.py", line 1, in f',
      "catalyst-reporting |     raise ValueError('x')",
      'catalyst-reporting | asyncpg.exceptions.DataError: invalid input for query argument $1',
      'catalyst-reporting | ',
      'catalyst-reporting | The above exception was the direct cause of the following exception:',
      'catalyst-reporting | ',
      'catalyst-reporting | Traceback (most recent call last):',
      'catalyst-reporting | KeyError',
      'catalyst-reporting | 2026-11-21 10:14:46,000 - reporting - INFO - next',
    );
    expect(lines.map(({ service, level }) => `${service} ${level}`)).toEqual(
      ['reporting critical', 'news info', 'reporting info'].sort(
        (a, b) =>
          lines.findIndex((l) => `${l.service} ${l.level}` === a) -
          lines.findIndex((l) => `${l.service} ${l.level}` === b),
      ),
    );
    const trace = lines.find(({ level }) => level === 'critical')!;
    expect(trace.text.split('\n')).toHaveLength(10);
    expect(trace.message).toMatch(/^Database error: .*KeyError$/s);
    expect(trace.message).toContain('asyncpg.exceptions.DataError');
  });

  it('joins rich’s wrapped lines, and gives a repeated time to lines without one', () => {
    const lines = parse(
      'x | [11/21/26 10:13:37] WARNING  Invalid arguments for tool start_trading_cycle         server.py:1526',
      'x |                              mode: unexpected',
      'x |                     ERROR    second line of the same second                          server.py:99',
    );
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      [
        'warning',
        'Invalid arguments for tool start_trading_cycle\n                             mode: unexpected',
      ],
      ['error', 'second line of the same second'],
    ]);
    expect(lines[1].time).toEqual(lines[0].time);
  });

  it('joins a block of JSON, and names services by the headers of a combined log', () => {
    const lines = parse(
      '=== scanner ===',
      '[2026-11-21T10:14:57.927Z] [ERROR] failed',
      '{',
      '  "code": 5',
      '}',
      '=== news-service ===',
      'plain words',
    );
    expect(lines.map(({ service, message }) => [service, message])).toEqual([
      ['scanner', 'failed\n{\n  "code": 5\n}'],
      ['news', 'plain words'],
    ]);
  });

  it('does not hold a line back for longer than it takes to be continued', () => {
    const assembler = createAssembler(instantReader('UTC'), 'docker');
    assembler.push('a | one', 1000);
    expect([assembler.take(1100), assembler.waiting()]).toEqual([[], true]);
    expect(assembler.take(1200)).toHaveLength(1);
    expect(assembler.waiting()).toBe(false);
  });

  it('cuts endless lines and endless tracebacks', () => {
    expect(parse(`a | ${'x'.repeat(100_000)}`)[0].text.length).toBeLessThan(17_000);
    const trace = [
      'a | Traceback (most recent call last):',
      ...Array.from({ length: 2000 }, () => 'a |   File "x"'),
    ];
    expect(parse(...trace).length).toBeGreaterThan(1);
  });

  it('keeps control characters out of a text', () => {
    expect(parse('a | be\u0007ll\u001B]0;title\u0007 \u001B[2Jtab\there')[0].text).toBe('bell tab\there');
  });
});

describe('commands', () => {
  it.each([
    ['~/catalyst-trading-mcp', '~/catalyst-trading-mcp'],
    ['~', '~'],
    ['~/', '~'],
    ['~deploy/app', '~deploy/app'],
    ['/srv/my app', "'/srv/my app'"],
    ["~/it's; rm -rf $HOME", String.raw`~/'it'\''s; rm -rf $HOME'`],
    ['~$(id)/x', "'~$(id)/x'"],
    ['-rf', './-rf'],
  ])('%s becomes %s', (dir, word) => {
    expect(shellFolder(dir)).toBe(word);
  });
  it.each(['', '  ', 'a\nb', 'a\0b'])('refuses %j', (dir) => {
    expect(() => shellFolder(dir)).toThrow('not usable as a path');
  });
  it('sends the plain text that anybody can run by hand', () => {
    expect(followCommands('~/catalyst-trading-mcp')[0].command).toBe(
      'cd ~/catalyst-trading-mcp && docker-compose logs --tail=200 -f',
    );
  });
  it.each([
    [127, 'bash: line 1: docker-compose: command not found', 'other-command', ''],
    [1, "docker: 'compose' is not a docker command.", 'other-command', ''],
    [125, "unknown shorthand flag: 'f' in -f", 'other-command', ''],
    [1, 'bash: line 1: cd: /srv/x: No such file or directory', 'later', '/srv/x does not exist'],
    [2, "sh: 1: cd: can't cd to /srv/x: No such file or directory", 'later', '/srv/x does not exist'],
    [1, 'permission denied while trying to connect to the Docker daemon socket', 'later', 'group docker'],
    [1, "ERROR: Can't find a suitable configuration file", 'later', 'no docker-compose.yml'],
    [1, 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock', 'again', 'Docker does not run'],
    [null, '', 'again', 'was cut'],
    [0, '', 'again', 'ended'],
  ])('ending %s %s: %s', (code, stderr, next, reason) => {
    const ending = endingOf(code, stderr, '/srv/x');
    expect(ending.next).toBe(next);
    if ('reason' in ending) expect(ending.reason).toContain(reason);
  });
});

describe('keeping lines', () => {
  it('gives the newest, oldest first, before and after the ring has turned', () => {
    const ring = createRing<number>(5);
    expect(ring.tail(3)).toEqual([]);
    for (let n = 1; n <= 4; n += 1) ring.add(n);
    expect([ring.tail(2), ring.tail(99), ring.tail(0)]).toEqual([[3, 4], [1, 2, 3, 4], []]);
    for (let n = 5; n <= 13; n += 1) ring.add(n);
    expect([ring.tail(5), ring.tail(2)]).toEqual([
      [9, 10, 11, 12, 13],
      [12, 13],
    ]);
  });
  it('cuts lines across chunks', () => {
    const cutter = createLineCutter();
    expect([
      cutter.push('a\nb'),
      cutter.push('c\n\n'),
      cutter.push('d'),
      cutter.rest(),
      cutter.rest(),
    ]).toEqual([['a'], ['bc', ''], [], ['d'], []]);
    expect(cutter.push('x'.repeat(70_000))).toHaveLength(1);
  });
  it('drops what a restart repeats, container by container, and nothing new', () => {
    const filter = createReplayFilter();
    const take = (...lines: string[]) => lines.filter((line) => !filter.isRepeat(line[0], line));
    expect(take('a1', 'a2', 'b1', 'a2')).toHaveLength(4);
    filter.restart();
    expect(take('a1', 'a2', 'b1', 'a2', 'a3', 'a2', 'b2')).toEqual(['a3', 'a2', 'b2']);
  });
});
