import { createHash, randomInt } from 'node:crypto';

/** A number in [0, 1). */
export type Random = () => number;

/** A repeatable generator (mulberry32), so that a failing run can be run again with its seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export function systemRandom(): number {
  return randomInt(0, 0x1_0000_0000) / 0x1_0000_0000;
}

export function integerBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[Math.floor(random() * items.length)];
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function randomText(random: Random, length: number, alphabet = LETTERS): string {
  let text = '';
  for (let index = 0; index < length; index += 1)
    text += alphabet[Math.floor(random() * alphabet.length)] ?? '';
  return text;
}

/** A version 4 UUID drawn from the simulator's own randomness, so that a seeded run repeats its ids too. */
export function randomUuid(random: Random): string {
  const hex = randomText(random, 32, '0123456789abcdef');
  const variant = '89ab'[Math.floor(random() * 4)] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 11);
}
