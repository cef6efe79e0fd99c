import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Run } from '../../runtime.ts';
import { compileRegex, Matches, Regex } from './regular-expression.ts';
import { sequenceOf } from './sequence-pattern.ts';

const MATCHED_HERE = [
  'abc',
  '^abc',
  'abc$',
  '^abc$',
  '[0-9]+',
  '[^0-9+]',
  '\\s+',
  '\\w+-\\w+',
  '^[^@ ]+@[^@ ]+$',
  '[a-z0-9.-]+\\.[a-z]{2,}',
  '[0-9]+$',
  '^.*abc',
  '^[A-Z]-\\d{4}-\\d{6}$',
  '(?P<year>\\d{4})-(\\d+)',
  'https?://[^/ ]+',
  '<[^<>]*>',
  '"[^"]*"',
  'x{2,5}y',
  '[a-z]*',
  '.',
  '^(a)(?:b)([cd]*)$',
];

// The last five could read the same stretch repeatedly, and so could `a{0,5}a{0,5}b` with larger numbers.
const FOR_RE2 = [
  '',
  '^',
  'a|b',
  '(a)+',
  'a+?',
  '(?i)a',
  '\\bword',
  '\\pL+',
  'ü+',
  '[[:alpha:]]',
  '[+--]',
  'a{',
  'a{0,5}a{0,5}b',
  'x[^c]*c',
  '<[^>]+>',
  '[a-z.]+\\.[a-z]+$',
  '^[^@]+\\.[^@]+$',
  '^[^@]+@[^@]+\\.[^@]+$',
];

function aRun(): Run {
  const message = {
    document: () => null,
    content: () => new Uint8Array(),
    meta: {},
    batchIndex: 0,
    batchSize: 1,
    failure: undefined,
  };
  const environment = {
    nowNs: () => 0n,
    random: () => 0,
    randomBytes: (length: number) => new Uint8Array(length),
  };
  const limits = { ...DEFAULT_LIMITS, steps: Number.MAX_SAFE_INTEGER };
  return new Run(message, environment, limits, new Map(), new Map());
}

type Found = readonly [start: number, end: number, groups: readonly string[]];

function allMatches(regex: Regex, text: string): Found[] {
  const matches = new Matches(aRun(), regex, text);
  const found: Found[] = [];
  while (matches.next()) found.push([matches.start, matches.end, matches.groups()]);
  return found;
}

function byRe2(pattern: string): Regex {
  const regex = new Regex(RE2JS.compile(pattern));
  return Object.assign(Object.create(Regex.prototype), regex, {
    sequence: undefined,
    scanSteps: () => 1,
  });
}

// A small alphabet, so that classes overlap and texts match: letters, separators, a line break, a non-ASCII letter, a
// character of two units, and halves of such characters.
const UNITS = [
  'a',
  'b',
  'c',
  '1',
  '.',
  '@',
  '-',
  ' ',
  '\n',
  '\r',
  '\u2028',
  'ü',
  '😀',
  '\ud83d',
  '\ude00',
  '\udcff',
];
const texts = fc
  .oneof(
    fc.array(fc.constantFrom(...UNITS), { maxLength: 24 }),
    fc.array(fc.constantFrom('a', 'b', '.', '😀'), { maxLength: 24 }),
  )
  .map((units) => units.join(''));

