// One case for each kind of past mistake, found by comparing answers with the reference engine's on random mappings.

import { describe, expect, it } from 'vitest';
import { bodyText, compile } from '../../src/bloblang/index.ts';
import { EXTENDED_DEFINITIONS } from '../../src/bloblang/stdlib/registry-extended.ts';

/** The body of the result, the error's text, or the compiler's message with its position. */
function answer(mapping: string, input: string): string {
  const compiled = compile(mapping, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) return compiled.diagnostics[0].text;
  const outcome = compiled.program.runBytes(new TextEncoder().encode(input));
  if (outcome.kind === 'output') return bodyText(outcome.value);
  return outcome.kind === 'error' ? outcome.error.replace('failed assignment (line 1): ', '') : outcome.kind;
}

type Case = readonly [mapping: string, answer: string, input?: string];

const TYPE_ERRORS: readonly Case[] = [
  // Errors do not escape strings.
  ['root = this.abs()', 'expected number or integer value, got string ("a"b\\")', '"a\\"b\\\\"'],
  ['root = this.keys()', 'expected object value, got string from field `this` ("é\n")', '"é\\n"'],
  // Errors call an alias by the name in the mapping.
  [
    'root = !this.format_timestamp_unix()',
    'expected bool value, got number from method format_timestamp_unix (5)',
    '5',
  ],
  [
    'root = "a".re_replace(this.x, "b")',
    "method 're_replace': failed to extract input arg 'pattern': wrong argument type, expected string, got null",
    '{}',
  ],
  // Keys are bytes or text, and are checked where all arguments are checked.
  [
    'root = "a".hash("hmac_sha1", this.k).encode("hex")',
    "method 'hash': failed to extract input arg 'key': wrong argument type, expected string, got number",
    '{"k":5}',
  ],
  [
    'root = "a".encrypt_aes("ctr", 5, this.iv)',
    'line 1 char 42: field key: wrong argument type, expected string, got number',
    '{}',
  ],
  ['root = metadata().uppercase()', 'expected string value, got object from metadata object'],
  ['root = 5.uuid_v5("x")', 'number literal: invalid ns uuid: "x"'],
  ['root = null.uuid_v5("x")', 'null'],
  // Errors show a timestamp as Go prints it.
  [
    'root = if 5.timestamp() { 1 }',
    'method timestamp resolved to a non-boolean value 1970-01-01 00:00:05 +0000 UTC (time.Time)',
  ],
];

const NUMBERS: readonly Case[] = [
  // A uint64 becomes an int64 in a comparison with an int64, but not with another uint64.
  ['root = "18446744073709551615".uint64() > 0', 'false'],
  ['root = "18446744073709551615".uint64() > "18446744073709551614".uint64()', 'true'],
  ['root = "18446744073709551615".uint64() > 0.5', 'true'],
  // The text of an input number decides whether it is true.
  ['root = true == this', 'true', '0.0'],
  ['root = "a,".split(",", this).string()', '["a",null]', '0.0'],
  ['root = this.ts_unix_micro()', '-1000000', '9223372036854775807'],
  ['root = this.timestamp().string()', '292277026596-12-04T15:30:07Z', '9223372036854775807'],
  ['root = (0 - 62167219201).timestamp().string()', '-0001-12-31T23:59:59Z'],
];

const SENTINELS: readonly Case[] = [
  ['root = deleted() == deleted()', 'false'],
  ['root = nothing() != nothing()', 'true'],
  ['root = match deleted() { deleted() => 1, _ => 2 }', '2'],
  // For null in metadata, the older functions return a string.
  ['meta k = null\nroot = root_meta("k").type()', 'string'],
];

const TEXTS: readonly Case[] = [
  ['root = "aX:5B aX.5B x5:5aB x\ufe52aB x:_aB".capitalize()', 'Ax:5b Ax.5b X5:5ab X\ufe52ab X:_ab'],
  ['root = "日aB アaB xア:aB".capitalize()', '日Ab アAb Xア:Ab'],
  [`root = "א'bC ŉ ΣΑΣ".capitalize()`, "א'Bc ʼN Σας"],
  ['root = "+ ".decode("ascii85").encode("hex")', 'string literal: illegal ascii85 data at input byte 1'],
  [
    'root = "a%zz&;".parse_form_url_encoded()',
    'failed to parse value as url-encoded data: invalid semicolon separator in query',
  ],
  ['root = "%*d".format(2.0, 1)', '%!(BADWIDTH)1'],
];

const TIMES: readonly Case[] = [
  ['root = "05PMam".ts_parse("02PMpm")', '"0000-01-05T12:00:00Z"'],
  ['root = 0.ts_tz("utc")', 'line 1 char 22: failed to parse timezone location name: unknown time zone utc'],
  [
    'root = 0.ts_tz("europe/berlin")',
    'line 1 char 32: failed to parse timezone location name: unknown time zone europe/berlin',
  ],
];

// Only a mapping may end in a comment without a line break; anywhere else the mistake is at the start of the comment.
const COMMENTS: readonly Case[] = [
  ['root = 1 # one', '1'],
  ['root = 1\n# one', '1'],
  ['# one', 'line 1 char 1: expected import, map, or assignment'],
  ['if true { root.#v = 1 }', 'line 1 char 16: required: expected method or field path'],
  ['root = [1, # two ]', 'line 1 char 12: expected query'],
  ['root = "a".repeat(#)', 'line 1 char 19: required: expected function argument'],
];

describe.each([
  ['type errors', TYPE_ERRORS],
  ['numbers', NUMBERS],
  ['deleted and nothing', SENTINELS],
  ['texts', TEXTS],
  ['times', TIMES],
  ['comments at the end of the source', COMMENTS],
] as const)('%s', (_, cases) => {
  it.each(cases.map(([mapping, expected, input]) => ({ mapping, expected, input: input ?? 'null' })))(
    '$mapping',
    ({ mapping, expected, input }) => {
      expect(answer(mapping, input)).toBe(expected);
    },
  );
});
