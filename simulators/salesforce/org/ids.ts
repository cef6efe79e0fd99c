const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Adds the three characters that encode the case of the first fifteen, so that ids survive case-blind systems. */
export function toEighteen(id: string): string {
  if (id.length !== 15) return id;
  let suffix = '';
  for (let block = 0; block < 3; block += 1) {
    let bits = 0;
    for (let position = 0; position < 5; position += 1) {
      const character = id[block * 5 + position] ?? '0';
      if (character >= 'A' && character <= 'Z') bits |= 1 << position;
    }
    suffix += ALPHABET[bits] ?? 'A';
  }
  return id + suffix;
}

/** The id of an entity's record with this number: key prefix, an instance part, and the number in base 62. */
export function recordId(keyPrefix: string, number: number): string {
  let rest = number;
  let digits = '';
  while (rest > 0) {
    digits = (BASE62[rest % 62] ?? '0') + digits;
    rest = Math.floor(rest / 62);
  }
  return toEighteen(`${keyPrefix}SM0${digits.padStart(9, '0')}`);
}

/** Compares ids by their first fifteen characters, because Salesforce accepts both lengths. */
export function sameId(left: string, right: string): boolean {
  return left.slice(0, 15) === right.slice(0, 15);
}
