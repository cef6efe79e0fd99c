import type { Diagnostic } from '../../../src/bloblang/index.ts';
import type { Fault } from './messages.ts';

/**
 * Built-ins of the engine that stream filters lack, here as in the service: they need more than the language itself (compression,
 * keys, parsers of other formats). Listed here, because referring to them must not load them; a test compares.
 */
export const BEYOND_FILTERS: ReadonlySet<string> = new Set([
  'compare_argon2',
  'compare_bcrypt',
  'compress',
  'decompress',
  'format_msgpack',
  'format_xml',
  'format_yaml',
  'json_path',
  'json_schema',
  'parse_msgpack',
  'parse_xml',
  'parse_yaml',
  ...['hs', 'rs', 'es'].flatMap((kind) =>
    [256, 384, 512].flatMap((bits) => [`parse_jwt_${kind}${bits}`, `sign_jwt_${kind}${bits}`]),
  ),
]);

const UNKNOWN = /^unrecognised (?:method|function) '(\w+)'/;

/** What an editor underlines: the unknown name, else the word at the place, else one character. */
export function faultOf(source: string, { line, column, message }: Diagnostic): Fault {
  const place = offsetOf(source, line, column);
  const name = UNKNOWN.exec(message)?.[1];
  if (name !== undefined) {
    // The engine notices the name after the call's arguments, so its place is behind them.
    const at = source.lastIndexOf(name, place);
    const range = at === -1 ? { from: place, to: place } : { from: at, to: at + name.length };
    return { ...positionOf(source, range.from), ...range, message: withReason(name, message) };
  }
  const length = /^[\p{L}\p{N}_]+|^\S/u.exec(source.slice(place))?.[0].length ?? 0;
  // At the end of a line, only the preceding character can be underlined.
  const from = length === 0 ? Math.max(source.lastIndexOf('\n', place - 1) + 1, place - 1) : place;
  return { line, column, message, from, to: place + length };
}

function withReason(name: string, message: string): string {
  return BEYOND_FILTERS.has(name)
    ? `${message}: ${name} is not available here, nor in the filters of streams: it needs more than the language itself`
    : message;
}

/** Where an event made a filter fail: the engine's message begins with the line. */
export function runFaultOf(source: string, message: string): Fault | undefined {
  const line = Number(/^[a-z ]+\(line (\d+)\)/.exec(message)?.[1] ?? Number.NaN);
  const text = source.split('\n')[line - 1];
  if (text === undefined) return undefined;
  const from = offsetOf(source, line, 1) + (text.length - text.trimStart().length);
  return { line, from, to: Math.max(from, offsetOf(source, line, 1) + text.trimEnd().length), message };
}

/** Lines and columns count from 1, columns in code points. */
function offsetOf(source: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const next = source.indexOf('\n', start);
    if (next === -1) break;
    start = next + 1;
  }
  const end = source.indexOf('\n', start);
  const text = source.slice(start, end === -1 ? source.length : end);
  return start + [...text].slice(0, column - 1).join('').length;
}

function positionOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}
