/** FNV-1a. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3: each input bit flips half of the output bits. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * Seeded randomness. A throw depends only on the seed, on what it is thrown for and on how often it was thrown for that. A run
 * without one of its faults or actions throws the same for all the others, so a failing run can be shrunk.
 */
export class Dice {
  readonly #seed: number;
  readonly #sites = new Map<string, { readonly hash: number; count: number }>();

  constructor(seed: number) {
    this.#seed = mixed(seed ^ 0x9e3779b9);
  }

  /** 0 ≤ n < 1; a new number each time. */
  throw(site: string): number {
    let known = this.#sites.get(site);
    if (known === undefined) {
      known = { hash: hashOf(site), count: 0 };
      this.#sites.set(site, known);
    }
    known.count += 1;
    return this.#at(known.hash, known.count);
  }

  /** 0 ≤ n < 1; the same number each time. */
  fixed(site: string, index = 0): number {
    return this.#at(hashOf(site), index);
  }

  /** A whole number from 0 to `below - 1`. */
  whole(site: string, below: number): number {
    return Math.floor(this.throw(site) * below);
  }

  chance(site: string, probability: number): boolean {
    return probability > 0 && this.throw(site) < probability;
  }

  oneOf<T>(site: string, values: readonly [T, ...T[]]): T {
    return values[this.whole(site, values.length)] ?? values[0];
  }

  #at(hash: number, index: number): number {
    return mixed(this.#seed ^ mixed(hash + Math.imul(index, 0x9e3779b1))) / 2 ** 32;
  }
}
