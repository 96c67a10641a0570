import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../electron/core/ports.ts';
import { networkAddresses, watchSystem } from '../../../electron/core/profiles/system-watch.ts';

describe('watchSystem', () => {
  let wall: number;
  let mono: number;
  let due: (() => void) | undefined;
  let seen: string[];
  let addresses: string;
  const clock: Clock = {
    now: () => wall,
    monotonic: () => mono,
    after: (_ms, run) => {
      due = run;
      return () => (due = undefined);
    },
  };
  /** The next look, after so long on each clock. */
  const look = (wallMs: number, monoMs = wallMs) => {
    wall += wallMs;
    mono += monoMs;
    due?.();
  };
  beforeEach(() => {
    [wall, mono, seen, addresses] = [1_000_000, 50, [], 'eth0 192.0.2.7'];
  });

  it('says nothing while time goes by as it should', () => {
    watchSystem(
      clock,
      (change) => seen.push(change),
      () => addresses,
    );
    for (let i = 0; i < 100; i++) look(5_000 + i);
    expect(seen).toEqual([]);
  });

  it.each([
    ['a sleep that stopped the other clock', 3_600_000, 5_000],
    ['a sleep that both clocks saw', 3_600_000, 3_600_000],
    ['a clock set forward', 86_400_000, 5_000],
    ['a clock set back', -86_400_000, 5_000],
  ])('tells %s once', (_name, wallMs, monoMs) => {
    watchSystem(
      clock,
      (change) => seen.push(change),
      () => addresses,
    );
    look(wallMs, monoMs);
    look(5_000);
    expect(seen).toEqual(['wake']);
  });

  it('tells another network, and a network that is gone', () => {
    const end = watchSystem(
      clock,
      (change) => seen.push(change),
      () => addresses,
    );
    addresses = 'wlan0 198.51.100.3';
    look(5_000);
    look(5_000);
    addresses = '';
    look(5_000);
    expect(seen).toEqual(['network', 'network']);
    end();
    expect(due).toBeUndefined();
  });

  it('is not moved by a new private address in the same network', () => {
    const at = (address: string) => ({
      eth0: [
        { address, family: 'IPv6' as const, internal: false, netmask: '', mac: '', cidr: null, scopeid: 0 },
      ],
      lo: [
        { address: '127.0.0.1', family: 'IPv4' as const, internal: true, netmask: '', mac: '', cidr: null },
      ],
    });
    expect(networkAddresses(at('2001:db8:1:2:aaaa::1'))).toBe(networkAddresses(at('2001:db8:1:2:bbbb::9')));
    expect(networkAddresses(at('2001:db8:1:2::1'))).not.toBe(networkAddresses(at('2001:db8:1:3::1')));
    expect(networkAddresses(at('fe80::1'))).toBe('');
  });
});
