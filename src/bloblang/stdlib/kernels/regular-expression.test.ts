import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../limits.ts';
import { Run } from '../../runtime.ts';
import { compileRegex, parseTemplate, replaceMatches } from './regular-expression.ts';

// Columns: pattern, text, replacement, result.
const REPLACED: readonly (readonly [string, string, string, string])[] = [
  ['a*', 'baaac', 'X', 'XbXcX'],
  ['', 'abc', '-', '-a-b-c-'],
  ['(a)(b)?', 'abac', '$1-$2-${1}x$1x$$', 'a-b-ax$a--ax$c'],
  ['a|b', 'abc', '$0', 'abc'],
  ['(?P<n>a)', 'xa', '$n ${n} $nn $', 'xa a  $'],
  ['\\b', 'ab cd', '|', '|ab| |cd|'],
  ['^', 'ab', 'x', 'xab'],
  ['$', 'ab', 'x', 'abx'],
  ['(?m)^', 'a\nb', 'x', 'xa\nxb'],
  ['x*', '\u00e9\ud83d\ude00x', '-', '-\u00e9-\ud83d\ude00-'],
  ['a+?', 'aaa', 'b', 'bbb'],
  ['(a|ab)(c|bcd)', 'abcd', '[$1|$2]', '[a|bcd]'],
  ['\u00e9', '\u00e9\u00e9', 'e', 'ee'],
  ['b', 'abc', '${1', 'a${1c'],
  ['b', 'abc', '$-', 'a$-c'],
  ['(b)', 'abc', '$1\u00e9', 'ac'],
  ['.', '\u00e9\n', 'x', 'x\n'],
  ['(?s).', '\u00e9\n', 'x', 'xx'],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['(', 'error parsing regexp: missing closing ): `(`'],
  ['[', 'error parsing regexp: missing closing ]: `[`'],
  ['*', 'error parsing regexp: missing argument to repetition operator: `*`'],
  ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
  ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
  ['a{2,1}', 'error parsing regexp: invalid repeat count: `{2,1}`'],
  ['\\', 'error parsing regexp: trailing backslash at end of expression: ``'],
  ['\\Z', 'error parsing regexp: invalid escape sequence: `\\Z`'],
  ['\\8', 'error parsing regexp: invalid escape sequence: `\\8`'],
  ['(?z)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?z`'],
  ['[b-a]', 'error parsing regexp: invalid character class range: `b-a`'],
  ['a)', 'error parsing regexp: unexpected ): `a)`'],
  ['(?P<>a)', 'error parsing regexp: invalid named capture: `(?P<>`'],
  ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['(?!a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?!`'],
  ['x{2}{3}', 'error parsing regexp: invalid nested repetition operator: `{2}{3}`'],
  ['\\pX', 'error parsing regexp: invalid character class range: `\\pX`'],
  ['[[:foo:]]', 'error parsing regexp: invalid character class range: `[:foo:]`'],
  ['(?P=n)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?P`'],
  ['a++', 'error parsing regexp: invalid nested repetition operator: `++`'],
  ['+', 'error parsing regexp: missing argument to repetition operator: `+`'],
  ['?', 'error parsing regexp: missing argument to repetition operator: `?`'],
  ['(*)', 'error parsing regexp: missing argument to repetition operator: `*`'],
  ['(|*)', 'error parsing regexp: missing argument to repetition operator: `*`'],
  ['a|*', 'error parsing regexp: missing argument to repetition operator: `*`'],
  ['[a', 'error parsing regexp: missing closing ]: `[a`'],
  ['[]a', 'error parsing regexp: missing closing ]: `[]a`'],
  ['[^', 'error parsing regexp: missing closing ]: `[^`'],
  ['(?', 'error parsing regexp: invalid or unsupported Perl syntax: `(?`'],
  ['(?P', 'error parsing regexp: invalid or unsupported Perl syntax: `(?P`'],
  ['(?P<n', 'error parsing regexp: invalid named capture: `(?P<n`'],
  ['(?P<n>', 'error parsing regexp: missing closing ): `(?P<n>`'],
  ['\\x', 'error parsing regexp: invalid escape sequence: `\\x`'],
  ['\\x{', 'error parsing regexp: invalid escape sequence: `\\x{`'],
  ['\\x{110000}', 'error parsing regexp: invalid escape sequence: `\\x{110000`'],
  ['(?i', 'error parsing regexp: invalid or unsupported Perl syntax: `(?i`'],
  ['\\C', 'error parsing regexp: invalid escape sequence: `\\C`'],
  ['((a{100}){100})', 'error parsing regexp: invalid repeat count: `{100}`'],
  ['(?:a', 'error parsing regexp: missing closing ): `(?:a`'],
  ['(?#c)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?#`'],
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
  return new Run(message, environment, DEFAULT_LIMITS, new Map(), new Map());
}

describe('regular expressions', () => {
  it.each(REPLACED)('replaces %j in %j by %j', (pattern, text, template, result) => {
    const regex = compileRegex(aRun(), pattern);
    expect(replaceMatches(aRun(), regex, parseTemplate(aRun(), template, regex), text)).toBe(result);
  });

  it.each(REFUSED)('refuses %j', (pattern, message) => {
    expect(() => compileRegex(aRun(), pattern)).toThrow(expect.objectContaining({ message }));
  });

  it('ends a search that would take quadratic time', () => {
    const regex = compileRegex(aRun(), 'x*y|x');
    const search = () => replaceMatches(aRun(), regex, [], 'x'.repeat(200_000));
    expect(search).toThrow(expect.objectContaining({ limit: 'steps' }));
  });
});
