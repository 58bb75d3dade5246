import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatNumber,
  formatPercent,
  formatScore,
  formatSeconds,
  nothing,
  plural,
} from './format.ts';

describe('formats', () => {
  it('shows three significant digits and groups thousands', () => {
    expect([0, 0.12345, 1.5, 12.345, 999.4, 53_940, 1234.5].map((value) => formatNumber(value))).toEqual([
      '0',
      '0.123',
      '1.5',
      '12.3',
      '999',
      '53,940',
      '1,235',
    ]);
    expect(formatNumber(0.00001234)).toBe('1.23e-5');
    expect(formatNumber(2.5e12)).toBe('2.50e12');
  });
  it('answers a dash for what is not a number', () => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(formatNumber(value)).toBe(nothing);
      expect(formatScore(value)).toBe(nothing);
      expect(formatSeconds(value)).toBe(nothing);
      expect(formatBytes(value)).toBe(nothing);
      expect(formatPercent(value)).toBe(nothing);
    }
  });
  it('keeps close scores apart', () => {
    expect(formatScore(0.99912)).toBe('0.9991');
    expect(formatScore(-0.0314159)).toBe('-0.0314');
    expect(formatScore(543.218)).toBe('543.2');
    expect(formatScore(1549.2)).toBe('1,549');
    expect(formatScore(12_345.6)).toBe('12,346');
  });
  it('never rounds a share to none or all', () => {
    expect([0, 0.0004, 0.031, 0.5, 0.9986, 0.9995, 1].map((value) => formatPercent(value))).toEqual([
      '0 %',
      '<0.1 %',
      '3.1 %',
      '50 %',
      '99.9 %',
      '>99.9 %',
      '100 %',
    ]);
  });
  it('names durations, sizes and ages', () => {
    expect([0.0123, 2.54, 42.4, 60, 299.6, 3661].map((value) => formatSeconds(value))).toEqual([
      '12 ms',
      '2.5 s',
      '42 s',
      '1 min',
      '5 min',
      '1 h 1 min',
    ]);
    expect([12, 2048, 52_428_800].map((value) => formatBytes(value))).toEqual(['12 B', '2.05 kB', '52.4 MB']);
    expect([1000, 75_000, 7_300_000, 90_000_000].map((age) => formatAgo(0, age))).toEqual([
      'just now',
      '1 min ago',
      '2 h ago',
      'yesterday',
    ]);
    expect(plural(1, 'row')).toBe('1 row');
    expect(plural(1200, 'row')).toBe('1,200 rows');
  });
});
