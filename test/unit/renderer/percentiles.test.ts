import { expect, it } from 'vitest';
import { percentilesText } from '../../../renderer/views/services/percentiles.ts';

const of = (p50: number, p95: number, p99: number) =>
  percentilesText({ count: 100, p50, p95, p99, max: p99 });

it('percentiles are short, of one unit, and never zero for what took time', () => {
  expect(of(12.4, 26, 55)).toBe('12 · 26 · 55 ms');
  expect(of(0.04, 0.2, 3)).toBe('< 1 · < 1 · 3 ms');
  expect(of(21, 430, 12_400)).toBe('0.021 · 0.43 · 12 s');
  expect(of(48_123, 101_059, 211_743)).toBe('48 · 101 · 212 s');
});
