import { useMemo } from 'react';
import type { LogSource } from '../../../electron/contract/logs.ts';

const TINTS = [
  'text-tint-0',
  'text-tint-1',
  'text-tint-2',
  'text-tint-3',
  'text-tint-4',
  'text-tint-5',
  'text-tint-6',
  'text-tint-7',
] as const;

/** The look of a writer's name: a tint that is no state's colour. */
export type Tints = (service: string) => string;

function slotOf(service: string): number {
  let sum = 0;
  for (let i = 0; i < service.length; i += 1) sum = (sum * 31 + service.charCodeAt(i)) >>> 0;
  return sum % TINTS.length;
}

/** Each name the same tint in every session, and as few names as can be of one tint. */
export function tintsFor(services: readonly string[]): Tints {
  const used = TINTS.map(() => 0);
  const slots = new Map<string, number>();
  for (const service of [...new Set(services)].toSorted()) {
    const least = Math.min(...used);
    let slot = slotOf(service);
    while (used[slot] !== least) slot = (slot + 1) % TINTS.length;
    used[slot] = least + 1;
    slots.set(service, slot);
  }
  return (service) => TINTS[slots.get(service) ?? slotOf(service)] ?? '';
}

export function useTints(sources: readonly LogSource[]): Tints {
  const names = sources.map(({ service }) => service).join('\n');
  return useMemo(() => tintsFor(names.split('\n')), [names]);
}
