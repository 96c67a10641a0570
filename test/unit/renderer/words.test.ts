import { describe, expect, it } from 'vitest';
import { hiddenCount, runsOf } from '../../../renderer/parts/hidden-text.ts';
import { manualStop, stopWords } from '../../../renderer/parts/stop-words.ts';
import { durationText } from '../../../renderer/parts/time-text.ts';
import { clientWords, toolWords } from '../../../renderer/parts/tool-words.ts';
import { byDecimal, filtered } from '../../../renderer/views/positions/filter.ts';
import { positions, profile } from '../../fixtures/page/scenario-state.ts';

describe('hidden characters', () => {
  it('are shown by their code points, tags with what they spell', () => {
    const text = 'Read\u200B this\u{E0049}\u202E.';
    expect(runsOf(text)).toEqual([
      { text: 'Read' },
      { hidden: 'U+200B' },
      { text: ' this' },
      { hidden: 'U+E0049 “I”' },
      { hidden: 'U+202E' },
      { text: '.' },
    ]);
    expect(hiddenCount('plain\ttext\nover lines, ünïcode 日本')).toBe(0);
  });
});

describe('an emergency stop', () => {
  it('is called stopped only when it was confirmed', () => {
    expect(stopWords('confirmed').title).toMatch(/^Stopped/);
    expect(stopWords('sent-not-confirmed').title).not.toMatch(/stopped/i);
    expect(stopWords('not-delivered').tone).toBe('danger');
  });

  it('always has a command to run by hand', () => {
    const own = profile('catalyst', 'live');
    expect(manualStop(own)).toBe(
      "ssh -p 22 root@droplet.example 'curl -fsS -X POST http://127.0.0.1:5006/api/v1/workflow/stop'",
    );
    expect(manualStop({ ...own, services: [] })).toBe('catalyst-companion stop catalyst');
  });
});

describe('consent in words', () => {
  it('says what a tool does, and names what it does not know', () => {
    expect(`${clientWords('claude-ai 0.1.0 over stdio')} asks to ${toolWords('start_trading_cycle')}`).toBe(
      'claude-ai asks to START TRADING',
    );
    expect(toolWords('close_positions_fast')).toBe('RUN close_positions_fast');
  });
});

describe('durations', () => {
  it('never show an unknown as zero', () => {
    expect(durationText(null)).toBe('-');
    expect(durationText(0.42)).toBe('0.4 ms');
    expect(durationText(38.2)).toBe('38 ms');
    expect(durationText(50_000)).toBe('50.00 s');
  });
});

describe('positions', () => {
  it('are found by every word typed', () => {
    const { rows } = positions(12, 0);
    expect(filtered(rows, 'nv').map((row) => row.symbol)).toEqual(['NVDA']);
    expect(filtered(rows, 'short').every((row) => row.side === 'short')).toBe(true);
    expect(filtered(rows, 'long nv').length).toBe(1);
    expect(filtered(rows, '')).toBe(rows);
  });

  it('leave what is not reported to the table, which keeps it last', () => {
    expect(byDecimal(undefined, '1')).toBe(0);
    expect(byDecimal('-10', '9')).toBeLessThan(0);
  });
});
