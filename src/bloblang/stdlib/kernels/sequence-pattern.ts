// Most patterns that people write are a sequence of characters and repeated character classes, such as `[0-9]+`,
// `^[^@ ]+@[^@ ]+$` or `(\d{4})-(\d+)`. A loop matches them without an automaton, many times faster than RE2 in
// JavaScript. For every pattern that is not surely such a sequence, this file returns undefined, and RE2 matches it.
//
// Each sequence must meet two conditions, and `loopSuffices` admits only sequences that surely meet them.
//
// First, the match is RE2's, which is the first that backtracking would find. Where a repetition has a choice, the
// longest one is right if no character of its class can begin what follows: after fewer repetitions, the next character
// does not fit. The longest one is also right if nothing that follows can fail. Only an endless repetition at the start
// of the pattern may be shortened again.
//
// Second, the time is linear: all searches over a text together read each character at most once per place in the
// pattern. An attempt fails after a limited number of characters, except for three stretches of unlimited length:
// - the endless repetition at the start of the pattern. An attempt that begins inside its stretch would end at the same
//   places and fail as well, so the next attempt begins after it;
// - a class that shares no character with the first one, because no attempt can begin inside its stretch;
// - any stretch if the pattern is anchored at its start, because there is only one attempt.

interface Item {
  /** For each ASCII character, whether it belongs to the class. */
  readonly ascii: Uint8Array;
  /** Whether all other characters belong to the class. */
  readonly others: boolean;
  readonly min: number;
  readonly max: number;
}

/** A capturing group, from the end of the item before it to the end of its last item. */
interface Group {
  readonly before: number;
  readonly last: number;
}

const ENDLESS = Number.POSITIVE_INFINITY;
const ASCII_SIZE = 128;
/** Longer patterns are rare, and each item takes memory. */
const PATTERN_LENGTH_MAX = 200;

// --- matching --------------------------------------------------------------------------------------------------

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

/** The end of up to `max` characters of the class; negative if there are fewer than `min`. */
function take({ ascii, others, min, max }: Item, text: string, from: number): number {
  let at = from;
  let count = 0;
  while (count < max && at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit < ASCII_SIZE) {
      if (ascii[unit] === 0) break;
      at++;
    } else {
      if (!others) break;
      at += isPair(text, at) ? 2 : 1;
    }
    count++;
  }
  return count < min ? -1 : at;
}

function fits({ ascii, others }: Item, unit: number): boolean {
  return unit < ASCII_SIZE ? ascii[unit] !== 0 : others;
}

export class Sequence {
  readonly #items: readonly Item[];
  readonly #groups: readonly Group[];
  readonly #atStart: boolean;
  readonly #atEnd: boolean;
  /** The characters that every match begins with. */
  readonly #prefix: string;
  /** The whole pattern is the prefix. */
  readonly #isLiteral: boolean;
  /** The first item split in two, if it may be shortened. */
  readonly #leading: { readonly least: Item; readonly rest: Item } | undefined;
  /** Where each item ended in the last attempt. */
  readonly #ends: number[];

  constructor({ items, groups, atStart, atEnd }: Parts, prefix: string) {
    this.#items = items;
    this.#groups = groups;
    this.#atStart = atStart;
    this.#atEnd = atEnd;
    this.#prefix = prefix;
    this.#isLiteral = prefix.length === items.length;
    const [first] = items;
    if (first !== undefined && shortens(items, atEnd)) {
      this.#leading = { least: { ...first, max: first.min }, rest: { ...first, min: 0 } };
    }
    this.#ends = items.map(() => 0);
  }

  get groupCount(): number {
    return this.#groups.length;
  }

