import { describe, expect, it } from 'vitest';
import { compile } from '../index.ts';
import { encodeJson } from '../json.ts';
import type { Example } from './definition.ts';
import { CORE_DEFINITIONS } from './registry-core.ts';
import { EXTENDED_DEFINITIONS } from './registry-extended.ts';
import { LIBRARY_DEFINITIONS } from './registry-library.ts';

// The examples are documentation, so every one runs exactly as it is printed.

const BESIDE_CORE = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];
const ALL = [...CORE_DEFINITIONS, ...BESIDE_CORE];

type Ending = { readonly output: unknown } | { readonly error: string };

function run(example: Example): Ending {
  const compilation = compile(example.mapping, { definitions: BESIDE_CORE });
  if (!compilation.ok) return { error: compilation.diagnostics[0].message };
  const bytes = new TextEncoder().encode(example.input ?? '');
  const outcome = compilation.program.runBytes(bytes, { meta: example.meta ?? {} });
  if (outcome.kind === 'error') return { error: outcome.error };
  return { output: outcome.kind === 'output' ? JSON.parse(encodeJson(outcome.value)) : outcome.kind };
}

describe.each(ALL)('$kind $name', ({ examples }) => {
  it.each(examples)('$mapping', (example) => {
    const ending = run(example);
    if (example.error !== undefined) expect(ending).toEqual({ error: example.error });
    else expect(ending).toEqual({ output: JSON.parse(example.output ?? 'null') });
  });
});

it.each([true, false])('no two functions and no two methods share a name (functions: %s)', (functions) => {
  const names = ALL.filter(({ kind }) => (kind === 'function') === functions).flatMap(
    ({ name, aliases = [] }) => [name, ...aliases],
  );
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});
