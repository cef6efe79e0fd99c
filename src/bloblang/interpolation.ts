// Text that contains queries: `text ${! query } text`. `${{! x }}` is the literal text `${! x }`; any other `$` is
// literal.

import type { Compiler } from './compiler.ts';
import { messageOf } from './errors.ts';
import { valueText } from './json.ts';
import { emptyEnvironment, type Parser } from './parser.ts';
import type { Evaluate, Scope } from './runtime.ts';
import { Failure, failed, named, required } from './scanner.ts';
import { isSentinel, type Value } from './values.ts';

export type InterpolationPart = string | Evaluate;

export function parseInterpolation(
  parser: Parser,
  compiler: Compiler,
): readonly InterpolationPart[] | Failure {
  const { source } = parser;
  const parts: InterpolationPart[] = [];
  for (let at = 0; at < source.length; ) {
    if (parser.is(at, '${{!')) {
      const end = source.indexOf('}}', at + 4);
      if (end === -1) return new Failure(at + 4, ['end of escaped expression'], 'required');
      parts.push(`\${!${source.slice(at + 4, end)}}`);
      at = end + 2;
    } else if (parser.is(at, '${!')) {
      const query = required(parser.query(parser.skipSpaces(at + 3), emptyEnvironment()));
      if (failed(query)) return query;
      const close = required(named(parser.term(parser.skipSpaces(query.end), '}'), 'end of expression'));
      if (failed(close)) return close;
      parts.push(compiler.expression(query.value).evaluate);
      at = close.end;
    } else {
      const dollar = source.indexOf('$', at + 1);
      const end = dollar === -1 ? source.length : dollar;
      parts.push(source.slice(at, end));
      at = end;
    }
  }
  return parts;
}

function text(value: Value): string {
  return isSentinel(value) ? 'null' : valueText(value);
}

export type Interpolated =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly error: string };

export function interpolate(parts: readonly InterpolationPart[], scope: Scope): Interpolated {
  try {
    let result = '';
    for (const part of parts) {
      const next = typeof part === 'string' ? part : text(part(scope));
      scope.run.allocateString(result.length + next.length);
      result += next;
    }
    return { kind: 'text', text: result };
  } catch (error) {
    return { kind: 'error', error: messageOf(error) };
  }
}
