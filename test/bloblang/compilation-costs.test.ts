// Measures compiling mappings of the maximum length, one for every construct that makes the parser and the compiler
// work. The length of the source limits compiling; the steps of one run limit what built-ins prepare from literal
// arguments.

import { expect, it } from 'vitest';
import { compile, DEFAULT_LIMITS } from '../../src/bloblang/index.ts';
import { calibrationMs, MARGIN } from './costs.ts';
import { ALL_DEFINITIONS } from './scoring.ts';

const LENGTH = 95_000;

const repeated = (piece: string, length = LENGTH): string => piece.repeat(Math.floor(length / piece.length));
const listed = (piece: string): string => `root = [${repeated(`${piece},`)}1]`;
const numbered = (make: (index: number) => string): string => {
  const pieces: string[] = [];
  for (let length = 0; length < LENGTH - 100; length += (pieces.at(-1)?.length ?? 0) + 1)
    pieces.push(make(pieces.length));
  return `root = [${pieces.join()}]`;
};

/** The slowest compile in about a microsecond per character. */
const SOURCES: Readonly<Record<string, string>> = {
  'empty arrays': listed('[]'),
  'arrays in arrays': listed('['.repeat(90) + ']'.repeat(90)),
  brackets: listed(`${'('.repeat(90)}1${')'.repeat(90)}`),
  'literals of strings': listed('"a"'),
  'escapes in one string': `root = "${repeated('\\u00df')}"`,
  fields: `root = this${repeated('.a')}`,
  'a field many times': listed('this'),
  sums: `root = 1${repeated(' + 1')}`,
  'sums of strings': `root = "${'a'.repeat(9_000)}"${repeated(' + "a"', 80_000)}`,
  comparisons: `root = 1${repeated(' == 1')}`,
  alternatives: `root = this.a${repeated(' | this.b')}`,
  objects: numbered((index) => `{"k${index}":1}`),
  'a case after another': `root = match this {\n${repeated('"a" => 1\n')}_ => 2\n}`,
  'a condition after another': `root = match {\n${repeated('this.a == 1 => 2\n')}_ => 2\n}`,
  conditions: repeated('if this.a { root = 1 }\n'),
  statements: repeated('root.a = 1\n'),
  variables: repeated('let a = $a\n'),
  lambdas: listed('this.a.map_each(x -> x)'),
  calls: listed('"a".uppercase()'),
  'chains of calls': listed(`"a"${'.uppercase()'.repeat(190)}`),
  'patterns that differ': numbered((index) => `"".re_match("a${index}")`),
  'patterns of large classes': numbered((index) => `"".re_match("(?i)\\\\pL${index}")`),
  'one long pattern': `root = "".re_match("${repeated('ab')}")`,
  'a pattern that is repeated': `root = "".re_match("${repeated('a{1000}')}")`,
  'paths as texts': listed('this.get("a.b")'),
  'one long path': `root = this.get("${repeated('a.')}")`,
  'paths as arguments': `root = this.with(${repeated('"a",')}"a")`,
  'a schema many times': listed('this.json_schema("""{"type":"object"}""")'),
  'one long schema': `root = this.json_schema("""{"enum":[${repeated('1,')}1]}""")`,
  'schemas in schemas': `root = this.json_schema("""${'{"not":'.repeat(1_000)}{}${'}'.repeat(1_000)}""")`,
  'one long JSONPath': `root = this.json_path("$${repeated('[0]')}")`,
  'filters of a JSONPath': `root = this.json_path("$[?(${repeated('@||')}@)]")`,
  'one long layout': `root = this.ts_format("${repeated('2006-01-02 ')}")`,
  'one long format': `root = this.ts_strftime("${repeated('%Y%j')}")`,
  'a format that is folded': listed('"2006-01-02".ts_strptime("%Y-%m-%d")'),
  'zones that differ': numbered((index) => `1.ts_tz("${['Asia/Tokyo', 'Europe/Rome'][index % 2]}")`),
  'a cut set': `root = this.trim("${repeated('a')}")`,
  'a template of references': `root = this.re_replace_all("a", "${repeated('$0')}")`,
  'replacements in pairs': `root = this.replace_all_many([${repeated('"a","b",')}"a","b"])`,
  'a mistake at the end': `${repeated('root.a = 1\n')}!!!`,
};

const ROUNDS_MAX = 5;
const STEPS_OF_A_CHARACTER = 2;

it.each(Object.entries(SOURCES))('%s: compiled in linear time', (_, source) => {
  expect(source.length).toBeLessThanOrEqual(DEFAULT_LIMITS.sourceLength);
  const bound = (MARGIN * calibrationMs() * source.length * STEPS_OF_A_CHARACTER) / 1_000;
  let milliseconds = Infinity;
  for (let round = 0; round < ROUNDS_MAX && milliseconds >= bound; round++) {
    const start = process.cpuUsage();
    compile(source, { definitions: ALL_DEFINITIONS });
    const { user, system } = process.cpuUsage(start);
    milliseconds = Math.min(milliseconds, (user + system) / 1_000);
  }
  expect(milliseconds).toBeLessThan(bound);
});

it('the cost of literal arguments is limited for the whole mapping', () => {
  const compiled = compile(SOURCES['patterns of large classes'] ?? '', { definitions: ALL_DEFINITIONS });
  expect(compiled).toMatchObject({
    ok: false,
    diagnostics: [{ text: expect.stringContaining('limit steps') }],
  });
});

it('the other mappings are compiled to the end, not refused early', () => {
  const refused = Object.entries(SOURCES)
    .filter(([, source]) => !compile(source, { definitions: ALL_DEFINITIONS }).ok)
    .map(([what]) => what);
  expect(refused).toEqual([
    'patterns of large classes',
    'one long pattern',
    'a pattern that is repeated',
    'schemas in schemas',
    'a mistake at the end',
  ]);
});
