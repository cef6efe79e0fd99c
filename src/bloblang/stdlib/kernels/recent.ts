/** Arguments that come from events vary little, and people write no longer ones. */
const KEPT_MAX = 64;
const LENGTH_MAX = 256;

/** What was made of the last few texts. All mappings of the process share it; they cannot tell, and it cannot grow. */
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
      if (this.#made.size >= KEPT_MAX) this.#made.clear();
      this.#made.set(text, made);
    }
    return made;
  }
}
