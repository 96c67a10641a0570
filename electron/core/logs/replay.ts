import { TAIL } from './commands.ts';

/** Leaves out what a restarted `logs --tail` repeats. */
export interface ReplayFilter {
  /** A new process begins; it repeats up to 200 lines of each container. */
  restart(): void;
  /** True when the raw line was already received from an earlier process. */
  isRepeat(name: string, raw: string): boolean;
}

interface Memory {
  recent: string[];
  /** What the process before had given last, with counts; undefined once this container's new lines began. */
  replayed: Map<string, number> | undefined;
}

/**
 * Compose v1 cannot resume by time, so each restart repeats the tail. Per container the last lines are kept;
 * after a restart lines are dropped as long as they are among those, and from the first new line on all count.
 */
export function createReplayFilter(): ReplayFilter {
  const memories = new Map<string, Memory>();
  return {
    restart() {
      for (const memory of memories.values()) {
        memory.replayed = new Map();
        for (const line of memory.recent) memory.replayed.set(line, (memory.replayed.get(line) ?? 0) + 1);
      }
    },
    isRepeat(name, raw) {
      const memory = memories.get(name) ?? { recent: [], replayed: undefined };
      memories.set(name, memory);
      const left = memory.replayed?.get(raw) ?? 0;
      if (left > 0) {
        memory.replayed?.set(raw, left - 1);
        return true;
      }
      memory.replayed = undefined;
      memory.recent.push(raw);
      if (memory.recent.length > 2 * TAIL) memory.recent = memory.recent.slice(-TAIL);
      return false;
    },
  };
}
