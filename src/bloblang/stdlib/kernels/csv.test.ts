import { expect, it } from 'vitest';
import { isCsvDelimiter, parseCsv } from './csv.ts';

// Columns: text, lazy quotes, and the records or the error.
const PARSED: readonly (readonly [string, boolean, string | readonly (readonly string[])[]])[] = [
  ['', false, []],
  ['\n', false, []],
  ['a', false, [['a']]],
  ['a,b', false, [['a', 'b']]],
  ['a,b\n', false, [['a', 'b']]],
  [
    'a,b\r\n1,2\r\n',
    false,
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['"a"', false, [['a']]],
  ['"a', false, 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
  ['"a\nb"', false, [['a\nb']]],
  [
    '"a\nb',
    false,
    'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field',
  ],
  ['"a"b', false, 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
  ['"a""b"', false, [['a"b']]],
  ['a"b', false, 'parse error on line 1, column 2: bare " in non-quoted-field'],
  ['a,"b"c\n', false, 'parse error on line 1, column 5: extraneous or missing " in quoted-field'],
  ['a,b\nc', false, 'record on line 2: wrong number of fields'],
  ['a,b\nc,d,e', false, 'record on line 2: wrong number of fields'],
  [
    '\n\na,b\n\n1,2',
    false,
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a\r', false, [['a']]],
  ['a\r\nb', false, [['a'], ['b']]],
  ['"a\r\nb"', false, [['a\nb']]],
  ['""', false, [['']]],
  ['""""', false, [['"']]],
  ['a,""\nb,"', false, 'parse error on line 2, column 4: extraneous or missing " in quoted-field'],
  ['\u00e9,"x"y', false, 'parse error on line 1, column 6: extraneous or missing " in quoted-field'],
  [
    'x,"a\nb"c',
    false,
    'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field',
  ],
  [
    'x\n"a\nb"c,1',
    false,
    'record on line 2; parse error on line 3, column 2: extraneous or missing " in quoted-field',
  ],
  ['a, "b"', false, 'parse error on line 1, column 4: bare " in non-quoted-field'],
  ['"a",b\n"c"d,e', false, 'parse error on line 2, column 3: extraneous or missing " in quoted-field'],
  ['"a"\n"b', false, 'parse error on line 2, column 3: extraneous or missing " in quoted-field'],
  ['"a\n', false, 'parse error on line 1, column 4: extraneous or missing " in quoted-field'],
  [
    '"a\nb\n',
    false,
    'record on line 1; parse error on line 2, column 3: extraneous or missing " in quoted-field',
  ],
  [
    'a,"b\n\nc"d',
    false,
    'record on line 1; parse error on line 3, column 2: extraneous or missing " in quoted-field',
  ],
  ['', true, []],
  ['\n', true, []],
  ['a', true, [['a']]],
  ['a,b', true, [['a', 'b']]],
  ['a,b\n', true, [['a', 'b']]],
  [
    'a,b\r\n1,2\r\n',
    true,
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['"a"', true, [['a']]],
  ['"a', true, [['a']]],
  ['"a\nb"', true, [['a\nb']]],
  ['"a\nb', true, [['a\nb']]],
  ['"a"b', true, [['a"b']]],
  ['"a""b"', true, [['a"b']]],
  ['a"b', true, [['a"b']]],
  ['a,"b"c\n', true, [['a', 'b"c\n']]],
  ['a,b\nc', true, 'record on line 2: wrong number of fields'],
  ['a,b\nc,d,e', true, 'record on line 2: wrong number of fields'],
  [
    '\n\na,b\n\n1,2',
    true,
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a\r', true, [['a']]],
  ['a\r\nb', true, [['a'], ['b']]],
  ['"a\r\nb"', true, [['a\nb']]],
  ['""', true, [['']]],
  ['""""', true, [['"']]],
  [
    'a,""\nb,"',
    true,
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  ['\u00e9,"x"y', true, [['\u00e9', 'x"y']]],
  ['x,"a\nb"c', true, [['x', 'a\nb"c']]],
  ['x\n"a\nb"c,1', true, [['x'], ['a\nb"c,1']]],
  ['a, "b"', true, [['a', ' "b"']]],
  ['"a",b\n"c"d,e', true, 'record on line 2: wrong number of fields'],
  ['"a"\n"b', true, [['a'], ['b']]],
  ['"a\n', true, [['a\n']]],
  ['"a\nb\n', true, [['a\nb\n']]],
  ['a,"b\n\nc"d', true, [['a', 'b\n\nc"d']]],
];

it.each(PARSED)('reads %j, lazy: %s', (text, lazy, result) => {
  const parsed = parseCsv(text, ',', lazy);
  expect(parsed.ok ? parsed.value : parsed.message).toEqual(result);
});

it('takes one character as a delimiter, but no quote and no line break', () => {
  expect([';', '\t', '"', '\n', 'ab', ''].map(isCsvDelimiter)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
