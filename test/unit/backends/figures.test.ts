import { describe, expect, it } from 'vitest';
import { addDecimals, compareDecimals } from '../../../electron/contract/decimal-math.ts';
import { parseDecimal } from '../../../electron/core/backends/decimal.ts';
import { inDowntime } from '../../../electron/core/backends/downtime.ts';
import { serviceName, verdictOfWord } from '../../../electron/core/backends/health-words.ts';
import { instantReader } from '../../../electron/core/backends/instant.ts';
import { parseJson } from '../../../electron/core/backends/json-text.ts';
import { CATALYST_DOWNTIME, PRESETS, presetProfile } from '../../../electron/core/backends/presets.ts';
import { endsWithTail } from '../../../electron/core/backends/sources.ts';
import { Profile } from '../../../electron/contract/profile.ts';

describe('decimals', () => {
  it.each([
    ['175.20', '175.20'],
    ['$175.20', '175.20'],
    ['-$5', '-5'],
    ['$-5.50', '-5.50'],
    ['HK$1,234.50', '1234.50'],
    ['USD 12', '12'],
    ['12.5 USD', '12.5'],
    ['+2.47%', '2.47'],
    ['68.3 %', '68.3'],
    ['(12.50)', '-12.50'],
    ['\u22123.5', '-3.5'],
    ['007.5', '7.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0.00', '0.00'],
    ['1e-7', '0.0000001'],
    ['1.5E3', '1500'],
    ['1,234,567', '1234567'],
    [175.2, '175.2'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    [-0, '0'],
    ['1.234,56', null],
    ['12,34', null],
    ['NaN', null],
    ['Infinity', null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ['1e999999999', null],
    ['', null],
    ['N/A', null],
    ['AAPL', null],
    ['9'.repeat(65), null],
    [true, null],
    [null, null],
    [{}, null],
  ])('%j is %j', (value, expected) => {
    expect(parseDecimal(value)).toBe(expected);
  });

  it('keeps what a double would lose', () => {
    const value = parseJson('{"a": 12345678901234567890.10, "b": 175.20}')!.value as Record<string, unknown>;
    expect([parseDecimal(value['a']), parseDecimal(value['b'])]).toEqual([
      '12345678901234567890.10',
      '175.20',
    ]);
  });

  it('adds and compares exactly', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3');
    expect(addDecimals('-0.05', '0.05')).toBe('0.00');
    expect(addDecimals('99999999999999999999.99', '0.01')).toBe('100000000000000000000.00');
    expect(addDecimals('-1.5', '0.25')).toBe('-1.25');
    expect(compareDecimals('1.10', '1.1')).toBe(0);
    expect(compareDecimals('-2', '1')).toBe(-1);
    expect(compareDecimals('10', '9.99')).toBe(1);
  });
});

describe('times', () => {
  const perth = instantReader('Australia/Perth');
  const iso = (value: unknown, reader = perth) => {
    const instant = reader(value);
    return instant && [new Date(instant.at).toISOString(), instant.assumedZone];
  };
  it.each([
    ['2026-11-21T10:12:37.694726+00:00', '2026-11-21T10:12:37.694Z', false],
    ['2026-11-21T18:23:57.540186+08:00', '2026-11-21T10:23:57.540Z', false],
    ['2026-11-21T10:14:57.927Z', '2026-11-21T10:14:57.927Z', false],
    ['2026-11-21T18:14:45.932934', '2026-11-21T10:14:45.932Z', true],
    ['2026-11-21 18:14:45.932934', '2026-11-21T10:14:45.932Z', true],
    ['2026-11-21 18:14:46,109', '2026-11-21T10:14:46.109Z', true],
    ['2026-11-21 18:14', '2026-11-21T10:14:00.000Z', true],
    ['Fri, 21 Nov 2025 10:00:00 GMT', '2025-11-21T10:00:00.000Z', false],
    ['[11/21/26 18:13:37]', '2026-11-21T10:13:37.000Z', true],
    ['21/Nov/2026:10:18:11 +0000', '2026-11-21T10:18:11.000Z', false],
    ['21 Nov 2026 18:13:37.123', '2026-11-21T10:13:37.123Z', true],
    ['2026-11-21', '2026-11-20T16:00:00.000Z', true],
    [1795256086, '2026-11-21T10:14:46.000Z', false],
    [1795256086109, '2026-11-21T10:14:46.109Z', false],
  ])('%j', (value, at, assumed) => {
    expect(iso(value)).toEqual([at, assumed]);
  });
  it.each([
    '',
    'soon',
    '2026-13-01',
    '2026-02-30T10:00:00',
    '2026-11-21T25:00:00',
    null,
    0,
    -5,
    12,
    true,
    {},
  ])('%j is no time', (value) => {
    expect(perth(value)).toBeNull();
  });
  it('reads both sides of a clock change in the zone', () => {
    const newYork = instantReader('America/New_York');
    expect(iso('2026-03-08T01:30:00', newYork)).toEqual(['2026-03-08T06:30:00.000Z', true]);
    expect(iso('2026-03-08T03:30:00', newYork)).toEqual(['2026-03-08T07:30:00.000Z', true]);
    expect(iso('2026-11-01T12:00:00', newYork)).toEqual(['2026-11-01T17:00:00.000Z', true]);
  });
  it('takes an unknown zone as UTC', () => {
    expect(iso('2026-11-21T10:00:00', instantReader('Mars/Olympus'))).toEqual([
      '2026-11-21T10:00:00.000Z',
      true,
    ]);
  });
});

describe('words', () => {
  it.each([
    ['healthy', 'up'],
    ['OK - Orchestration v6.0.3', 'up'],
    ['Connected', 'up'],
    ['operational', 'up'],
    [true, 'up'],
    ['degraded', 'degraded'],
    ['warning', 'degraded'],
    ['error: Event loop is closed', 'down'],
    ['unhealthy', 'down'],
    ['disconnected', 'down'],
    [false, 'down'],
    ['unknown', 'unknown'],
    ['idle', 'unknown'],
    ['disabled', 'unknown'],
    ['not_initialized', 'unknown'],
    [undefined, 'unknown'],
    ['brilliant', 'unknown'],
  ])('%j is %s', (word, verdict) => {
    expect(verdictOfWord(word)).toBe(verdict);
  });
  it.each([
    ['risk_manager', 'risk-manager'],
    ['catalyst-risk', 'risk-manager'],
    ['catalyst-risk-manager', 'risk-manager'],
    ['news-service', 'news'],
    ['pattern-service', 'pattern'],
    ['workflow-coordinator', 'workflow'],
    ['catalyst-trading', 'trading'],
    ['catalyst-trading-mcp_scanner_1', 'scanner'],
    ['scanner-1', 'scanner'],
    ['stockpulse-mcp-redis', 'redis'],
    ['postgres-mcp-server', 'postgres'],
    ['mcp-registry', 'registry'],
    ['coordination', 'orchestration'],
    ['catalyst-orchestration', 'orchestration'],
    ['workflow', 'workflow'],
  ])('%s is %s', (raw, name) => {
    expect(serviceName(raw)).toBe(name);
  });
  it('matches a URI by its tail, at a boundary', () => {
    expect(endsWithTail('catalyst://portfolio/positions/open', 'positions/open')).toBe(true);
    expect(endsWithTail('positions://active', 'positions/active')).toBe(true);
    expect(endsWithTail('positions://history?limit=100', 'positions/history')).toBe(true);
    expect(endsWithTail('http://system/health', 'system/health')).toBe(true);
    expect(endsWithTail('x://my-system/health', 'system/health')).toBe(false);
  });
});

describe('planned downtime', () => {
  const perth = (text: string) => Date.parse(`${text}+08:00`);
  it.each([
    ['2026-11-17T08:59:00', false],
    ['2026-11-17T09:00:00', true],
    ['2026-11-17T20:59:59', true],
    ['2026-11-17T21:00:00', false],
    ['2026-11-21T08:30:00', false],
    ['2026-11-21T12:00:00', true],
    ['2026-11-22T23:59:00', true],
    ['2026-11-23T03:00:00', true],
    ['2026-11-23T21:30:00', false],
  ])('Perth %s: %s', (at, stopped) => {
    expect(inDowntime(CATALYST_DOWNTIME, perth(at))).toBe(stopped);
  });
  it('runs over midnight from the day it starts on', () => {
    const nightly = { zone: 'UTC', windows: [{ days: [5], from: '22:00', to: '06:00' }] };
    expect(inDowntime(nightly, Date.parse('2026-11-20T23:00:00Z'))).toBe(true);
    expect(inDowntime(nightly, Date.parse('2026-11-21T05:59:00Z'))).toBe(true);
    expect(inDowntime(nightly, Date.parse('2026-11-20T05:00:00Z'))).toBe(false);
  });
  it('is never in force without windows or with unreadable ones', () => {
    expect(inDowntime(undefined, 0)).toBe(false);
    expect(
      inDowntime({ zone: 'UTC', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 'x', to: '24:00' }] }, 0),
    ).toBe(false);
  });
});

describe('presets', () => {
  it.each(Object.keys(PRESETS) as (keyof typeof PRESETS)[])('%s makes a valid profile', (preset) => {
    const link = { kind: 'direct' as const, url: 'http://127.0.0.1:1/mcp' };
    const profile = { ...presetProfile('mine', preset), environment: 'live' as const, links: [link] };
    expect(Profile.parse(profile)).toEqual(profile);
  });
  it('knows the ports of Catalyst', () => {
    const { services } = presetProfile('real', 'catalyst');
    expect(services.map(({ name, url }) => `${name} ${url.split(':').at(-1)}`)).toEqual([
      'orchestration 5000',
      'scanner 5001',
      'pattern 5002',
      'technical 5003',
      'risk-manager 5004',
      'trading 5005',
      'workflow 5006',
      'news 5008',
      'reporting 5009',
    ]);
  });
});
