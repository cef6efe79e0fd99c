import { RE2JS } from 're2js';
import { fail } from '../../errors.ts';
import type { Run } from '../../runtime.ts';
import { encodeUtf8, type ObjectBuilder, setOwn } from '../../values.ts';

// Regular expressions are RE2, which does not backtrack, so no pattern takes more than linear time for one match.

/** Compiled patterns are shared by all mappings of the process, which cannot tell: a pattern costs the same whether it is here or not. */
const CACHED_PATTERNS_MAX = 64;
const CACHED_PATTERN_COST_MAX = 1_000;
const cache = new Map<string, RE2JS>();

/** Steps to compile the longest pattern. */
const COMPILATION_STEPS_MAX = 50_000;
/** Compiling takes up to this many steps per character that the pattern has after its repetitions are written out. */
const STEPS_OF_A_CHARACTER = 3;
/** Classes of Unicode hold up to some 700 ranges, and ignoring case folds every one of them. */
const STEPS_OF_A_CLASS = 60;
const STEPS_OF_A_FOLDED_CLASS = 400;
const REPETITIONS_MAX = 1_000;

/** Never below what compiling the pattern takes, in steps. It reads the pattern from outside: a count in it may multiply all of it. */
export function compilationSteps(pattern: string): number {
  let ofAtoms = 1;
  let ofGroups = 1;
  // Repeated groups may stand in one another; repeated characters and classes cannot.
  for (const [, group, least = '0', most = ''] of pattern.matchAll(/(\)?)\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    const count = Math.max(1, Number(least), Number(most));
    if (group === '') ofAtoms = Math.max(ofAtoms, count);
    else ofGroups *= count;
  }
  const repetitions = Math.min(ofAtoms * ofGroups, REPETITIONS_MAX);
  const classes = pattern.match(/\\[pPwWdDsSbB]|\[|\./g)?.length ?? 0;
  const folded = /\(\?[a-zA-Z]*i/.test(pattern);
  const ofClass = /\\[pP]/.test(pattern) ? (folded ? STEPS_OF_A_FOLDED_CLASS : STEPS_OF_A_CLASS) : 1;
  return 30 + repetitions * (pattern.length * STEPS_OF_A_CHARACTER + classes * ofClass);
}

/** The run pays before the pattern is compiled. */
export function compileRegex(run: Run, pattern: string): RE2JS {
  const steps = compilationSteps(pattern);
  if (steps > COMPILATION_STEPS_MAX) throw fail('error parsing regexp: expression too large');
  run.step(steps);
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
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

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** The whole match and its groups. A group that did not take part is empty. */
  readonly groups: readonly string[];
}

/** A microsecond is enough to take one character through this many instructions. */
const INSTRUCTIONS_OF_A_STEP = 32;

function scanSteps(regex: RE2JS, characters: number): number {
  return 1 + Math.floor((characters * regex.programSize()) / INSTRUCTIONS_OF_A_STEP);
}

/**
 * Whether a search may read far behind the match that it finds: after a match, an alternative or a repeated group may still hope for a
 * longer one. Each search then pays for the rest of the text. Otherwise all searches together read the text once.
 */
function readsAhead(regex: RE2JS): boolean {
  const pattern = regex.pattern();
  return /\||\)[*+?{]|[*+?}]\?/.test(pattern) && /[*+]|,\}/.test(pattern);
}

export function testRegex(run: Run, regex: RE2JS, text: string): boolean {
  run.step(scanSteps(regex, text.length));
  return regex.test(text);
}

/** The matches from left to right, without an empty one directly behind another match. */
export function* matchesOf(run: Run, regex: RE2JS, text: string): Generator<RegexMatch> {
  const matcher = regex.matcher(text);
  let position = 0;
  let previousEnd = -1;
  const eachReadsAll = readsAhead(regex);
  run.step(2 * scanSteps(regex, text.length));
  while (position <= text.length) {
    run.step(1 + matcher.groupCount());
    if (eachReadsAll) run.step(scanSteps(regex, text.length - position));
    if (!matcher.find(position)) return;
    const start = matcher.start();
    const end = matcher.end();
    const accepted = end > start || start !== previousEnd;
    previousEnd = end;
    if (accepted) {
      const groups: string[] = [];
      for (let group = 0; group <= matcher.groupCount(); group++) groups.push(matcher.group(group) ?? '');
      yield { start, end, groups };
    }
    if (end > position) position = end;
    else position += (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
  }
}

/** The name of each group, or its number if it has no name. */
export function groupNames(regex: RE2JS): string[] {
  const names = Array.from({ length: regex.groupCount() + 1 }, (_, index) => String(index));
  for (const [name, index] of Object.entries(regex.namedGroups())) names[index] = name;
  return names;
}

type TemplatePart = { readonly text: string } | { readonly group: number | undefined };

/** Reads `$1`, `$name`, `${name}` and `$$`; the name is the longest run of letters, digits and underscores. */
export function parseTemplate(template: string, regex: RE2JS): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  const byName = new Map(Object.entries(regex.namedGroups()));
  let at = 0;
  for (;;) {
    const dollar = template.indexOf('$', at);
    if (dollar < 0) break;
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
    if (name === undefined) parts.push({ text: '$' });
    else parts.push({ group: /^[0-9]{1,8}$/.test(name) ? Number(name) : byName.get(name) });
  }
  if (at < template.length) parts.push({ text: template.slice(at) });
  return parts;
}

export function replaceMatches(
  run: Run,
  regex: RE2JS,
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
  for (const match of matchesOf(run, regex, text)) {
    add(text.slice(copied, match.start));
    for (const part of template) {
      if ('text' in part) add(part.text);
      else if (part.group !== undefined) add(match.groups[part.group] ?? '');
    }
    copied = match.end;
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
