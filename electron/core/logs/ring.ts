/** The newest `size` values; adding and reading the tail cost no copy of the rest. */
export interface Ring<T> {
  add(value: T): void;
  /** The newest `count`, oldest first. */
  tail(count: number): T[];
}

export function createRing<T>(size: number): Ring<T> {
  const slots: T[] = [];
  let next = 0;
  return {
    add(value) {
      slots[next] = value;
      next = (next + 1) % size;
    },
    tail(count) {
      const held = slots.length;
      const wanted = Math.max(0, Math.min(Math.floor(count), held));
      const start = held < size ? held - wanted : (next - wanted + size) % size;
      const values = slots.slice(start, start + wanted);
      return values.length < wanted ? [...values, ...slots.slice(0, wanted - values.length)] : values;
    },
  };
}
