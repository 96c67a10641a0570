import { describe, expect, it } from 'vitest';
import {
  amountDecimal,
  compareDecimals,
  groupDecimal,
  moneyText,
  plainDecimal,
} from '../../../renderer/parts/decimal.ts';

describe('money as text', () => {
  it('groups and rounds without passing through a binary float', () => {
    expect(groupDecimal('12345678901234567890.125')).toBe('12,345,678,901,234,567,890.13');
    expect(groupDecimal('999.995')).toBe('1,000.00');
    expect(groupDecimal('0.005')).toBe('0.01');
    expect(groupDecimal('7')).toBe('7.00');
    expect(plainDecimal('-0.50', 2)).toBe('−0.50');
    expect(plainDecimal('120')).toBe('120');
  });

  it('gives sign, arrow and tone; zero is neutral however it is written', () => {
    expect(moneyText('812.4')).toEqual({ arrow: '▲', text: '+812.40', tone: 'gain' });
    expect(moneyText('-1110.15')).toEqual({ arrow: '▼', text: '−1,110.15', tone: 'loss' });
    for (const zero of ['0', '0.00', '-0.00'])
      expect(moneyText(zero)).toEqual({ arrow: '', text: '0.00', tone: 'neutral' });
  });

  it('never shows an amount as zero because it is small', () => {
    expect(moneyText('-0.0004').text).toBe('−0.0004');
    expect(plainDecimal('0.00000001')).toBe('0.00000001');
    expect(plainDecimal('-0.000012349', 2)).toBe('−0.000012');
    expect(amountDecimal('0.0012')).toBe('0.0012');
    expect(amountDecimal('0.00')).toBe('0.00');
    expect(amountDecimal('3.001')).toBe('3.00');
  });
});

describe('compareDecimals', () => {
  it('sorts by value, not by text, over signs and scales', () => {
    const sorted = ['10', '-2', '9.99', '-10.5', '0', '-0.1', '100', '9.990001'].toSorted(compareDecimals);
    expect(sorted).toEqual(['-10.5', '-2', '-0.1', '0', '9.99', '9.990001', '10', '100']);
  });

  it('tells apart what a float cannot', () => {
    expect(compareDecimals('9007199254740993.01', '9007199254740993.02')).toBeLessThan(0);
    expect(compareDecimals('1.50', '1.5')).toBe(0);
    expect(compareDecimals('-0.00', '0')).toBe(0);
  });
});
