/** More names than any droplet has containers. */
export const MOST_NAMES = 200;

/** What is known by the name of a service. Lines can make up names without end: the one that came first makes room. */
export class NameMap<V> extends Map<string, V> {
  override set(name: string, value: V): this {
    super.set(name, value);
    const [first] = this.size > MOST_NAMES ? this.keys() : [];
    if (first !== undefined) this.delete(first);
    return this;
  }
}
