// Prints the syntax tree as source that parses to the same tree.

import type { Argument, Expression, Mapping, Statement } from './ast.ts';
import { numberText, plainDecimal, quote } from './text.ts';
import { Float64, isNumber, isSmallInteger, JsonNumber, type Value } from './values.ts';

const BARE = /^[A-Za-z0-9_]+$/;
const INDENT = '  ';

export function printMapping({ maps, statements }: Mapping): string {
  const definitions = maps.map(({ name, body }) => `map ${word(name)} ${block(body, '')}`);
  return `${[...definitions, ...statements.map((statement) => printStatement(statement, ''))].join('\n')}\n`;
}

function word(text: string): string {
  return BARE.test(text) ? text : quote(text);
}

function block(body: readonly Statement[], indent: string): string {
  if (body.length === 0) return '{}';
  const inner = indent + INDENT;
  return `{\n${body.map((statement) => inner + printStatement(statement, inner)).join('\n')}\n${indent}}`;
}

function printStatement(statement: Statement, indent: string): string {
  switch (statement.kind) {
    case 'let':
      return `let ${word(statement.name)} = ${printExpression(statement.value)}`;
    case 'meta':
      return `meta ${statement.key === undefined ? '' : `${word(statement.key)} `}= ${printExpression(statement.value)}`;
    case 'assign':
      return `${['root', ...statement.path.map(word)].join('.')} = ${printExpression(statement.value)}`;
    case 'if-statement':
      return statement.branches
        .map(({ condition, body }, index) => {
          const head =
            condition === undefined
              ? 'else'
              : `${index === 0 ? 'if' : 'else if'} ${printExpression(condition)}`;
          return `${head} ${block(body, indent)}`;
        })
        .join(' ');
  }
}

function printExpression(node: Expression): string {
  switch (node.kind) {
    case 'literal':
      return literal(node.value);
    case 'array':
      return `[${node.elements.map(printExpression).join(', ')}]`;
    case 'object':
      return `{${node.entries
        .map(
          ({ key, value }) =>
            `${typeof key === 'string' ? quote(key) : printExpression(key)}: ${printExpression(value)}`,
        )
        .join(', ')}}`;
    case 'reference':
      return node.name;
    case 'variable':
      return `$${node.name}`;
    case 'metadata':
      return node.key === undefined ? '@' : `@${word(node.key)}`;
    case 'path':
      return [printExpression(node.receiver), ...segments(node.receiver, node.segments)].join('.');
    case 'call':
      return `${node.name}(${list(node.args)})`;
    case 'method':
      return `${printExpression(node.receiver)}.${node.name}(${list(node.args)})`;
    case 'map':
      return `${printExpression(node.receiver)}.(${printExpression(node.body)})`;
    case 'not':
      return `!${printExpression(node.operand)}`;
    case 'negate':
      return `-${printExpression(node.operand)}`;
    case 'chain':
      return node.operands
        .map(
          (operand, index) =>
            (index === 0 ? '' : ` ${node.operators[index - 1]} `) + printExpression(operand),
        )
        .join('');
    case 'brackets':
      return `(${printExpression(node.inner)})`;
    case 'lambda':
      return `${node.name} -> ${printExpression(node.body)}`;
    case 'match': {
      const subject = node.subject === undefined ? '' : `${printExpression(node.subject)} `;
      const cases = node.cases.map(
        ({ test, result }) =>
          `${test === undefined ? '_' : printExpression(test)} => ${printExpression(result)}`,
      );
      return `match ${subject}{ ${cases.join(', ')} }`;
    }
    case 'if': {
      const branches = node.branches.map(
        ({ condition, result }) => `if ${printExpression(condition)} { ${printExpression(result)} }`,
      );
      const otherwise = node.otherwise === undefined ? '' : ` else { ${printExpression(node.otherwise)} }`;
      return branches.join(' else ') + otherwise;
    }
  }
}

function list(args: readonly Argument[]): string {
  return args
    .map(({ name, value }) => `${name === undefined ? '' : `${name}: `}${printExpression(value)}`)
    .join(', ');
}

/** `5.0` is a number, and `5."0"` is a field of the number 5. */
function segments(receiver: Expression, path: readonly string[]): string[] {
  const afterNumber = receiver.kind === 'literal' && isNumber(receiver.value);
  return path.map((segment, index) => (afterNumber && index === 0 ? quote(segment) : word(segment)));
}

function literal(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (!isNumber(value)) return String(value);
  if (value instanceof JsonNumber) return value.text;
  const number = value instanceof Float64 ? value.value : value;
  if (typeof number === 'bigint' || isSmallInteger(value)) {
    return numberText(number);
  }
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e');
  const plain = plainDecimal(Object.is(number, -0) ? `-${mantissa}` : mantissa, Number(exponent));
  return plain.includes('.') ? plain : `${plain}.0`;
}
