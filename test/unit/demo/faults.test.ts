import { describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/contract/errors.ts';
import { FaultBoard, formatFault, parseFault } from '../../../electron/core/demo/faults.ts';

const GOOD = [
  'service-down=news',
  'database-down=risk-manager',
  'slow=1500',
  'slow=trading:250',
  'drop-link=10',
  'mcp-down',
  'hang=analyze_symbol',
  'die-mid-answer=start_trading_cycle',
  'stop-fails',
  'many-positions',
  'many-lines',
];

const BAD: [string, RegExp][] = [
  ['', /service-down=NAME, .*stop-fails/],
  ['service-down', /service-down=NAME/],
  ['service-down=', /service-down=NAME/],
  ['service-down=redis', /scanner, pattern, .*reporting/],
  ['database-down=risk_manager', /risk-manager/],
  ['slow=fast', /1 to 600000/],
  ['slow=0', /1 to 600000/],
  ['slow=-5', /1 to 600000/],
  ['slow=redis:5', /scanner/],
  ['drop-link=0', /1 to 86400/],
  ['mcp-down=1', /mcp-down/],
  ['hang=emergency_stop', /start_trading_cycle, stop_trading/],
  ['explode', /stop-fails/],
];

describe('parseFault', () => {
  it.each(GOOD)('reads %s and writes it back', (text) => {
    expect(formatFault(parseFault(text))).toBe(text);
  });

  it.each(BAD)('refuses "%s", naming what is allowed', (text, allowed) => {
    let thrown: unknown;
    try {
      parseFault(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect((thrown as AppError).code).toBe('INPUT_INVALID');
    expect((thrown as AppError).next).toMatch(allowed);
  });
});

describe('FaultBoard', () => {
  it('takes the slowest delay and the shortest cut, until cleared', () => {
    const board = new FaultBoard();
    for (const text of ['slow=100', 'slow=300', 'drop-link=9', 'drop-link=4']) board.set(parseFault(text));
    expect([board.delay('mcp'), board.delay('news'), board.cutEvery()]).toEqual([300, 0, 4]);
    board.clear(parseFault('slow=300'));
    board.clear(parseFault('drop-link=4'));
    board.clear(parseFault('drop-link=9'));
    expect([board.delay('mcp'), board.cutEvery()]).toEqual([100, undefined]);
  });
});
