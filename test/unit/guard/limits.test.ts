import { describe, expect, it } from 'vitest';
import { hoursText, parseHours } from '../../../electron/contract/limits-text.ts';
import { Limits } from '../../../electron/contract/profile.ts';
import type { PresetName } from '../../../electron/contract/profile.ts';
import { limitRule, loosened } from '../../../electron/core/guard/limits.ts';
import { inHours } from '../../../electron/core/guard/trading-hours.ts';

const NOON = Date.UTC(2026, 10, 23, 17, 0); // Monday, 12:00 in New York
const rule = (limits: Limits, tool: string, args: string, preset: PresetName = 'catalyst', now = NOON) =>
  limitRule({ preset, limits }, { tool, argumentsText: args }, now);

describe('symbols', () => {
  const limits = { symbols: ['AAPL', 'BRK.B'] };
  it.each([
    '{"symbol":"AAPL"}',
    '{"symbol":"aapl"}',
    '{"symbols":["AAPL","BRK.B"]}',
    '{"ticker":"AAPL"}',
    '{"Symbol":"AAPL"}',
  ])('lets %s through', (args) => {
    expect(rule(limits, 'execute_trade', args)).toBeUndefined();
  });
  it.each([
    ['{"symbol":"TSLA"}', /TSLA is not among the allowed AAPL, BRK\.B/],
    ['{"symbols":["AAPL","TSLA"]}', /TSLA is not among/],
    ['{"symbol":"AAPL","ticker":"TSLA"}', /TSLA is not among/],
    ['{"symbol":"AAPL,TSLA"}', /cannot be read as a symbol/],
    ['{"symbol":700}', /cannot be read/],
    ['{"symbol":{"name":"AAPL"}}', /cannot be read/],
    ['{"symbols":[]}', /cannot be read/],
    ['{"symbol":"ААPL"}', /cannot be read/], // Cyrillic
    ['{"symbol":null}', /does not say its symbol/],
    ['{}', /does not say its symbol/],
    ['{"order":{"symbol":"AAPL"}}', /"order\.symbol" may be a symbol/],
    ['{"symbol":"AAPL","legs":[{"ticker":"TSLA"}]}', /"legs\.ticker"/],
    ['{"symbol":"AAPL","instrument_id":5}', /"instrument_id"/],
  ])('refuses %s', (args, why) => {
    expect(rule(limits, 'execute_trade', args)).toMatch(why);
  });
  it('refuses an order that names a signal and not what it buys', () => {
    expect(rule(limits, 'execute_signal', '{"signal_id":5}')).toMatch(/does not say its symbol/);
  });
});

describe('size', () => {
  const limits = { maxSize: '100' };
  it.each(['100', '99.999999999999999999', '1e2', '"100"', '"0100.0"', '-100', '0'])(
    'lets %s through',
    (value) => {
      expect(rule(limits, 'execute_trade', `{"quantity":${value}}`)).toBeUndefined();
    },
  );
  it.each([
    '100.000000000000000001', // a float would round it down to 100
    '101',
    '-101',
    '1e3',
    '"101"',
    '"1,0"',
    '"1e1"',
    '"5 shares"',
    '"$5"',
    'true',
    '[5]',
    '{"value":5}',
    '"９"',
    '1e99',
    '""',
  ])('refuses %s', (value) => {
    expect(rule(limits, 'execute_trade', `{"quantity":${value}}`)).toBeTypeOf('string');
  });
  it.each(['position_size_pct', 'lots', 'contracts', 'max_position_size'])(
    'refuses %s, of unclear unit',
    (name) => {
      expect(rule(limits, 'update_risk_parameters', `{"${name}":1}`)).toMatch(/does not understand/);
    },
  );
  it('checks every name that is given', () => {
    expect(rule(limits, 'execute_trade', '{"quantity":1,"shares":500}')).toMatch(/size 500 is above/);
  });
});

