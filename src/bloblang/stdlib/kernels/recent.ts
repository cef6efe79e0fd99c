/** Arguments from events vary little, and nobody writes longer ones by hand. */
const CACHED_MAX = 64;
const LENGTH_MAX = 256;

/**
 * Caches what was made from recent texts. All mappings of the process share it; they cannot observe it, and its size is
 * limited.
 */
export class Recent<T> {
  readonly #make: (text: string) => T;
  readonly #made = new Map<string, T>();

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  of(text: string): T {
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    const made = this.#make(text);
    if (text.length <= LENGTH_MAX) {
      if (this.#made.size >= CACHED_MAX) this.#made.clear();
      this.#made.set(text, made);
    }
    return made;
  }
}
