import { describe, expect, it } from 'vitest';
import { compile } from '../index.ts';
import { encodeJson } from '../json.ts';
import type { Example } from './definition.ts';
import { DOCUMENTATION } from './documentation.ts';
import { CORE_DEFINITIONS } from './registry.ts';
import { EXTENDED_DEFINITIONS } from './registry-extended.ts';
import { LIBRARY_DEFINITIONS } from './registry-library.ts';

// The examples are the documentation, so every one of them is run as it stands there.

const BESIDE_CORE = [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS];
const BY_TIER = { core: CORE_DEFINITIONS, extended: EXTENDED_DEFINITIONS, library: LIBRARY_DEFINITIONS };

type Ending = { readonly output: unknown } | { readonly error: string };

function run(example: Example): Ending {
  const compilation = compile(example.mapping, { definitions: BESIDE_CORE });
  if (!compilation.ok) return { error: compilation.diagnostics[0].message };
  const bytes = new TextEncoder().encode(example.input ?? '');
  const outcome = compilation.program.runBytes(bytes, { meta: example.meta ?? {} });
  if (outcome.kind === 'error') return { error: outcome.error };
  return { output: outcome.kind === 'output' ? JSON.parse(encodeJson(outcome.value)) : outcome.kind };
}

describe.each(DOCUMENTATION)('$definition.kind $definition.name', ({ definition, parameters, examples }) => {
  it.each(examples)('$mapping', (example) => {
    const ending = run(example);
    if (example.error !== undefined) expect(ending).toEqual({ error: example.error });
    else expect(ending).toEqual({ output: JSON.parse(example.output ?? 'null') });
  });

  it('tells what each of its parameters is for', () => {
    const declared = definition.parameters === 'variadic' ? [] : definition.parameters;
    expect(Object.keys(parameters ?? {})).toEqual(declared.map(({ name }) => name));
  });
});

it.each(['core', 'extended', 'library'] as const)('all of the %s tier is documented as such', (tier) => {
  const documented = DOCUMENTATION.filter((one) => one.tier === tier).map(({ definition }) => definition);
  expect(new Set(documented)).toEqual(new Set(BY_TIER[tier]));
});
