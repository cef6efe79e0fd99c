/** Collects short strings. Appending each one to a long string would leave a node of 32 bytes in memory. */
export class TextBuffer {
  readonly #units: Uint16Array;
  #length = 0;
  #text = '';

  constructor(expectedLength: number) {
    this.#units = new Uint16Array(Math.min(expectedLength, 1_024));
  }

  add(piece: string): void {
    for (let i = 0; i < piece.length; i++) this.addUnit(piece.charCodeAt(i));
  }

  addUnit(unit: number): void {
    if (this.#length === this.#units.length) this.#flush();
    this.#units[this.#length++] = unit;
  }

  addCode(code: number): void {
    if (code < 0x10000) {
      this.addUnit(code);
      return;
    }
    this.addUnit(0xd7c0 + (code >> 10));
    this.addUnit(0xdc00 | (code & 0x3ff));
  }

  text(): string {
    this.#flush();
    return this.#text;
  }

  #flush(): void {
    // Spreading the array would go through its iterator.
    this.#text += Reflect.apply(String.fromCharCode, undefined, this.#units.subarray(0, this.#length));
    this.#length = 0;
  }
}
