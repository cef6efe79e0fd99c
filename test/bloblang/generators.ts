// Random mappings and documents for the laws. Every tree prints to source that parses to the same tree: no operand is a
// bare chain, lambdas are only where the grammar allows them, and no field is named like a keyword.

import fc from 'fast-check';
import type { Expression, Mapping, Operator, Statement } from '../../src/bloblang/ast.ts';
import { OPERATORS } from '../../src/bloblang/ast.ts';
import { float, int, type Value } from '../../src/bloblang/values.ts';

const fieldName = fc.constantFrom('a', 'b', 'foo', 'bar_9', 'Upper', 'x1');
const segment = fc.oneof(fieldName, fc.constantFrom('0', '7', '*', 'a.b', 'sp ace', '~t', 'ünïcode', '-'));
const text = fc.oneof(
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom('', '"', '\\', '\n', '\u0000', '😀'),
);

const literalValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value[]>(null, true, false),
  fc.nat().map(int),
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(int),
  fc.double({ min: 0, max: 1e30, noNaN: true }).map((value) => float(Math.abs(value))),
  text,
);

const reference: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant<Expression>({ kind: 'reference', height: 0, origin: 'this', name: 'this' }),
  fc.constant<Expression>({ kind: 'reference', height: 0, origin: 'root', name: 'root' }),
  fieldName.map((name): Expression => ({ kind: 'reference', height: 0, origin: 'field', name })),
);

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  literalValue.map((value): Expression => ({ kind: 'literal', height: 0, value })),
  reference,
  fieldName.map((name): Expression => ({ kind: 'variable', height: 0, name })),
  fc.option(segment, { nil: undefined }).map((key): Expression => ({ kind: 'metadata', height: 0, key })),
);

export const FUNCTION_NAMES = [
  'throw',
  'deleted',
  'nothing',
  'range',
  'content',
  'json',
  'now',
  'uuid_v4',
] as const;
export const METHOD_NAMES = [
  'uppercase',
  'map_each',
  'filter',
  'fold',
  'catch',
  'or',
  'string',
  'number',
  'length',
  'sort',
  'merge',
  'split',
  'join',
  'slice',
  'repeat',
  'replace_all',
  'keys',
  'values',
  'flatten',
  'index',
  'contains',
  'format',
  'append',
  'apply',
  'type',
  're_match',
] as const;

/** An expression that a tail may follow. Brackets turn any expression into one. */
function primary(depth: number): fc.Arbitrary<Expression> {
  if (depth <= 0) return leaf;
  const inner = expression(depth - 1);
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    inner.map((node): Expression => ({ kind: 'brackets', height: 0, inner: node })),
    fc.array(inner, { maxLength: 3 }).map((elements): Expression => ({ kind: 'array', height: 0, elements })),
    fc.array(fc.tuple(fc.oneof(text, primaryKey(depth - 1)), inner), { maxLength: 3 }).map(
      (entries): Expression => ({
        kind: 'object',
        height: 0,
        entries: entries.map(([key, value]) => ({ key, value })),
      }),
    ),
    fc
      .tuple(fc.constantFrom(...FUNCTION_NAMES), fc.array(inner, { maxLength: 2 }))
      .map(([name, args]): Expression => ({ kind: 'call', height: 0, name, args: args.map(positional) })),
    fc.tuple(inner, inner, fc.option(inner, { nil: undefined })).map(
      ([condition, result, otherwise]): Expression => ({
        kind: 'if',
        height: 0,
        branches: [{ condition, result }],
        otherwise,
      }),
    ),
    fc
      .tuple(
        fc.option(inner, { nil: undefined }),
        fc.array(fc.tuple(fc.option(inner, { nil: undefined }), inner), { maxLength: 3 }),
      )
      .map(
        ([subject, cases]): Expression => ({
          kind: 'match',
          height: 0,
          // Without a subject and cases, the braces would be an empty object.
          subject: cases.length === 0 ? (subject ?? { kind: 'variable', height: 0, name: 'a' }) : subject,
          cases: cases.map(([test, result]) => ({ test, result })),
        }),
      ),
  );
}

/** A key that is not a string must not start with a quote. */
function primaryKey(depth: number): fc.Arbitrary<Expression> {
  return expression(depth).map((inner): Expression => ({ kind: 'brackets', height: 0, inner }));
}

