import { type Matcher, RE2JS } from 're2js';
import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { encodeUtf8, type ObjectBuilder, setOwn } from '../../values.ts';
import { type Sequence, sequenceOf } from './sequence-pattern.ts';

// Regular expressions use RE2, which does not backtrack, so one match never takes more than linear time. Patterns that
// are a sequence of repeated classes need no automaton.

/**
 * All mappings of the process share compiled patterns and cannot observe it: a cached pattern costs as much as a new
 * one.
 */
const CACHED_PATTERNS_MAX = 64;
const CACHED_PATTERN_COST_MAX = 1_000;
const cache = new Map<string, Regex>();

/** The most steps that compiling a pattern may take. */
const COMPILATION_STEPS_MAX = 50_000;
// The costs below were measured on some seventy patterns of every kind and set to twice the worst of them.

/** The cost of the shortest pattern: 20 to 40 microseconds. */
const STEPS_OF_A_PATTERN = 50;
/** The cost per character of the pattern with its repetitions expanded: 1.4 microseconds. */
const STEPS_OF_A_CHARACTER = 3;
/**
 * Unicode classes hold up to some 700 ranges: 25 microseconds. Ignoring case folds each range: 90 to 140 microseconds.
 */
const STEPS_OF_A_CLASS = 60;
const STEPS_OF_A_FOLDED_CLASS = 300;
const REPETITIONS_MAX = 1_000;

/**
 * An upper bound on the steps that compiling takes, estimated from the pattern's text: one repetition count may
 * multiply the whole pattern.
 */
