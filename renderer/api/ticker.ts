/** One clock for every age on the page: a single timer, running only while somebody looks. */
export class Ticker {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private at = Date.now();

  now = (): number => this.at;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.timer === undefined) {
      this.at = Date.now();
      this.timer = setInterval(() => this.tick(), 1_000);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  };

  private tick(): void {
    this.at = Date.now();
    for (const listener of this.listeners) listener();
  }
}
