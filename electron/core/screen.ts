/** Counts the pages and windows that can show a consent dialog; without one, start-like calls are refused at once. */
export function createScreen() {
  const attached = new Set<object>();
  return {
    canAsk: () => attached.size > 0,
    attach() {
      const token = {};
      attached.add(token);
      return () => void attached.delete(token);
    },
  };
}
