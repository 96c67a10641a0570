import { createHash } from 'node:crypto';
import { TAIL } from './commands.ts';
import { NameMap } from './name-map.ts';

/** Leaves out what a restarted `logs --tail` repeats. */
export interface ReplayFilter {
  /** A new process begins; it repeats up to 200 lines of each container. */
  restart(): void;
  /** True when the raw line was already received from an earlier process. */
  isRepeat(name: string, raw: string): boolean;
  /** Containers whose last known line the present process did not give again: between the two, lines may be missing. */
  torn(): string[];
}

/** Two lines that are alike are surely the same one only where they carry a time. */
const HAS_TIME = /\d{2}:\d{2}:\d{2}/;

/** A long line is remembered by its digest: 400 of 64 KB for every container would be too much to hold. */
const LONG = 256;
const remembered = (raw: string): string =>
  raw.length <= LONG ? raw : createHash('sha256').update(raw).digest('base64');

interface Memory {
  recent: string[];
  /** What the process before had given last, with counts; undefined once this container's new lines began. */
  replayed: Map<string, number> | undefined;
  /** What is new follows what is known: a known line with a time was given again. */
  joined: boolean;
}

/**
 * Compose v1 cannot resume by time, so each restart repeats the tail. Per container the last lines are kept;
 * after a restart lines are dropped as long as they are among those, and from the first new line on all count.
 */
export function createReplayFilter(): ReplayFilter {
  const memories = new NameMap<Memory>();
  return {
    restart() {
      for (const memory of memories.values()) {
        memory.replayed = new Map();
        memory.joined = false;
        for (const line of memory.recent) memory.replayed.set(line, (memory.replayed.get(line) ?? 0) + 1);
      }
    },
    isRepeat(name, raw) {
      const memory = memories.get(name) ?? { recent: [], replayed: undefined, joined: true };
      if (!memories.has(name)) memories.set(name, memory);
      const line = remembered(raw);
      const left = memory.replayed?.get(line) ?? 0;
      if (left > 0) {
        memory.replayed?.set(line, left - 1);
        memory.joined ||= HAS_TIME.test(raw);
        return true;
      }
      memory.replayed = undefined;
      memory.recent.push(line);
      if (memory.recent.length > 2 * TAIL) memory.recent = memory.recent.slice(-TAIL);
      return false;
    },
    torn() {
      return [...memories].filter(([, { joined }]) => !joined).map(([name]) => name);
    },
  };
}
