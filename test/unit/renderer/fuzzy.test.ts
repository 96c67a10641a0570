import { describe, expect, it } from 'vitest';
import { fuzzy } from '../../../renderer/parts/fuzzy.ts';

const ENTRIES = [
  'Overview',
  'Positions',
  'Stop trading on catalyst',
  'Connect catalyst',
  'Disconnect catalyst',
  'Theme: dark',
  'Tool: start_trading_cycle',
];
const find = (query: string) => fuzzy(ENTRIES, query, (text) => text);

describe('finding an action', () => {
  it('shows all in their order while nothing is typed', () => {
    expect(find('  ')).toEqual(ENTRIES);
  });

  it.each([
    ['stop', 'Stop trading on catalyst'],
    ['connect', 'Connect catalyst'],
    ['conn cat', 'Connect catalyst'],
    ['dark', 'Theme: dark'],
    ['strtcyc', 'Tool: start_trading_cycle'],
    ['pos', 'Positions'],
    ['trading stop', 'Stop trading on catalyst'],
  ])('finds for %s first %s', (query, expected) => {
    expect(find(query)[0]).toBe(expected);
  });

  it('puts what is urgent over what is shorter', () => {
    const urgent = (text: string) => (text.startsWith('Stop') ? 2 : 0);
    expect(fuzzy(['stop_trading', ...ENTRIES], 'stop', (text) => text)[0]).toBe('stop_trading');
    expect(fuzzy(['stop_trading', ...ENTRIES], 'stop', (text) => text, urgent)[0]).toBe(
      'Stop trading on catalyst',
    );
  });

  it('finds nothing where a letter is missing', () => {
    expect(find('zebra')).toEqual([]);
  });
});
