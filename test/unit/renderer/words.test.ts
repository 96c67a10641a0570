import { describe, expect, it } from 'vitest';
import { hiddenCount, runsOf } from '../../../renderer/parts/hidden-text.ts';
import { sentence } from '../../../renderer/parts/sentence.ts';
import { closeWords, stopWords } from '../../../renderer/parts/stop-words.ts';
import { durationText } from '../../../renderer/parts/time-text.ts';
import { writtenIn } from '../../../renderer/parts/written.ts';
import { clientWords, toolWords } from '../../../renderer/parts/tool-words.ts';

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
  const at = new Date(2026, 10, 20, 14, 2, 11).getTime();

  it('is called confirmed only when it was, with the time it was known', () => {
    expect(stopWords({ result: 'confirmed', at }).title).toBe('Stop sent, confirmed at 14:02:11 by status');
    expect(stopWords({ result: 'sent-not-confirmed', at }).title).toContain('not confirmed');
    expect(stopWords({ result: 'not-delivered', at })).toMatchObject({
      title: 'NOT DELIVERED',
      tone: 'danger',
    });
  });

  it('is another thing than closing everything, which only positions read again can prove', () => {
    expect(closeWords({ result: 'closed', at }).title).toContain('read at 14:02:11');
    expect(closeWords({ result: 'still-open', at }).tone).toBe('attention');
    expect(closeWords({ result: 'unknown', at }).title).toContain('unknown');
    expect(closeWords({ result: 'not-sent', at }).tone).toBe('danger');
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
    expect(durationText(0.02)).toBe('< 0.1 ms');
    expect(durationText(0.42)).toBe('0.4 ms');
    expect(durationText(38.2)).toBe('38 ms');
    expect(durationText(50_000)).toBe('50.00 s');
  });
});

describe('numbers as the user writes them', () => {
  it('hold for amounts, counts, curves and durations alike', () => {
    const { amount, count, short, figure, duration } = writtenIn({ numbers: '1.234,56', currency: 'symbol' });
    expect(amount('1,234.50')).toBe('1.234,50');
    expect(count(50_000)).toBe('50.000');
    expect(short(1_240)).toBe('1,2K');
    expect([figure(-1234.5), figure(0, true), figure(12.25, true)]).toEqual(['−1.234,5', '0', '+12,25']);
    expect([duration(1_240), duration(0.42), duration(null)]).toEqual(['1,24 s', '0,4 ms', '-']);
  });

  it('name a currency by its sign or its code', () => {
    expect(writtenIn({ numbers: '1,234.56', currency: 'symbol' }).prefix('USD')).toBe('$');
    expect(writtenIn({ numbers: '1,234.56', currency: 'code' }).prefix('USD')).toBe('USD\u00a0');
  });
});

describe('a reason as a sentence', () => {
  it.each([
    ['the link is away', 'The link is away.'],
    ['HTTP 500 with text!', 'HTTP 500 with text!'],
    ['droplet.example was not seen before', 'droplet.example was not seen before.'],
    ['closed.', 'Closed.'],
    [' ', ''],
  ])('%s', (reason, said) => expect(sentence(reason)).toBe(said));
});
