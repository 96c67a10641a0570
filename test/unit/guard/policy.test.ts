import { describe, expect, it } from 'vitest';
import type { PresetName } from '../../../electron/contract/profile.ts';
import { PRESETS } from '../../../electron/core/backends/presets.ts';
import { classify, classifyCall, stopTools, withApproval } from '../../../electron/core/guard/policy.ts';

describe('classify', () => {
  it.each([
    ['catalyst', 'get_risk_metrics', 'read'],
    ['catalyst', 'get_position_health', 'read'],
    ['catalyst', 'start_trading_cycle', 'start'],
    ['catalyst', 'scan_market', 'start'],
    ['catalyst', 'stop_trading', 'stop'],
    ['catalyst', 'stop_trading_cycle', 'stop'],
    ['catalyst', 'emergency_stop', 'start'],
    ['catalyst', 'close_all', 'start'],
    ['catalyst', 'close_all_positions', 'start'],
    ['catalyst', 'close_position', 'start'],
    ['stockspark', 'update_vehicle_price', 'start'],
    ['stockspark', 'list_vehicles', 'read'],
    ['stockspark', 'select_dealer', 'start'],
    ['stockpulse', 'delete_file', 'start'],
    ['stockpulse', 'read_file', 'read'],
    ['kubernetes', 'echo', 'read'],
    ['kubernetes', 'companion_status', 'read'],
    ['generic', 'companion_continue', 'read'],
    ['generic', 'get_time', 'unknown'],
    ['catalyst', 'Start_Trading_Cycle', 'unknown'],
    ['catalyst', 'stop_trading ', 'unknown'],
    ['catalyst', 'constructor', 'unknown'],
    ['catalyst', '__proto__', 'unknown'],
    ['catalyst', '', 'unknown'],
    ['catalyst', 'list_vehicles', 'unknown'],
  ] as const)('%s %s is %s', (preset, tool, expected) => {
    expect(classify(preset, tool)).toBe(expected);
  });

  it('knows every tool of the newest Catalyst and its successor, and the 35 of StockSpark', () => {
    const catalyst = `start_trading_cycle stop_trading analyze_symbol get_risk_metrics get_exit_recommendations
      get_position_health acknowledge_recommendation scan_market get_quote get_technicals detect_patterns get_news
      get_portfolio execute_trade close_position close_all sync_positions check_risk log_decision
      get_last_trade_date publish_signal get_signals`;
    for (const tool of catalyst.split(/\s+/))
      expect([tool, classify('catalyst', tool)]).not.toContain('unknown');
    expect(stopTools('catalyst')).toEqual(['stop_trading', 'stop_trading_cycle']);
    expect(stopTools('generic')).toEqual([]);
  });
});

describe('classifyCall', () => {
  it.each(['{}', '{"close_positions":false}', '{"reason":"x","close_positions": false}', '{"cycle_id":"c"}'])(
    'a stop with %s is a stop',
    (args) => {
      expect(classifyCall('catalyst', 'stop_trading', args)).toBe('stop');
      expect(classifyCall('catalyst', 'stop_trading_cycle', args)).toBe('stop');
    },
  );

  it.each([
    '{"close_positions":true}',
    '{"close_positions":"true"}',
    '{"close_positions":"false"}',
    '{"close_positions":1}',
    '{"close_positions":null}',
    '{"close_positions":false,"close_positions":true}',
    '{"close_positions":true,"close_positions":false}',
    String.raw`{"close\u005fpositions":true}`,
    '{"Close_Positions":true}',
    '{"closePositions":true}',
    '{"force":true}',
    '[]',
    'not json',
  ])('a stop with %s may liquidate and is asked about', (args) => {
    expect(classifyCall('catalyst', 'stop_trading', args)).toBe('start');
  });

  it('leaves other classes alone', () => {
    expect(classifyCall('catalyst', 'get_portfolio', '{"close_positions":true}')).toBe('read');
    expect(classifyCall('generic', 'x', '{}')).toBe('unknown');
  });
});

describe('withApproval', () => {
  it('decides for unknown names and only tightens known ones', () => {
    expect(withApproval('unknown', 'read')).toBe('read');
    expect(withApproval('unknown', 'stop')).toBe('stop');
    expect(withApproval('unknown', null)).toBe('unknown');
    expect(withApproval('start', 'read')).toBe('start');
    expect(withApproval('start', 'stop')).toBe('start');
    expect(withApproval('read', 'start')).toBe('start');
    expect(withApproval('stop', 'read')).toBe('stop');
  });
});

describe('what the app itself asks', () => {
  const steps = Object.entries(PRESETS).flatMap(([preset, { sources }]) =>
    Object.values(sources)
      .flat()
      .flatMap((step) => (step.kind === 'mcp-tool' ? [[preset as PresetName, step.tool] as const] : [])),
  );

  it.each(steps)('%s: %s only reads by our table, as no guard stands before it', (preset, tool) => {
    expect(classify(preset, tool)).toBe('read');
  });
});
