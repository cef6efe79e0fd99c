import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseValue } from './parse.ts';

const Schema = v.strictObject({
  label: v.optional(v.pipe(v.string(), v.minLength(2), v.maxLength(4))),
  list: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(2))),
  flag: v.optional(v.boolean()),
  count: v.optional(v.number()),
  object: v.optional(v.strictObject({ name: v.string() })),
});

describe('a fault of a value', () => {
  it.each([
    [{ label: 'a' }, 'expected "label" to have at least 2 characters, found 1'],
    [{ label: 'abcde' }, 'expected "label" to have at most 4 characters, found 5'],
    [{ list: [] }, 'expected "list" to have at least 1 items, found 0'],
    [{ list: ['a', 'b', 'c'] }, 'expected "list" to have at most 2 items, found 3'],
    [{ flag: 'yes' }, 'expected "flag" to be true or false, found "yes"'],
    [{ count: 'x'.repeat(200) }, `expected "count" to be a number, found "${'x'.repeat(99)}…`],
    [{ object: 5 }, 'expected "object" to be a JSON object, found 5'],
    [{ object: {} }, 'expected "object.name" to be given, found it missing'],
    [{ lable: 'ab' }, 'expected only documented fields, found the unknown field "lable"'],
  ])('of %j says what was expected and what was found', (value, sentence) => {
    expect(parseValue(Schema, value, 'the body')).toMatchObject({
      kind: 'refused',
      id: 'invalid-request',
      message: `the body: ${sentence}`,
    });
  });

  it.each([
    { label: 'ab', list: ['a'] },
    { label: 'abcd', list: ['a', 'b'] },
  ])('is none within the bounds', (value) => {
    expect(parseValue(Schema, value, 'the body')).toEqual({ kind: 'parsed', value });
  });
});
