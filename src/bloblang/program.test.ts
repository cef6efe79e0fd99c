import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, compileTemplate, type Definition, encodeJson, type Program, type Value } from './index.ts';
import { EXTENDED_DEFINITIONS } from './stdlib/registry-extended.ts';

function programOf(mapping: string): Program {
  const compiled = compile(mapping, { definitions: EXTENDED_DEFINITIONS });
  if (!compiled.ok) throw new Error(compiled.diagnostics[0].text);
  return compiled.program;
}

describe('a result that cannot be written', () => {
  it.each([
    ['numbers and their commas', 'root = range(0, 400000)', {}],
    ['control characters of the event', 'root.copy = this.a', { a: '\u0001'.repeat(400_000) }],
    ['keys', 'root.copy = this.a', { a: { ['\u0001'.repeat(400_000)]: 1 } }],
  ])('is an error of the run: %s', (_, mapping, input) => {
    const program = programOf(mapping);
    expect(program.run(input)).toMatchObject({ kind: 'error', limit: 'outputBytes' });
    expect(program.runToJson(input)).toMatchObject({ kind: 'error', limit: 'outputBytes' });
  });

  it('is never returned by run', () => {
    const program = programOf('root = [this]');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (input) => {
        const outcome = program.run(input as Value);
        if (outcome.kind !== 'output') throw new Error(`expected output, found ${outcome.kind}`);
        expect(program.runToJson(input as Value)).toMatchObject({ json: encodeJson(outcome.value) });
      }),
    );
  });
});

describe('counter()', () => {
  it('counts separately for each program with its own memory', () => {
    const one = programOf('root = counter()');
    const other = one.withOwnMemory();
    const count = (program: Program) => program.runToJson({});
    expect([count(one), count(one), count(other), count(one)]).toMatchObject([
      { json: '1' },
      { json: '2' },
      { json: '1' },
      { json: '3' },
    ]);
  });
});

describe('a bug of ours in a built-in', () => {
  const broken = (name: string, prepare: () => () => never): Definition => ({
    kind: 'function',
    name,
    tier: 'core',
    status: 'hidden',
    category: 'General',
    description: 'Throws what is no error of the language.',
    parameters: [],
    examples: [],
    prepare,
  });
  const throwing = () => {
    throw new TypeError('broken');
  };
  const definitions = [broken('at_compile_time', throwing), broken('at_run_time', () => throwing)];

  it('is a refusal of the compiler, which does not throw', () => {
    const refused = { ok: false, diagnostics: [{ text: expect.stringContaining('internal error: broken') }] };
    expect(compile('root = at_compile_time()', { definitions })).toMatchObject(refused);
    expect(compileTemplate('${! at_compile_time() }', { definitions })).toMatchObject(refused);
  });

  it('is an error of the run, which does not throw', () => {
    const failed = { kind: 'error', error: expect.stringContaining('internal error: broken') };
    const mapping = compile('root = at_run_time()', { definitions });
    expect(mapping.ok && mapping.program.run({})).toMatchObject(failed);
    const template = compileTemplate('${! at_run_time() }', { definitions });
    expect(template.ok && template.template.run({})).toMatchObject(failed);
  });
});
