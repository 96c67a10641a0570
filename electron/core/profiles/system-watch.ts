import os from 'node:os';
import type { Clock } from '../ports.ts';

/** What can make every open connection doubtful: the machine slept or its clock was set, or its addresses changed. */
export type SystemChange = 'wake' | 'network';

const EVERY_MS = 5_000;
/** Bluetooth and timers wake a sleeping laptop for moments; a shorter gap is not worth a probe. */
const JUMP_MS = 10_000;

/** The addresses of this machine, without loopback; of IPv6 the network alone, as the rest changes by itself for privacy. */
export function networkAddresses(
  interfaces: NodeJS.Dict<os.NetworkInterfaceInfo[]> = os.networkInterfaces(),
): string {
  const addresses = Object.entries(interfaces).flatMap(([name, list = []]) =>
    list
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
      .map(({ family, address }) =>
        family === 'IPv4' ? `${name} ${address}` : `${name} ${address.split(':').slice(0, 4).join(':')}`,
      ),
  );
  return [...new Set(addresses)].toSorted().join(', ');
}

/**
 * Watches for sleep (the wall clock and the one that cannot be set move apart, or a timer comes much too late) and for
 * changed networks. Electron's power events come to the same; this also works without them and where they are missed.
 * Returns its end.
 */
export function watchSystem(
  clock: Clock,
  changed: (change: SystemChange) => void,
  addresses: () => string = networkAddresses,
): () => void {
  let wall = clock.now();
  let mono = clock.monotonic();
  let network = addresses();
  let cancel = () => {};
  const look = () => {
    const passed = clock.monotonic() - mono;
    const apart = Math.abs(clock.now() - wall - passed);
    const now = addresses();
    const slept = apart > JUMP_MS || passed > EVERY_MS + JUMP_MS;
    const moved = now !== network;
    [wall, mono, network] = [clock.now(), clock.monotonic(), now];
    cancel = clock.after(EVERY_MS, look);
    if (slept) changed('wake');
    else if (moved) changed('network');
  };
  cancel = clock.after(EVERY_MS, look);
  return () => cancel();
}
