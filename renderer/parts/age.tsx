import { useAge, useFromNow } from '../api/app-context.tsx';

/** `3 s ago`, renewing itself from the page's one clock. */
export function Age({ at, before = '', after = ' ago' }: { at: number; before?: string; after?: string }) {
  return (
    <span className="whitespace-nowrap tabular-nums">
      {before}
      {useAge(at)}
      {after}
    </span>
  );
}

/** Whether something received at `at` is older than `limitMs`. */
export function useStale(at: number | null, limitMs: number): boolean {
  return useFromNow((now) => at === null || now - at > limitMs);
}
