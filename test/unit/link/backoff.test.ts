import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  afterHealth,
  backoffDelay,
  DNS_CAP_MS,
  freshBackoff,
} from '../../../electron/core/link/backoff.ts';

const after = (failures: number) => {
  let backoff = freshBackoff;
  for (let i = 0; i < failures; i++) backoff = afterFailure(backoff);
  return backoff;
};
const almostOne = () => 0.999999;

describe('backoff', () => {
  it('doubles its bound from 1 s to 50 s, so that with the 10 s of an attempt no more than 60 pass', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 7, 8, 500].map((n) => backoffDelay(after(n), almostOne));
    expect(bounds).toEqual([1, 2, 4, 8, 16, 32, 50, 50, 50].map((s) => s * 1000));
  });
  it('uses the whole range below the bound', () => {
    expect(backoffDelay(after(5), () => 0)).toBe(0);
    expect(backoffDelay(after(5), () => 0.5)).toBe(8_000);
  });
  it('asks for a name again after 30 s at most', () => {
    expect(backoffDelay(after(20), almostOne, DNS_CAP_MS)).toBe(30_000);
  });
  it('forgets only after 30 s of health, and changes nothing in place', () => {
    const failed = Object.freeze(after(4));
    expect(afterHealth(failed, 29_999)).toBe(failed);
    expect(afterHealth(failed, 30_000)).toEqual(freshBackoff);
    expect(afterFailure(failed)).toEqual({ failures: 5 });
  });
});