  /** Where the first match at or after `from` begins, or -1. */
  find(text: string, from: number): number {
    if (this.#atStart) return from === 0 && this.#matchesAt(text, 0) ? 0 : -1;
    const [first] = this.#items;
    if (first === undefined) return -1;
    let at = from;
    while (at <= text.length) {
      if (this.#prefix !== '') {
        at = text.indexOf(this.#prefix, at);
        if (at < 0) return -1;
      } else if (first.min > 0) {
        while (at < text.length && !fits(first, text.charCodeAt(at))) at++;
        if (at === text.length) return -1;
      }
      if (this.#matchesAt(text, at)) return at;
      const next = at + (isPair(text, at) ? 2 : 1);
      at = first.max === ENDLESS ? Math.max(next, this.#ends[0] ?? 0) : next;
    }
    return -1;
  }

  /** The end of the last match. */
  get end(): number {
    return this.#ends[this.#ends.length - 1] ?? 0;
  }

  /** The text of a group of the last match, which begins at `start`. */
  group(text: string, start: number, number: number): string {
    const group = this.#groups[number - 1];
    if (group === undefined) return text.slice(start, this.end);
    const from = group.before < 0 ? start : (this.#ends[group.before] ?? 0);
    return text.slice(from, group.last < 0 ? start : this.#ends[group.last]);
  }

  #matchesAt(text: string, from: number): boolean {
    if (this.#isLiteral) {
      if (this.#atStart && !text.startsWith(this.#prefix)) return false;
      const ends = this.#ends;
      for (let index = 0; index < ends.length; index++) ends[index] = from + index + 1;
      return !this.#atEnd || this.end === text.length;
    }
    return this.#leading === undefined
      ? this.#follows(text, from, 0)
      : this.#shortened(text, from, this.#leading.least, this.#leading.rest);
  }

  /** Matches the items from an index onwards. */
  #follows(text: string, from: number, index: number): boolean {
    const items = this.#items;
    let at = from;
    for (let each = index; each < items.length; each++) {
      const item = items[each];
      if (item === undefined) break;
      at = take(item, text, at);
      this.#ends[each] = at;
      if (at < 0) return false;
    }
    return !this.#atEnd || at === text.length;
  }

  /** Matches as much as possible of the first item, then less and less of it until the other items match. */
  #shortened(text: string, from: number, least: Item, rest: Item): boolean {
    const shortest = take(least, text, from);
    const longest = shortest < 0 ? shortest : take(rest, text, shortest);
    this.#ends[0] = longest;
    if (shortest < 0) return false;
    for (let at = longest; at >= shortest; at--) {
      // No match begins between the two units of a character.
      if (least.others && at > from && isPair(text, at - 1)) continue;
      if (!this.#follows(text, at, 1)) continue;
      this.#ends[0] = at;
      return true;
    }
    return false;
  }
}

// --- which sequences a loop may match --------------------------------------------------------------------------

interface Parts {
  readonly items: readonly Item[];
  readonly groups: readonly Group[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
}

function overlap(one: Item, other: Item): boolean {
  return (
    (one.others && other.others) || one.ascii.some((member, unit) => member === 1 && other.ascii[unit] === 1)
  );
}

/** The index of the last item at which an attempt may still fail. */
function lastToFail(items: readonly Item[], atEnd: boolean): number {
  return atEnd ? items.length - 1 : items.findLastIndex(({ min }) => min > 0);
}

/** Whether only the longest repetition of an item can lead to a match. */
function takesAll(items: readonly Item[], index: number, atEnd: boolean): boolean {
  const item = items[index];
  const nothingFails = !atEnd && index >= lastToFail(items, atEnd);
  if (item === undefined || item.min === item.max || nothingFails) return true;
  for (const next of items.slice(index + 1)) {
    if (overlap(item, next)) return false;
    if (next.min > 0) return true;
  }
  return true;
}

function shortens(items: readonly Item[], atEnd: boolean): boolean {
  return !takesAll(items, 0, atEnd);
}

/** Whether an attempt may read a stretch of unlimited length at this item and still fail. */
function mayFailLate(items: readonly Item[], index: number, atEnd: boolean): boolean {
  const last = lastToFail(items, atEnd);
  return items[index]?.max === ENDLESS && (index < last || (index === last && atEnd));
}

/** Checks the two conditions at the top of this file. */
function loopSuffices({ items, atStart, atEnd }: Parts): boolean {
  const [first, ...others] = items;
  if (first === undefined) return false;
  const isShortened = shortens(items, atEnd);
  if (isShortened && first.max !== ENDLESS) return false;
  return others.every((item, place) => {
    if (!takesAll(items, place + 1, atEnd)) return false;
    if (!mayFailLate(items, place + 1, atEnd)) return true;
    return !isShortened && (atStart || (first.min > 0 && !overlap(first, item)));
  });
}

// --- reading a pattern -----------------------------------------------------------------------------------------

type Class = Pick<Item, 'ascii' | 'others'>;

function membersOf(characters: string): Uint8Array {
  const ascii = new Uint8Array(ASCII_SIZE);
  for (let i = 0; i < characters.length; i++) ascii[characters.charCodeAt(i)] = 1;
  return ascii;
}

/** One class per character, shared by all patterns, because patterns consist mostly of single characters. */
const SINGLE: readonly Class[] = Array.from({ length: ASCII_SIZE }, (_, unit) => ({
  ascii: membersOf(String.fromCharCode(unit)),
  others: false,
}));

function inverted(ascii: Uint8Array): Uint8Array {
  return ascii.map((member) => 1 - member);
}

/** `.` */
const ANY: Class = { ascii: inverted(membersOf('\n')), others: true };

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CLASSES: ReadonlyMap<string, Uint8Array> = new Map([
  ['d', membersOf(DIGITS)],
  ['w', membersOf(`${DIGITS}${LETTERS}_`)],
  ['s', membersOf('\t\n\f\r ')],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
  ['v', '\v'],
]);

/** The class or character after a backslash. */
function escaped(character: string): Class | undefined {
  const members = CLASSES.get(character.toLowerCase());
  if (members !== undefined) {
    const negated = character !== character.toLowerCase();
    return { ascii: negated ? inverted(members) : members, others: negated };
  }
  const literal = /^[!-/:-@[-^`{-~]$/.test(character) ? character : ESCAPES.get(character);
  return literal === undefined ? undefined : SINGLE[literal.charCodeAt(0)];
}

const BRACKETS =
  /\[(\^?)((?:\\[^a-zA-Z0-9]|\\[dwstnrfv]|[^\\[\]^])(?:\\[^a-zA-Z0-9]|\\[dwstnrfv]|[^\\[\]])*)\]/y;
const BRACKET_PART = /\\(.)|([a-z])-([a-z])|([A-Z])-([A-Z])|([0-9])-([0-9])|(.)/gs;

/** The class between brackets: ASCII characters, ranges of letters and digits, and `\d`, `\w` and `\s`. */
function bracketed(content: string, negated: boolean): Class | undefined {
  const ascii = new Uint8Array(ASCII_SIZE);
  let isKnown = true;
  for (const { 0: part, 1: character, index } of content.matchAll(BRACKET_PART)) {
    if (character !== undefined) {
      const known = escaped(character);
      known?.ascii.forEach((member, unit) => {
        if (member === 1) ascii[unit] = 1;
      });
      isKnown &&= known !== undefined;
    } else if (part.length === 3) {
      for (let unit = part.charCodeAt(0); unit <= part.charCodeAt(2); unit++) ascii[unit] = 1;
    } else {
      const unit = part.charCodeAt(0);
      // A hyphen is literal only at the beginning or the end; elsewhere RE2 decides what it means.
      isKnown &&= unit < ASCII_SIZE && (part !== '-' || index === 0 || index === content.length - 1);
      ascii[unit] = 1;
    }
  }
  if (!isKnown) return undefined;
  return { ascii: negated ? inverted(ascii) : ascii, others: negated };
}

const GROUP_START = /\((?:\?:|\?P?<\w+>|(?!\?))/y;
const QUANTIFIER = /[*+?]|\{(\d+)(,?)(\d*)\}/y;

function at(expression: RegExp, text: string, place: number): RegExpExecArray | null {
  expression.lastIndex = place;
  return expression.exec(text);
}

/** Parses a pattern that RE2 has accepted. Undefined if it is not a sequence of repeated classes. */
function partsOf(pattern: string): Parts | undefined {
  const items: Item[] = [];
  const groups: { before: number; last: number }[] = [];
  /** The open groups; -1 marks a non-capturing group. */
  const open: number[] = [];
  let place = 0;
  let atEnd = false;
  const atStart = pattern.startsWith('^');
  if (atStart) place++;
  while (place < pattern.length) {
    const character = pattern.charAt(place);
    if (character === '$') {
      atEnd = true;
      place++;
      break;
    }
    if (character === '(') {
      const start = at(GROUP_START, pattern, place)?.[0];
      if (start === undefined) return undefined;
      open.push(start === '(?:' ? -1 : groups.length);
      if (start !== '(?:') groups.push({ before: items.length - 1, last: items.length - 1 });
      place += start.length;
      continue;
    }
    if (character === ')') {
      const group = groups[open.pop() ?? -1];
      if (group !== undefined) group.last = items.length - 1;
      place++;
      if (at(QUANTIFIER, pattern, place) !== null) return undefined;
      continue;
    }
    let read: Class | undefined;
    if (character === '[') {
      const [whole = '', caret, content = ''] = at(BRACKETS, pattern, place) ?? [];
      read = whole === '' ? undefined : bracketed(content, caret === '^');
      place += whole.length;
    } else if (character === '\\') {
      read = escaped(pattern.charAt(place + 1));
      place += 2;
    } else if (character === '.') {
      read = ANY;
      place++;
    } else if (!'|^*+?{'.includes(character)) {
      read = SINGLE[character.charCodeAt(0)];
      place++;
    }
    if (read === undefined) return undefined;
    let min = 1;
    let max = 1;
    const quantifier = at(QUANTIFIER, pattern, place);
    if (quantifier !== null) {
      const [whole, least, comma, most] = quantifier;
      min = whole === '+' ? 1 : Number(least ?? 0);
      if (whole === '?') max = 1;
      else if (least === undefined) max = ENDLESS;
      else max = comma === '' ? min : most === '' ? ENDLESS : Number(most);
      place += whole.length;
      // A lazy repetition.
      if (pattern.charAt(place) === '?') return undefined;
    }
    items.push({ ...read, min, max });
  }
  return place < pattern.length || open.length > 0 ? undefined : { items, groups, atStart, atEnd };
}

/** The characters of the leading single-character items. */
function prefixOf(items: readonly Item[]): string {
  let prefix = '';
  for (const { ascii, others, min, max } of items) {
    const unit = ascii.indexOf(1);
    if (others || min !== 1 || max !== 1 || unit < 0 || unit !== ascii.lastIndexOf(1)) break;
    prefix += String.fromCharCode(unit);
  }
  return prefix;
}

/** Undefined if RE2 must match the pattern. RE2 must have accepted the pattern before. */
export function sequenceOf(pattern: string): Sequence | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX) return undefined;
  const parts = partsOf(pattern);
  if (parts === undefined || !loopSuffices(parts)) return undefined;
  return new Sequence(parts, prefixOf(parts.items));
}