const atoms = fc.oneof(
  fc.constantFrom('a', 'b', '1', '@', '\\.', '-', ' ', '.', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', 'ü'),
  fc
    .tuple(
      fc.constantFrom('', '^'),
      fc.array(
        fc.constantFrom('a', 'b', 'a-c', '0-9', '@', '.', '\\s', '\\w', '\\d', ' ', '\\-', '\\n', '-'),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    )
    .map(([caret, parts]) => `[${caret}${parts.join('')}]`),
);
const quantifiers = fc.constantFrom('', '', '', '+', '*', '?', '{2}', '{1,3}', '{2,}', '{0,2}', '+?');
const pieces: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(atoms, quantifiers).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('(', '(?:', '(?P<n>'), fc.array(fc.tuple(atoms, quantifiers), { maxLength: 2 }))
      .map(([open, inner]) => `${open}${inner.map((parts) => parts.join('')).join('')})`),
  },
);
const patterns = fc
  .tuple(
    fc.constantFrom('', '', '^'),
    fc.array(pieces, { minLength: 1, maxLength: 5 }),
    fc.constantFrom('', '', '$'),
  )
  .map(([start, parts, end]) => `${start}${parts.join('')}${end}`)
  .filter((pattern) => {
    try {
      RE2JS.compile(pattern);
      return true;
    } catch {
      // Two groups with one name or an invalid range: not a pattern.
      return false;
    }
  });
const sequences = patterns.filter((pattern) => sequenceOf(pattern) !== undefined);

/** A text that counts the reads of its characters. */
function counted(text: string): { readonly text: string; readonly reads: () => number } {
  let reads = 0;
  const counting = {
    length: text.length,
    charCodeAt: (at: number) => {
      reads++;
      return text.charCodeAt(at);
    },
    indexOf: (part: string, from: number) => {
      const at = text.indexOf(part, from);
      reads += (at < 0 ? text.length : at) - from + part.length;
      return at;
    },
    startsWith: (part: string) => {
      reads += part.length;
      return text.startsWith(part);
    },
  };
  return { text: counting as unknown as string, reads: () => reads };
}

function readsOfAllSearches(pattern: string, text: string): number {
  const sequence = sequenceOf(pattern);
  if (sequence === undefined) throw new Error(`${pattern} is for RE2`);
  const { text: watched, reads } = counted(text);
  for (let from = 0; from <= text.length; ) {
    const start = sequence.find(watched, from);
    if (start < 0) break;
    from = Math.max(from + 1, sequence.end);
  }
  return reads();
}

describe('patterns that are a sequence of repeated classes', () => {
  it.each(MATCHED_HERE)('matches %j', (pattern) => {
    expect(sequenceOf(pattern)).toBeDefined();
  });

  it.each(FOR_RE2)('leaves %j to RE2', (pattern) => {
    expect(sequenceOf(pattern)).toBeUndefined();
  });

  it('finds what RE2 finds, whatever the text', () => {
    fc.assert(
      fc.property(sequences, fc.array(texts, { minLength: 8, maxLength: 8 }), (pattern, each) => {
        const here = compileRegex(aRun(), pattern);
        expect(here.sequence).toBeDefined();
        const there = byRe2(pattern);
        for (const text of each) {
          expect({ text, found: allMatches(here, text) }).toEqual({ text, found: allMatches(there, text) });
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('reads a text at most once per place in the pattern', () => {
    // A repetitive text with an ending that may make the whole match fail.
    const repetitive = fc
      .tuple(
        fc.array(fc.constantFrom('a', 'b', 'ab', 'a.', '@a', '1a', 'a@b.', '-', ' a', '😀'), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.constantFrom('', 'c', '@', ' ', '.', '\n'),
      )
      .map(([parts, end]) => `${parts.join('').repeat(300)}${end}`);
    fc.assert(
      fc.property(sequences, repetitive, (pattern, text) => {
        const places = RE2JS.compile(pattern).programSize();
        expect(readsOfAllSearches(pattern, text)).toBeLessThan(4 * places * (text.length + 2));
      }),
      { numRuns: 1_500 },
    );
  });

  it.each(MATCHED_HERE)('takes four times as long for four times the text: %j', (pattern) => {
    for (const part of ['a', 'a.', 'a@', '<', '1', 'x', ' ', '"a', '<a', 'ab', '-1', '0-']) {
      const [small = 0, large = 0] = [500, 2_000].map((times) =>
        readsOfAllSearches(pattern, part.repeat(times)),
      );
      expect(large).toBeLessThan(5 * small + 100);
    }
  });
});
