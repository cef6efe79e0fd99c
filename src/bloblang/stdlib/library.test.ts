import { describe, expect, it } from 'vitest';
import { compile } from '../index.ts';
import { encodeJson } from '../json.ts';
import type { Limits } from '../limits.ts';
import { EXTENDED_DEFINITIONS } from './registry-extended.ts';
import { LIBRARY_DEFINITIONS } from './registry-library.ts';

// Tests the library tier through the public interface: which documents it accepts, and which it refuses before they
// cost anything.

function evaluate(mapping: string, input: unknown = {}, limits: Partial<Limits> = {}): unknown {
  const definitions = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];
  const compilation = compile(mapping, { definitions, limits });
  if (!compilation.ok) return compilation.diagnostics[0].message;
  const outcome = compilation.program.runBytes(new TextEncoder().encode(JSON.stringify(input)));
  if (outcome.kind === 'error')
    return outcome.limit ?? outcome.error.replace('failed assignment (line 1): ', '');
  return outcome.kind === 'output' ? JSON.parse(encodeJson(outcome.value)) : outcome.kind;
}

describe('JSONPath', () => {
  const store = {
    book: [
      { t: 'a', p: 8 },
      { t: 'b', p: 12, x: true },
      { t: 'c', p: 20 },
    ],
    n: { p: 5 },
  };
  it.each([
    ['$.book[0].t', 'a'],
    ["$['book'][-1]['t']", 'c'],
    ['$.book[0:2].t', ['a', 'b']],
    ['$.book[::2].t', ['a', 'c']],
    ['$.book[0,2].t', ['a', 'c']],
    ['$..p', [8, 12, 20, 5]],
    ['$.book[?(@.x)].t', ['b']],
    ["$.book[?(@.p > 8 && @.t != 'c')].t", ['b']],
    ['$.book[?(@.p < $.n.p || !(@.p < 20))].t', ['c']],
    ['$.none', 'field `this`: unknown key none'],
    ['$.book[', 'failed to parse json path: unexpected "" at 7'],
  ])('%s', (path, result) => {
    expect(evaluate(`root = this.json_path(${JSON.stringify(path)})`, store)).toEqual(result);
  });
});

describe('JSON Schema', () => {
  const check = (schema: unknown, value: unknown): unknown =>
    evaluate(`root = this.json_schema("""${JSON.stringify(schema)}""")`, value);

  it.each([
    [
      { type: 'array', items: { type: 'integer', minimum: 2 } },
      [1, 'x'],
      'field `this`: 0 must be greater than or equal to 2\n1 invalid type. expected: integer, given: string',
    ],
    [
      { properties: { a: { enum: ['x', 1] } } },
      { a: 'y' },
      'field `this`: a must be one of the following: "x", 1',
    ],
    [{ additionalProperties: false }, { z: 1 }, 'field `this`: (root) additional property z is not allowed'],
    [
      { $ref: '#/definitions/n', definitions: { n: { type: 'number' } } },
      'x',
      'field `this`: (root) invalid type. expected: number, given: string',
    ],
    [{ properties: { a: { pattern: '^x' } } }, { a: 'y' }, "field `this`: a does not match pattern '^x'"],
  ])('%j refuses %j', (schema, value, message) => {
    expect(check(schema, value)).toBe(message);
  });

  it('follows no external reference, and terminates on a reference to itself', () => {
    expect(check({ $ref: 'http://example.com/schema' }, 1)).toContain('which is not allowed');
    expect(check({ $ref: '#' }, 1)).toContain('nested too deeply');
  });
});

describe('YAML and XML', () => {
  it('reads and writes what it wrote', () => {
    const value = { a: [1, 2.5, true, null, 'yes', '1', 'x: y'], b: { c: {} } };
    expect(evaluate('root = this.format_yaml().parse_yaml()', value)).toEqual(value);
    const document = { r: { '-id': '1', item: ['a', 'b'], '#text': 'x < y' } };
    expect(evaluate('root = this.format_xml().parse_xml()', document)).toEqual(document);
  });

  it('refuses texts that would expand', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed'])
      lines.push(`${name}: &${name} [${Array(9).fill(`*${of}`).join(',')}]`);
    expect(evaluate('root = this.t.parse_yaml()', { t: lines.join('\n') })).toContain(
      'Excessive alias count',
    );
    const entity = '<!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>';
    expect(evaluate('root = this.t.parse_xml()', { t: entity })).toContain(
      'entity definitions are not supported',
    );
  });
});

describe('MessagePack', () => {
  it('decodes what it encoded', () => {
    const value = { a: [0, -1, 128, 65536, 4294967296, 1.5, 'x'.repeat(300), null, true, false, { b: [] }] };
    expect(evaluate('root = this.format_msgpack().parse_msgpack()', value)).toEqual(value);
  });

  it('refuses a size larger than the input', () => {
    expect(evaluate('root = "dd7fffffff".decode("hex").parse_msgpack()')).toBe('unexpected EOF');
  });
});

describe('tokens, passwords and compression', () => {
  it('accepts a token only with its own algorithm, and not after it expires', () => {
    expect(evaluate('root = {}.sign_jwt_hs384("k").parse_jwt_hs256("k")')).toBe(
      'parsing JWT string: token signature is invalid: signing method HS384 is invalid',
    );
    expect(evaluate('root = {"exp": 5}.sign_jwt_hs256("k").parse_jwt_hs256("k")')).toBe(
      'parsing JWT string: token has invalid claims: token is expired',
    );
  });

  it('refuses hashes that ask for too much work', () => {
    const salted = '$c2FsdHktbWNzYWx0ZmFjZQ$RMUMwgtS32/mbszd+ke4o4Ej1jFpYiUqY6MHWa69X7Y';
    expect(evaluate(`root = "a".compare_argon2("$argon2id$v=19$m=999999,t=9,p=1${salted}")`)).toContain(
      'above the allowed work',
    );
    expect(evaluate(`root = "a".compare_bcrypt("$2y$31$${'a'.repeat(53)}")`)).toContain('above the allowed');
  });

  it('ends decompression at its limit', () => {
    const mapping = 'root = "x".repeat(1001).compress("gzip").decompress("gzip").length()';
    expect(evaluate(mapping, {}, { decompressedBytes: 1001 })).toBe(1001);
    expect(evaluate(mapping, {}, { decompressedBytes: 1000 })).toBe('decompressedBytes');
  });
});