describe('notional', () => {
  const limits = { maxNotional: '1000.50' };
  it.each([
    ['{"notional":1000.5}', undefined],
    ['{"notional":1000.51}', /above the limit of 1000\.50/],
    ['{"quantity":10,"price":100.05}', undefined],
    ['{"quantity":10,"price":100.0500000001}', /size times price/],
    ['{"quantity":10}', /without a price/],
    ['{"quantity":10,"price":"market"}', /"price" cannot be read/],
    ['{}', /does not say its notional/],
    ['{"quantity":1,"price":1,"budget":5000}', /"budget"/],
  ])('%s', (args, why) => {
    const said = rule(limits, 'execute_trade', args);
    if (why === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(why);
  });
  it('is the price of a car on StockSpark', () => {
    expect(rule(limits, 'update_vehicle_price', '{"vehicleId":1,"newPrice":2000}', 'stockspark')).toMatch(
      /above/,
    );
    expect(
      rule(limits, 'update_vehicle_price', '{"vehicleId":1,"newPrice":900}', 'stockspark'),
    ).toBeUndefined();
  });
});

it('limits how many positions a cycle may open, and wants to be told', () => {
  const limits = { maxPositions: 3 };
  expect(rule(limits, 'start_trading_cycle', '{"max_positions":3}')).toBeUndefined();
  expect(rule(limits, 'start_trading_cycle', '{"max_positions":4}')).toMatch(/above the limit of 3/);
  expect(rule(limits, 'start_trading_cycle', '{}')).toMatch(/does not say its number of positions/);
});

it('never holds back what ends risk', () => {
  const limits: Limits = {
    symbols: ['AAPL'],
    maxSize: '1',
    hours: { zone: 'UTC', days: [0], from: '00:00', to: '00:01' },
  };
  for (const tool of ['close_position', 'close_all', 'emergency_stop', 'stop_trading'])
    expect(rule(limits, tool, '{"symbol":"TSLA","quantity":500}')).toBeUndefined();
});

describe('trading hours', () => {
  const newYork = { zone: 'America/New_York', days: [1, 2, 3, 4, 5], from: '09:30', to: '16:00' };
  it.each([
    [Date.UTC(2026, 0, 5, 14, 29), false], // winter: 09:29
    [Date.UTC(2026, 0, 5, 14, 30), true],
    [Date.UTC(2026, 0, 5, 21, 0), false], // 16:00
    [Date.UTC(2026, 6, 6, 13, 30), true], // summer: 09:30 is an hour earlier
    [Date.UTC(2026, 6, 6, 20, 0), false],
    [Date.UTC(2026, 2, 9, 13, 30), true], // the Monday after clocks went forward
    [Date.UTC(2026, 10, 1, 15, 0), false], // Sunday
  ])('%d is %s', (now, open) => {
    expect(inHours(newYork, now)).toBe(open);
  });
  it('run over midnight where the end is before the start', () => {
    const night = { zone: 'UTC', days: [5], from: '22:00', to: '04:00' };
    expect(inHours(night, Date.UTC(2026, 10, 20, 23, 0))).toBe(true); // Friday
    expect(inHours(night, Date.UTC(2026, 10, 21, 3, 59))).toBe(true);
    expect(inHours(night, Date.UTC(2026, 10, 21, 4, 0))).toBe(false);
    expect(inHours(night, Date.UTC(2026, 10, 21, 23, 0))).toBe(false);
  });
  it('say themselves when they refuse', () => {
    expect(rule({ hours: newYork }, 'start_trading_cycle', '{}', 'catalyst', NOON + 12 * 3_600_000)).toBe(
      'it is outside the trading hours Mon-Fri 09:30-16:00 America/New_York',
    );
  });
  it.each([
    'mon-fri 09:30-16:00 America/New_York',
    'mon,wed 9:30-16:00 UTC',
    'fri-mon 22:00-04:00 Asia/Hong_Kong',
  ])('"%s" is read, and read again as it is shown', (text) => {
    const hours = parseHours(text);
    expect(hours && parseHours(hoursText(hours))).toEqual(hours);
  });
  it('refuse zones and times that are none', () => {
    expect(Limits.safeParse({ hours: { ...newYork, zone: 'Mars/Olympus' } }).success).toBe(false);
    expect(Limits.safeParse({ hours: { ...newYork, from: '25:00' } }).success).toBe(false);
    expect(parseHours('someday 09:00-10:00 UTC')).toBeUndefined();
  });
});

it.each<[Limits, Limits, string[]]>([
  [{}, { maxSize: '1' }, []],
  [{ maxSize: '10' }, { maxSize: '9.5' }, []],
  [{ maxSize: '10' }, { maxSize: '10.0' }, []],
  [{ maxSize: '9' }, { maxSize: '10' }, ['maxSize']],
  [{ maxSize: '9', symbols: ['A'] }, { symbols: ['A'] }, ['maxSize']],
  [{ symbols: ['A', 'B'] }, { symbols: ['A'] }, []],
  [{ symbols: ['A'] }, { symbols: ['B'] }, ['symbols']],
  [
    { startsPerHour: 1, coolDownSeconds: 60 },
    { startsPerHour: 2, coolDownSeconds: 30 },
    ['startsPerHour', 'coolDownSeconds'],
  ],
  [{ startsPerHour: 2, coolDownSeconds: 30 }, { startsPerHour: 0, coolDownSeconds: 60 }, []],
  [
    { hours: { zone: 'UTC', days: [1, 2], from: '09:00', to: '10:00' } },
    { hours: { zone: 'UTC', days: [1], from: '09:30', to: '10:00' } },
    [],
  ],
  [
    { hours: { zone: 'UTC', days: [1], from: '09:00', to: '10:00' } },
    { hours: { zone: 'Europe/Rome', days: [1], from: '09:00', to: '10:00' } },
    ['hours'],
  ],
  [
    { hours: { zone: 'UTC', days: [1], from: '09:00', to: '10:00' } },
    { hours: { zone: 'UTC', days: [1], from: '10:00', to: '09:00' } },
    ['hours'],
  ],
])('%j to %j is looser in %j', (before, after, looser) => {
  expect(loosened(before, after)).toEqual(looser);
});