export function compilationSteps(pattern: string): number {
  let ofAtoms = 1;
  let ofGroups = 1;
  // Repeated groups may nest; repeated characters and classes cannot.
  for (const [, group, least = '0', most = ''] of pattern.matchAll(/(\)?)\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    const count = Math.max(1, Number(least), Number(most));
    if (group === '') ofAtoms = Math.max(ofAtoms, count);
    else ofGroups *= count;
  }
  const repetitions = Math.min(ofAtoms * ofGroups, REPETITIONS_MAX);
  const classes = pattern.match(/\\[pPwWdDsSbB]|\[|\./g)?.length ?? 0;
  const folded = /\(\?[a-zA-Z]*i/.test(pattern);
  const ofClass = /\\[pP]/.test(pattern) ? (folded ? STEPS_OF_A_FOLDED_CLASS : STEPS_OF_A_CLASS) : 1;
  return STEPS_OF_A_PATTERN + repetitions * (pattern.length * STEPS_OF_A_CHARACTER + classes * ofClass);
}

/** Charges the run, then compiles the pattern. */
export function compileRegex(run: Run, pattern: string): Regex {
  const steps = compilationSteps(pattern);
  if (steps > COMPILATION_STEPS_MAX) throw fail('error parsing regexp: expression too large');
  run.step(steps);
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  let compiled: Regex;
  try {
    compiled = new Regex(RE2JS.compile(pattern));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw fail(message.endsWith('at end of expression') ? `${message}: \`\`` : message);
  }
  if (steps <= CACHED_PATTERN_COST_MAX) {
    if (cache.size >= CACHED_PATTERNS_MAX) cache.clear();
    cache.set(pattern, compiled);
  }
  return compiled;
}

/**
 * A microsecond surely suffices to run one character through this many instructions: the worst takes 17 nanoseconds
 * each.
 */
const INSTRUCTIONS_OF_A_STEP = 32;

/** A compiled pattern and the properties that do not depend on a text. */
export class Regex {
  readonly re2: RE2JS;
  readonly sequence: Sequence | undefined;
  readonly groupCount: number;
  /**
   * Whether a search may read far past the match that it finds, because after a match an alternative or a repeated
   * group may still produce a longer one. Each search then pays for the rest of the text. Otherwise all searches
   * together read the text once.
   */
  readonly readsAhead: boolean;
  readonly #programSize: number;

  constructor(re2: RE2JS) {
    const pattern = re2.pattern();
    this.re2 = re2;
    this.sequence = sequenceOf(pattern);
    this.groupCount = re2.groupCount();
    this.readsAhead = /\||\)[*+?{]|[*+?}]\?/.test(pattern) && /[*+]|,\}/.test(pattern);
    this.#programSize = re2.programSize();
  }

  scanSteps(characters: number): number {
    return 1 + Math.floor((characters * this.#programSize) / INSTRUCTIONS_OF_A_STEP);
  }
}

export function testRegex(run: Run, regex: Regex, text: string): boolean {
  run.step(regex.scanSteps(text.length));
  return regex.sequence === undefined ? regex.re2.test(text) : regex.sequence.find(text, 0) >= 0;
}

/**
 * The matches from left to right, without an empty match directly after another match. `next` advances to the first
 * match and onwards.
 */
export class Matches {
  start = 0;
  end = 0;
  readonly #run: Run;
  readonly #regex: Regex;
  readonly #text: string;
  readonly #matcher: Matcher | undefined;
  #position = 0;
  #previousEnd = -1;

  constructor(run: Run, regex: Regex, text: string) {
    run.step(2 * regex.scanSteps(text.length));
    this.#run = run;
    this.#regex = regex;
    this.#text = text;
    this.#matcher = regex.sequence === undefined ? regex.re2.matcher(text) : undefined;
  }

  next(): boolean {
    const text = this.#text;
    while (this.#position <= text.length) {
      this.#run.step(1 + this.#regex.groupCount);
      if (this.#regex.readsAhead) this.#run.step(this.#regex.scanSteps(text.length - this.#position));
      if (!this.#find()) return false;
      const { start, end } = this;
      const accepted = end > start || start !== this.#previousEnd;
      this.#previousEnd = end;
      if (end > this.#position) this.#position = end;
      else this.#position += (text.codePointAt(this.#position) ?? 0) > 0xffff ? 2 : 1;
      if (accepted) return true;
    }
    return false;
  }

  /** The whole match (0) or a group. A group that did not participate is empty. */
  group(number: number): string {
    if (number === 0) return this.#text.slice(this.start, this.end);
    const { sequence } = this.#regex;
    if (sequence !== undefined) return sequence.group(this.#text, this.start, number);
    return this.#matcher?.group(number) ?? '';
  }

  groups(): string[] {
    const groups: string[] = [];
    for (let number = 0; number <= this.#regex.groupCount; number++) groups.push(this.group(number));
    return groups;
  }

  #find(): boolean {
    const { sequence } = this.#regex;
    if (sequence !== undefined) {
      this.start = sequence.find(this.#text, this.#position);
      if (this.start >= 0) this.end = sequence.end;
      return this.start >= 0;
    }
    const matcher = this.#matcher;
    if (matcher === undefined || !matcher.find(this.#position)) return false;
    this.start = matcher.start();
    this.end = matcher.end();
    return true;
  }
}

/** The name of each group, or its number if it has no name. */
export function groupNames({ re2, groupCount }: Regex): string[] {
  const names = Array.from({ length: groupCount + 1 }, (_, index) => String(index));
  for (const [name, index] of Object.entries(re2.namedGroups())) names[index] = name;
  return names;
}

type TemplatePart = { readonly text: string } | { readonly group: number };

/** Reads `$1`, `$name`, `${name}` and `$$`; the name is the longest run of letters, digits and underscores. */
export function parseTemplate(run: Run, template: string, { re2 }: Regex): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  const byName = new Map(Object.entries(re2.namedGroups()));
  let at = 0;
  for (;;) {
    const dollar = template.indexOf('$', at);
    if (dollar < 0) break;
    run.step();
    if (dollar > at) parts.push({ text: template.slice(at, dollar) });
    const reference = /^\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/u.exec(
      template.slice(dollar, dollar + 256),
    );
    if (reference === null) {
      parts.push({ text: '$' });
      at = dollar + 1;
      continue;
    }
    at = dollar + reference[0].length;
    const name = reference[2] ?? reference[3];
    if (name === undefined) {
      parts.push({ text: '$' });
      continue;
    }
    // A name without a group expands to nothing.
    const group = /^[0-9]{1,8}$/.test(name) ? Number(name) : byName.get(name);
    if (group !== undefined) parts.push({ group });
  }
  if (at < template.length) parts.push({ text: template.slice(at) });
  return parts;
}

export function replaceMatches(
  run: Run,
  regex: Regex,
  template: readonly TemplatePart[],
  text: string,
): string {
  let result = '';
  let copied = 0;
  const add = (piece: string): void => {
    if (result.length + piece.length > run.limits.stringBytes)
      run.allocateString(result.length + piece.length);
    run.allocate(piece.length);
    result += piece;
  };
  const matches = new Matches(run, regex, text);
  while (matches.next()) {
    add(text.slice(copied, matches.start));
    for (const part of template) {
      if ('text' in part) add(part.text);
      else add(part.group <= regex.groupCount ? matches.group(part.group) : '');
    }
    copied = matches.end;
  }
  add(text.slice(copied));
  return result;
}

/** A match as an object of its groups. */
export function groupObject(
  run: Run,
  names: readonly string[],
  groups: readonly string[],
  asBytes: boolean,
): ObjectBuilder {
  run.allocateEntries(groups.length);
  const object: ObjectBuilder = {};
  groups.forEach((group, index) => {
    const text = run.made(group);
    setOwn(object, names[index] ?? String(index), asBytes ? encodeUtf8(text) : text);
  });
  return object;
}
