export const FUSES: readonly (readonly [string, boolean])[];
export function judgeFuses(wire: Readonly<Record<number, number>>, run?: { test?: boolean }): string[];
export function judgeContents(
  files: readonly string[],
  build: { packages: readonly string[]; signed?: boolean },
): string[];
export function judgeFeed(feed: string | undefined, build: { os: string; signed: boolean }): string[];
export function runtimePackages(lock: { packages: Record<string, object> }): string[];
