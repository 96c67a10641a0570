import { describe, expect, it } from 'vitest';
import { Arena } from '../../../electron/stub/arena.ts';

/** Reads `length` bytes of `value` as the system would. */
function read(arena: Arena, length: number, value: number): Buffer {
  arena.room().fill(value, 0, length);
  return arena.took(length);
}

describe('the arena', () => {
  it('never hands out again what may still be pointed into', () => {
    const arena = new Arena();
    const taken = Array.from({ length: 200 }, (_, i) => read(arena, 60_000 + i * 20, i));
    for (const [i, piece] of taken.entries()) expect(piece.every((byte) => byte === i)).toBe(true);
  });

  it('keeps the last piece when only that one is in use', () => {
    const arena = new Arena();
    for (let i = 0; i < 50; i++) read(arena, 60_000, 1);
    const last = read(arena, 1000, 2);
    arena.reuse({ butTheLast: true });
    for (let i = 0; i < 100; i++) read(arena, 65_536, 3);
    expect(last.every((byte) => byte === 2)).toBe(true);
  });

  it('finds what was read into a room that was offered before a reuse', () => {
    const arena = new Arena();
    // a room is offered as soon as the read before is over, and may stand there for long
    read(arena, 500, 1);
    const room = arena.room();
    arena.reuse({ butTheLast: false });
    room.fill(2, 0, 100);
    expect(arena.took(100).every((byte) => byte === 2)).toBe(true);
    const next = read(arena, 100, 3);
    expect(next.every((byte) => byte === 3)).toBe(true);
  });

  it('uses its memory again', () => {
    const arena = new Arena();
    const memory = new Set<ArrayBufferLike>();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 120; i++) memory.add(read(arena, 65_536, i).buffer);
      arena.reuse({ butTheLast: false });
    }
    expect(memory.size).toBeLessThanOrEqual(9);
  });

  it('always has room for a read', () => {
    const arena = new Arena();
    for (let i = 0; i < 3000; i++) {
      expect(arena.room().length).toBeGreaterThanOrEqual(65_536);
      read(arena, 1 + ((i * 7919) % 65_536), 1);
    }
  });
});
