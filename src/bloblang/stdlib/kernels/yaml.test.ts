import { expect, it } from 'vitest';
import { compile } from '../../index.ts';
import { EXTENDED_DEFINITIONS } from '../registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../registry-library.ts';

const definitions = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];

function parsed(text: string): unknown {
  const compiled = compile('root = this.parse_yaml().string()', { definitions });
  if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
  const outcome = compiled.program.run(text);
  return outcome.kind === 'output' ? outcome.value : outcome;
}

it.each([
  ['18446744073709551615', '18446744073709551615'],
  ['-9223372036854775808', '-9223372036854775808'],
  // Beyond 64 bits, Go reads a float64.
  ['18446744073709551616', '1.8446744073709552e+19'],
  ['-9223372036854775809', '-9.223372036854776e+18'],
  ['9'.repeat(5_000), '+Inf'],
  ['!!set {a, b}', '{"a":null,"b":null}'],
  ['a: 1\nb: [x, {y: z}]', '{"a":1,"b":["x",{"y":"z"}]}'],
])('%s is read as %s', (text, value) => {
  expect(parsed(text)).toBe(value);
});

it.each([
  ['brackets in one another', '['.repeat(20_000)],
  ['items on one line', '- '.repeat(20_000)],
  ['brackets that close nothing', '}'.repeat(40_000)],
])('%s end the run before they are parsed', (_, text) => {
  expect(parsed(text)).toMatchObject({ kind: 'error', limit: 'steps' });
});
