import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonInteger, parseJson, stringifyJson } from './json.ts';

describe('JSON with 64-bit integers', () => {
  it.each([
    '{"commitNumber":1736877279422521345,"n":1}',
    '[9223372036854775807,-9223372036854775808,9007199254740993]',
    '{"text":"1736877279422521345","small":12,"fraction":1.5}',
    '-12345678901234567890',
    '{"a":[{"b":"\\\\"},{"b\\"":[[],12345678901234567890,{"":-12345678901234567891}]}]}',
    '{"a 12345678901234567890 b":{"12345678901234567890":12345678901234567890}}',
    '{"__proto__":{"toString":12345678901234567890},"constructor":12345678901234567890}',
  ])('writes what it read: %s', (text) => {
    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it('reads integers that a double holds as numbers, others as bigint', () => {
    expect(
      parseJson('[9007199254740991,9007199254740993,1e30,12345678901234567890.0,\t-9007199254740992 ]'),
    ).toEqual([9007199254740991, 9007199254740993n, 1e30, 1.2345678901234567e19, -9007199254740992n]);
  });

  it('leaves text in strings alone, whatever it looks like', () => {
    const text = '["12345678901234567890",": 12345678901234567890 ,","[1e400]","\\\\",": 1e999,"]';
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('takes the last of members with one name, as JSON.parse does', () => {
    expect(parseJson('{"a":12345678901234567890,"a":1}')).toEqual({ a: 1 });
    expect(parseJson('{"a":1,"a":12345678901234567890}')).toEqual({ a: 12345678901234567890n });
    expect(parseJson('{"a":{"b":12345678901234567890},"a":[12345678901234567891]}')).toEqual({
      a: [12345678901234567891n],
    });
    expect(parseJson('{"a":1e999,"a":{}}')).toEqual({ a: {} });
  });

  it('refuses numbers that would be written as null', () => {
    expect(() => parseJson('{"n":[-1e400]}')).toThrow('a number is out of range: -1e400');
    expect(parseJson('["1e400",1e308,1e-400]')).toEqual(['1e400', 1e308, 0]);
  });

  it('refuses an integer as soon as a double cannot hold it, because reading a long one costs its square', () => {
    expect(parseJson(`[${'9'.repeat(308)}]`)).toEqual([BigInt('9'.repeat(308))]);
    expect(() => parseJson(`[-${'9'.repeat(1_000_000)}]`)).toThrow(
      `a number is out of range: -${'9'.repeat(39)}… (1000001 characters)`,
    );
  });

  it('does not hide faults of the value behind the bigint path', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => stringifyJson(cycle)).toThrow(TypeError);
    expect(() => parseJson('{"a":')).toThrow(SyntaxError);
    expect(() => parseJson('[12345678901234567890')).toThrow(SyntaxError);
  });

  it('writes what toJSON answers, also when there are bigints beside it or in it', () => {
    const date = new Date(0);
    const shown = { toJSON: (key: string) => ({ key, n: 12345678901234567890n }) };
    expect(stringifyJson({ a: [date, 12345678901234567890n], shown }, 1)).toBe(
      `{\n "a": [\n  "${date.toISOString()}",\n  12345678901234567890\n ],\n "shown": {\n  "key": "shown",\n  "n": 12345678901234567890\n }\n}`,
    );
  });

  it('does not change what it writes', () => {
    const value = { list: [1, { n: 12345678901234567890n }], same: {} };
    const before = structuredClone(value);
    stringifyJson(value);
    expect(value).toEqual(before);
  });
});

// The engine's own exact numbers, slow but reliable: a reviver that receives each number's source text.
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}
const json: JsonWithSource = JSON as never;

function parseByReviver(text: string): unknown {
  return json.parse(text, (_key, value, { source = '' }) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    if (!Number.isFinite(value)) throw new SyntaxError('a number is out of range');
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

function outcomeOf(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof SyntaxError ? 'SyntaxError' : error;
  }
}

describe('JSON with 64-bit integers, against a reviver over every value', () => {
  const number = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map(String),
    fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 40n }), fc.integer({ min: -400, max: 400 }))
      .map(([digits, exponent]) => `${digits}e${exponent}`),
    fc.constantFrom('1E+400', '-1e0309', '0.5E3', '1e+0', '17368772794225213450.25', '-0', '1e308', '0e999'),
  );
  // Characters that a scanner might take for structure, and enough digits to look like a number.
  const string = fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        ',',
        ':',
        '[',
        ']',
        '{',
        '}',
        ' ',
        '\n',
        'e',
        '1e999',
        '12345678901234567',
        '-',
        'ü',
        '😀',
      ),
      { maxLength: 8 },
    )
    .map((parts) => JSON.stringify(parts.join('')));
  const name = fc.oneof(string, fc.constantFrom('"__proto__"', '"toString"', '"1"', '"\\u0061"', '"a"'));
  const space = fc.constantFrom('', '', ' ', '\n\t', '\r');
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      number,
      string,
      fc.constantFrom('null', 'true', 'false', '[]', '{}'),
      fc
        .array(fc.tuple(space, tie('value'), space), { maxLength: 5 })
        .map((elements) => `[${elements.map((each) => each.join('')).join()}]`),
      // Names may repeat, but not with numbers that round to the same value: the code does not check which is last.
      fc
        .uniqueArray(fc.tuple(space, name, space, tie('value'), space), {
          maxLength: 5,
          selector: ([, key]) => JSON.parse(key),
        })
        .map(
          (members) =>
            `{${members.map(([a, key, b, member, c]) => `${a}${key}${b}:${a}${member}${c}`).join()}}`,
        ),
    ),
  }));

  it('reads the same values', () => {
    fc.assert(
      fc.property(value, space, (text, around) => {
        const whole = `${around}${text}${around}`;
        expect(outcomeOf(parseJson, whole)).toStrictEqual(outcomeOf(parseByReviver, whole));
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses the same texts', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.constantFrom('', '"', ',', ']', '1', 'e'), (text, place, instead) => {
        const at = place % (text.length + 1);
        const torn = `${text.slice(0, at)}${instead}${text.slice(at + 1)}`;
        expect(outcomeOf(parseJson, torn)).toStrictEqual(outcomeOf(parseByReviver, torn));
      }),
      { numRuns: 3_000 },
    );
  });

  it('writes the same text as a replacer over every value', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 2), (text, indent) => {
        const read = outcomeOf(parseByReviver, text);
        const written = JSON.stringify(
          read,
          (_key, inner: unknown) => (typeof inner === 'bigint' ? jsonInteger(inner) : inner),
          indent,
        );
        expect(stringifyJson(read, indent)).toBe(written);
      }),
      { numRuns: 1_000 },
    );
  });
});