function positional(value: Expression): { name: undefined; value: Expression } {
  return { name: undefined, value };
}

function tailed(depth: number): fc.Arbitrary<Expression> {
  if (depth <= 0) return primary(depth);
  const lambdaName = `v${depth}`;
  const lambda = expression(depth - 1).map(
    (body): Expression => ({ kind: 'lambda', height: 0, name: lambdaName, body }),
  );
  return fc.oneof(
    { weight: 3, arbitrary: primary(depth) },
    fc
      .tuple(primary(depth - 1), fc.array(segment, { minLength: 1, maxLength: 3 }))
      .map(([receiver, segments]): Expression => ({ kind: 'path', height: 0, receiver, segments })),
    fc
      .tuple(
        primary(depth - 1),
        fc.constantFrom(...METHOD_NAMES),
        fc.oneof(lambda, expression(depth - 1)),
        fc.boolean(),
      )
      .map(
        ([receiver, name, arg, bare]): Expression => ({
          kind: 'method',
          height: 0,
          receiver,
          name,
          args: bare ? [] : [positional(arg)],
        }),
      ),
    fc
      .tuple(primary(depth - 1), expression(depth - 1))
      .map(([receiver, body]): Expression => ({ kind: 'map', height: 0, receiver, body })),
  );
}

function operand(depth: number): fc.Arbitrary<Expression> {
  const node = tailed(depth);
  return fc.oneof(
    { weight: 5, arbitrary: node },
    node.map((inner): Expression => ({ kind: 'not', height: 0, operand: inner })),
    node.map((inner): Expression => ({ kind: 'negate', height: 0, operand: inner })),
  );
}

export function expression(depth: number): fc.Arbitrary<Expression> {
  return fc.oneof(
    { weight: 3, arbitrary: operand(depth) },
    fc
      .tuple(
        operand(depth),
        fc.array(fc.tuple(fc.constantFrom<Operator[]>(...OPERATORS), operand(depth - 1)), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(
        ([first, rest]): Expression => ({
          kind: 'chain',
          height: 0,
          operands: [first, ...rest.map(([, node]) => node)],
          operators: rest.map(([operator]) => operator),
        }),
      ),
  );
}

function statement(depth: number): fc.Arbitrary<Statement> {
  const value = expression(depth);
  const plain: fc.Arbitrary<Statement> = fc.oneof(
    fc.tuple(fieldName, value).map(([name, node]): Statement => ({ kind: 'let', at: 0, name, value: node })),
    fc
      .tuple(fc.option(segment, { nil: undefined }), value)
      .map(([key, node]): Statement => ({ kind: 'meta', at: 0, key, value: node })),
    fc
      .tuple(fc.array(segment, { maxLength: 3 }), value)
      .map(([path, node]): Statement => ({ kind: 'assign', at: 0, path, value: node })),
  );
  if (depth <= 0) return plain;
  return fc.oneof(
    { weight: 4, arbitrary: plain },
    fc
      .array(fc.tuple(value, fc.array(statement(depth - 1), { maxLength: 2 })), {
        minLength: 1,
        maxLength: 2,
      })
      .map(
        (branches): Statement => ({
          kind: 'if-statement',
          at: 0,
          branches: branches.map(([condition, body]) => ({ condition, body })),
        }),
      ),
  );
}

export const mapping: fc.Arbitrary<Mapping> = fc
  .array(statement(2), { minLength: 1, maxLength: 4 })
  .map((statements) => ({ maps: [], statements }));

/**
 * Tokens of the language in random order: most sequences do not parse, and those that nearly do are the interesting
 * ones.
 */
export const tokenSoup: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'root',
      'this',
      '.',
      ' ',
      '\n',
      ' = ',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"""',
      '\\',
      '# c\n',
      '->',
      ' -> ',
      '=>',
      'if ',
      'else',
      ' else if ',
      'match ',
      'let ',
      'meta ',
      'map ',
      'import ',
      'from ',
      '_',
      '$x',
      '@',
      '@k',
      '!',
      '-',
      '+',
      '|',
      '||',
      '&&',
      '==',
      '<',
      '1',
      '0.5',
      '99999999999999999999',
      'null',
      'true',
      'x',
      'throw("a")',
      '.map_each(',
      '.catch(',
      '.repeat(9)',
      'é',
      '😀',
    ),
    { maxLength: 40 },
  )
  .map((tokens) => tokens.join(''));
