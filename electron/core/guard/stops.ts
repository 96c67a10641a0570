/** When stops of trading began, so that a start which was allowed before one is not sent after it. */
export class Stops {
  readonly #begun = new Map<string, number>();

  /** A stop of the profile begins. */
  begun(profile: string): void {
    this.#begun.set(profile, this.#of(profile) + 1);
  }

  /** Returns what tells whether a stop of the profile has begun since. */
  watch(profile: string): () => boolean {
    const then = this.#of(profile);
    return () => this.#of(profile) !== then;
  }

  #of(profile: string): number {
    return this.#begun.get(profile) ?? 0;
  }
}
